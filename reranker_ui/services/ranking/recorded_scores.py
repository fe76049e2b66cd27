"""The scores of a run's test pairs from its evaluation, so that all numbers agree."""

from pathlib import Path

import pandas as pd

from reranker_ui.services.ranking.rankers import Ranker
from reranker_ui.services.runs.rows import ALONE


def recorded_scores(ranker: Ranker, pairs: pd.DataFrame) -> list[float] | None:
    """The scores of `pairs` (columns query and passage) from the run's evaluation, in order.

    None where `ranker` is not a run, or the run was not evaluated on all of them. A fast engine or
    another precision can change nDCG by a few thousandths.
    """
    if ranker.run is None or pairs.empty:
        return None
    recorded = _read(ranker.run, alone=ranker.name.endswith(ALONE))
    if recorded is None:
        return None
    scores_in_order = [
        recorded.get(texts) for texts in zip(pairs["query"], pairs["passage"], strict=True)
    ]
    scores = [score for score in scores_in_order if score is not None]
    return scores if len(scores) == len(scores_in_order) else None


def _read(file: Path, alone: bool) -> dict[tuple[str, str], float] | None:
    try:
        frame = pd.read_parquet(file)
    except (OSError, ValueError):  # missing, or damaged
        return None
    column = "combined" if "combined" in frame and not alone else "tuned"
    if not {"query", "passage", column} <= set(frame):
        return None
    keys = zip(frame["query"], frame["passage"], strict=True)
    return dict(zip(keys, frame[column].astype(float), strict=True))
