"""Rank passages, compare rankers side by side, evaluate one on a dataset's labels."""

from collections.abc import Sequence
from typing import TypedDict

from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.metrics import Metrics, named_per_query, ranking_metrics
from reranker_ui.core.models.reranker import RankedPassage, ranked
from reranker_ui.core.values.labels import GRADES, Scale, ScaleJson
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import check_split
from reranker_ui.services.labels.datasets import scale_of
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.ranking.candidates import Candidates, Source
from reranker_ui.services.ranking.cutoffs import load_cutoff
from reranker_ui.services.ranking.demo import check_shown
from reranker_ui.services.ranking.rankers import find_ranker
from reranker_ui.services.ranking.recorded_scores import recorded_scores
from reranker_ui.services.ranking.sides import Side, add_moves, side_of
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
) -> list[RankedPassage]:
    """The passages best first.

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
    pairs = labelled_pairs(workspace, user, dataset, split)
    if pairs.empty:
        raise Refused(NO_LABELS.format(split=split, dataset=dataset))
    texts = pairs_of(pairs)
    ranker = find_ranker(workspace, user, model, texts)
    scores = recorded_scores(ranker, pairs) or ranker.scores(texts, raw=True)
    scale = Scale.from_json(scale_of(workspace, user, dataset))
    metrics = ranking_metrics(pairs["query_key"], pairs["grade"], scores, scale=scale)
    if metric := metric or metric_of(workspace, user, dataset):
        chosen_metric = named_per_query(
            metric, pairs["query_key"], pairs["grade"], scores, scale=scale
        )
        metrics[metric] = None if chosen_metric.empty else float(chosen_metric.mean())
    return metrics


class Comparison(TypedDict):
    """The same candidates ranked by up to three rankers. `labelled`: candidates with a label."""

    query: str
    source: Source
    dataset: str | None
    scale: ScaleJson | None
    candidates: int
    labelled: int
    sides: list[Side]


def compare(
    workspace: Workspace,
    user: User,
    models: Sequence[str],
    candidates: Candidates,
    cascade: bool = False,
) -> Comparison:
    """Rank the same candidates with up to three rankers; moves are relative to the first one.

    cascade: as in `Ranker.candidate_scores`.
    """
    require(user, "viewer")
    if not 1 <= len(models) <= MOST_RANKERS:
        raise Refused(f"Compare one to {MOST_RANKERS} rankers, not {len(models)}.")
    query, passages = check(workspace, candidates.query, candidates.passages)
    sides: list[Side] = []
    for model in models:
        ranker = find_ranker(workspace, user, model, [(query, passage) for passage in passages])
        saved_cutoff = load_cutoff(workspace, user, ranker.name)
        sides.append(side_of(ranker, query, passages, candidates, saved_cutoff, cascade))
        add_moves(sides[0]["rows"], sides[-1]["rows"])
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
