"""Rank passages, compare rankers side by side, evaluate one on a dataset's labels."""

import time
from collections.abc import Sequence
from typing import Any

from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.calibration import calibrated
from reranker_ui.core.evaluation.metrics import Metrics, named_per_query, ranking_metrics
from reranker_ui.core.models.reranker import ranked
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import check_split
from reranker_ui.services.labels.datasets import labelled_pairs, scale_of
from reranker_ui.services.ranking.candidates import Candidates
from reranker_ui.services.ranking.cutoffs import kept_cutoff
from reranker_ui.services.ranking.demo import check_shown
from reranker_ui.services.ranking.rankers import Ranker, find_ranker
from reranker_ui.services.ranking.recorded_scores import recorded_scores
from reranker_ui.services.runs.own_metric import metric_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

MOST_PASSAGES = 10_000
MOST_QUERY = 10_000  # characters
MOST_RANKERS = 3
NO_LABELS = (
    "The {split} split of {dataset} has no labelled pairs, or their labels are hidden from you."
    " Label some first."
)
LARGEST = 1e6  # grade or score


def rank(
    workspace: Workspace,
    user: User,
    model: str,
    query: str,
    passages: Sequence[str],
    raw: bool = False,
) -> list[dict[str, Any]]:
    """The passages best first: rank from 1, index from 0, score, passage.

    model: a run's id or name, base, bm25, cosine, or a Hub id. The score is the sigmoid
    probability (`raw`: the logit); for bm25 and cosine it is their own. Refused: what `check`
    and `find_ranker` refuse.
    """
    require(user, "viewer")
    query, passages = check(workspace, query, passages)
    pairs = [(query, passage) for passage in passages]
    ranker = find_ranker(workspace, user, model, pairs)
    return ranked(ranker.scores(pairs, raw), passages)


def evaluate(
    workspace: Workspace,
    user: User,
    model: str,
    dataset: str,
    split: str = "test",
    metric: str | None = None,
) -> Metrics:
    """The metrics of `core.evaluation.metrics.ranking_metrics` on a split's labelled pairs.

    Only labels visible to `user` count. Scores recorded by a run's evaluation are reused, so that
    the numbers match those of the run. `metric`: one more, as of `measure_of`;
    without it the one chosen for the dataset, if any.
    """
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset)
    check_split(split)
    pairs = labelled_pairs(workspace, user, dataset)
    pairs = pairs[pairs["split"] == split]
    if pairs.empty:
        raise Refused(NO_LABELS.format(split=split, dataset=dataset))
    texts = pairs_of(pairs)
    ranker = find_ranker(workspace, user, model, texts)
    scores = recorded_scores(ranker, pairs) or ranker.scores(texts, raw=True)
    scale = Scale.from_json(scale_of(workspace, user, dataset))
    found = ranking_metrics(pairs["query_key"], pairs["grade"], scores, scale=scale)
    if metric := metric or metric_of(workspace, user, dataset):
        own = named_per_query(metric, pairs["query_key"], pairs["grade"], scores, scale=scale)
        found[metric] = None if own.empty else float(own.mean())
    return found


def compare(
    workspace: Workspace, user: User, models: Sequence[str], candidates: Candidates
) -> dict[str, Any]:
    """Rank the same candidates with up to three rankers; moves are relative to the first one.

    Returns `query`, `labelled` (candidates with a label), and `sides`: each ranker's name,
    title, detail, measure, notice, trained, combined, `milliseconds` (scoring only, as measured),
    `loading` (seconds, 0 if warm), engine, max_length (tokens), `cutoff` (kept with the run, or
    None), `metrics` over the labelled candidates, `rows`. A row has rank, index, score, logit or
    None, calibrated (by the kept cut-off) or None, below (the cut-off), cut (only its beginning
    was read), passage, label, pair_id, further (as in `Candidates`), was (rank in the first side)
    and moved (ranks gained).
    """
    require(user, "viewer")
    if not 1 <= len(models) <= MOST_RANKERS:
        raise Refused(f"Compare one to {MOST_RANKERS} rankers, not {len(models)}.")
    query, passages = check(workspace, candidates.query, candidates.passages)
    sides: list[dict[str, Any]] = []
    for model in models:
        ranker = find_ranker(workspace, user, model, [(query, passage) for passage in passages])
        kept = kept_cutoff(workspace, user, ranker.name)
        sides.append(_side(ranker, query, passages, candidates, kept))
        _add_moves(sides[0]["rows"], sides[-1]["rows"])
    grades = candidates.grades()
    return {
        "query": query,
        "source": candidates.source,
        "dataset": candidates.dataset,
        "scale": candidates.scale,
        "candidates": len(passages),
        "labelled": sum(grade is not None for grade in grades),
        "sides": sides,
    }


def score_again(
    workspace: Workspace,
    user: User,
    grades: Sequence[float | None],
    scores: Sequence[Sequence[float]],
    scale: Scale | None = None,
) -> list[Metrics]:
    """The metrics of each ranker's `scores` of one query's candidates with these `grades`."""
    require(user, "viewer")
    if len(scores) > MOST_RANKERS or len(grades) > MOST_PASSAGES:
        raise Refused(f"Score at most {MOST_RANKERS} rankers on {MOST_PASSAGES:,} passages.")
    if any(len(side) != len(grades) for side in scores):
        raise Refused("Each passage needs one grade and one score from each ranker.")
    if any(abs(number) > LARGEST for side in (grades, *scores) for number in side if number):
        raise Refused(f"Grades and scores must be between -{LARGEST:g} and {LARGEST:g}.")
    keys = [0] * len(grades)
    return [ranking_metrics(keys, grades, side, scale=scale or GRADES) for side in scores]


def check(workspace: Workspace, query: str, passages: Sequence[str]) -> tuple[str, list[str]]:
    """The trimmed query and the passages; Refused if they cannot be ranked."""
    query = query.strip()
    longest = workspace.settings.max_cell_characters
    if not query:
        raise Refused("The query is empty. Write what someone would search for.")
    if len(query) > MOST_QUERY:
        raise Refused(f"The query has {len(query):,} characters; the limit is {MOST_QUERY:,}.")
    if not passages:
        raise Refused("There are no passages to rank. Enter at least one.")
    if len(passages) > MOST_PASSAGES:
        raise Refused(
            f"There are {len(passages):,} passages; the limit is {MOST_PASSAGES:,}. "
            "Rank the best of a first stage instead."
        )
    for number, passage in enumerate(passages, start=1):
        if len(passage) > longest:
            raise Refused(
                f"Passage {number} has {len(passage):,} characters; the limit is {longest:,}. "
                "Split it into shorter passages."
            )
    return query, list(passages)


def _side(
    ranker: Ranker,
    query: str,
    passages: list[str],
    candidates: Candidates,
    kept: dict[str, Any] | None,
) -> dict[str, Any]:
    begun = time.perf_counter()
    raw = _raw(ranker, query, passages, candidates)
    took = time.perf_counter() - begun
    scores = ranker.shown(raw)
    rows = ranked(scores, passages)
    cut = ranker.cut([(query, passage) for passage in passages])
    for row in rows:
        index = row["index"]
        row["logit"] = raw[index] if ranker.measure == "probability" else None
        row["label"] = candidates.labels[index]
        row["pair_id"] = candidates.pair_ids[index]
        row["cut"] = cut[index]
        row["further"] = candidates.further[index] if candidates.further else []
        with_calibration(row, kept)
    return {
        "name": ranker.name,
        "title": ranker.title,
        "detail": ranker.detail,
        "measure": ranker.measure,
        "notice": ranker.notice,
        "trained": ranker.trained,
        "combined": ranker.combined,
        "milliseconds": 1000 * took,
        "loading": ranker.loading,
        "engine": ranker.engine,
        "max_length": ranker.model.max_length if ranker.model else None,
        "cutoff": kept and {name: kept[name] for name in ("score", "calibrated", "goal")},
        "metrics": ranking_metrics(
            [query] * len(raw),
            candidates.grades(),
            raw,
            scale=Scale.from_json(candidates.scale) if candidates.scale else GRADES,
        ),
        "rows": rows,
    }


def with_calibration(row: dict[str, Any], kept: dict[str, Any] | None) -> dict[str, Any]:
    """`row`, a score with its logit, plus `calibrated` and `below` by the saved cut-off."""
    row["calibrated"], row["below"] = None, False
    if kept is not None and row.get("logit") is not None:
        row["calibrated"] = calibrated(kept["calibration"], [row["logit"]])[0]
        row["below"] = bool(row["logit"] < kept["logit"])
    return row


def _raw(ranker: Ranker, query: str, passages: list[str], candidates: Candidates) -> list[float]:
    if ranker.measure == "bm25" and candidates.bm25 is not None:
        return candidates.bm25()
    return ranker.logits([(query, passage) for passage in passages])


def _add_moves(first: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    was = {row["index"]: row["rank"] for row in first}
    for row in rows:
        row["was"] = was[row["index"]]
        row["moved"] = row["was"] - row["rank"]
