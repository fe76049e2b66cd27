"""One side of a comparison: a ranker, and how it ranks the candidates."""

import time
from typing import TypedDict

from reranker_ui.core.evaluation.calibration import calibrated
from reranker_ui.core.evaluation.combining.cascade import CascadeScores
from reranker_ui.core.evaluation.metrics import Metrics, ranking_metrics
from reranker_ui.core.models.reranker import RankedPassage, ranked
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.services.labels.further_columns import FurtherCell
from reranker_ui.services.ranking.candidates import Candidates, Label
from reranker_ui.services.ranking.cutoffs import StoredCutoff
from reranker_ui.services.ranking.rankers import Measure, Ranker


class ByCutoff(TypedDict):
    """A score by the saved cut-off: its probability, and whether it is below."""

    calibrated: float | None
    below: bool


class RankedResult(RankedPassage, ByCutoff):
    """A passage as a ranker ranks it.

    `cut`: only its beginning was read; `estimated`: the cross-encoder did not score it; `was`: its
    rank in the first side; `moved`: ranks gained.
    """

    logit: float | None
    label: Label
    pair_id: int | None
    cut: bool
    estimated: bool
    further: list[FurtherCell]
    was: int
    moved: int


class SavedCutoff(TypedDict):
    """A cut-off that was saved with a run: its goal and its score, also calibrated."""

    score: float
    calibrated: float
    goal: str


class Side(TypedDict):
    """A ranker and how it ranks the candidates.

    `milliseconds`: scoring only, as measured; `loading`: seconds, 0 if warm; `max_length` in
    tokens; `metrics`: over the labelled candidates; `scored`: candidates that were scored, the
    scores of the others are estimates; `cascades`: whether fewer might be scored.
    """

    name: str
    title: str
    detail: str
    measure: Measure
    notice: str | None
    trained: bool
    combined: bool
    milliseconds: float
    loading: float
    engine: str | None
    max_length: int | None
    cutoff: SavedCutoff | None
    metrics: Metrics
    scored: int
    cascades: bool
    rows: list[RankedResult]


def side_of(
    ranker: Ranker,
    query: str,
    passages: list[str],
    candidates: Candidates,
    saved_cutoff: StoredCutoff | None,
    cascade: bool = False,
) -> Side:
    """Rank the candidates; `saved_cutoff`: the cut-off that was saved with the ranker's run.

    cascade: as in `Ranker.candidate_scores`.
    """
    started = time.perf_counter()
    scored = _found(ranker, query, passages, candidates, cascade)
    raw = scored.logits
    seconds = time.perf_counter() - started
    scores = ranker.shown(raw)
    cut = ranker.cut([(query, passage) for passage in passages])

    def result(row: RankedPassage) -> RankedResult:
        index = row["index"]
        logit = raw[index] if ranker.measure == "probability" else None
        return {
            **row, **by_cutoff(logit, saved_cutoff), "logit": logit,
            "label": candidates.labels[index],
            "pair_id": candidates.pair_ids[index],
            "cut": cut[index],
            "estimated": scored.estimated[index],
            "further": candidates.further[index] if candidates.further else [],
            "was": row["rank"], "moved": 0,
        }  # fmt: skip

    return {
        "name": ranker.name,
        "title": ranker.title,
        "detail": ranker.detail,
        "measure": ranker.measure,
        "notice": ranker.notice,
        "trained": ranker.trained,
        "combined": ranker.combined,
        "milliseconds": 1000 * seconds,
        "loading": ranker.loading,
        "engine": ranker.engine,
        "max_length": ranker.model.max_length if ranker.model else None,
        "cutoff": saved_cutoff and {
            "score": saved_cutoff["score"],
            "calibrated": saved_cutoff["calibrated"],
            "goal": saved_cutoff["goal"],
        },
        "metrics": ranking_metrics(
            [query] * len(raw),
            candidates.grades(),
            raw,
            scale=Scale.from_json(candidates.scale) if candidates.scale else GRADES,
        ),
        "scored": scored.scored,
        "cascades": ranker.cascades(len(raw)),
        "rows": [result(row) for row in ranked(scores, passages)],
    }  # fmt: skip


def by_cutoff(logit: float | None, saved_cutoff: StoredCutoff | None) -> ByCutoff:
    """A score with this logit by the saved cut-off; neither is known without them."""
    if saved_cutoff is None or logit is None:
        return {"calibrated": None, "below": False}
    return {
        "calibrated": calibrated(saved_cutoff["calibration"], [logit])[0],
        "below": bool(logit < saved_cutoff["logit"]),
    }


def _found(
    ranker: Ranker, query: str, passages: list[str], candidates: Candidates, cascade: bool
) -> CascadeScores:
    if ranker.measure == "bm25" and candidates.bm25 is not None:
        return CascadeScores(candidates.bm25(), [False] * len(passages))
    return ranker.candidate_scores([(query, passage) for passage in passages], cascade=cascade)


def add_moves(first: list[RankedResult], rows: list[RankedResult]) -> None:
    """Note in `rows` where the first side has each passage."""
    was = {row["index"]: row["rank"] for row in first}
    for row in rows:
        row["was"] = was[row["index"]]
        row["moved"] = row["was"] - row["rank"]
