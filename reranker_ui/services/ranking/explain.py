"""Explains a passage's score: the effect of its words, and the score of another wording."""

from collections.abc import Sequence
from typing import TypedDict

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.occlusion import PartEffects, occlude
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.compare import MOST_RANKERS, check
from reranker_ui.services.ranking.cutoffs import load_cutoff
from reranker_ui.services.ranking.rankers import Measure, Ranker, find_ranker
from reranker_ui.services.ranking.sides import ByCutoff, by_cutoff
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

TITLES = {
    "tuned": "Cross-encoder",
    "probe": "Linear probe",
    "cosine": "Meaning (cosine)",
    "bm25": "Exact words (BM25)",
}


class RankerEffect(TypedDict):
    """What a part of a combined ranker adds to the logit against its mean on dev."""

    title: str
    effect: float


class Explanation(PartEffects):
    """The effect of each word of a passage on its raw score (a logit for `probability`).

    `cut`: the model read only the beginning; `rankers`: of a combined ranker.
    """

    measure: Measure
    title: str
    cut: bool
    rankers: list[RankerEffect]


class WordingScore(ByCutoff):
    """A ranker's score of one passage. `cut`: only its beginning was read."""

    score: float
    logit: float | None
    cut: bool


def explain(workspace: Workspace, user: User, model: str, query: str, passage: str) -> Explanation:
    """The effect of each word of a passage on its raw score: see `core.models.occlusion.occlude`.

    Refused: BM25, whose term weights depend on the other passages.
    """
    require(user, "viewer")
    query, (passage,) = check(workspace, query, [passage])
    ranker = find_ranker(workspace, user, model, [(query, passage)])
    if ranker.measure == "bm25":
        raise Refused("BM25 only scores the words that query and passage share.")
    effects = occlude(ranker.logits, query, passage)
    cut = ranker.cut([(query, passage)])[0]
    return {
        **effects,
        "measure": ranker.measure,
        "title": ranker.title,
        "cut": cut,
        "rankers": _rankers(ranker, (query, passage)),
    }


def _rankers(ranker: Ranker, pair: Pair) -> list[RankerEffect]:
    if ranker.contributions is None:
        return []
    contributions = ranker.contributions([pair])
    return [
        {"title": TITLES[part], "effect": effects[0]} for part, effects in contributions.items()
    ]


def score_wording(
    workspace: Workspace, user: User, models: Sequence[str], query: str, passage: str
) -> list[WordingScore | None]:
    """Each ranker's score of one passage; None for BM25."""
    require(user, "viewer")
    if len(models) > MOST_RANKERS:
        raise Refused(f"Compare one to {MOST_RANKERS} rankers, not {len(models)}.")
    query, (passage,) = check(workspace, query, [passage])
    scores: list[WordingScore | None] = []
    for model in models:
        ranker = find_ranker(workspace, user, model, [(query, passage)])
        if ranker.measure == "bm25":
            scores.append(None)
            continue
        raw = ranker.logits([(query, passage)])
        logit = raw[0] if ranker.measure == "probability" else None
        scores.append({
            "score": ranker.shown(raw)[0], "logit": logit, "cut": ranker.cut([(query, passage)])[0],
            **by_cutoff(logit, load_cutoff(workspace, user, ranker.name)),
        })  # fmt: skip
    return scores
