"""Explains a passage's score: the effect of its words, and the score of another wording."""

from collections.abc import Sequence
from typing import Any

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.occlusion import occlude
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.compare import MOST_RANKERS, check, with_calibration
from reranker_ui.services.ranking.cutoffs import kept_cutoff
from reranker_ui.services.ranking.rankers import Ranker, find_ranker
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

TITLES = {
    "tuned": "Cross-encoder",
    "probe": "Linear probe",
    "cosine": "Meaning (cosine)",
    "bm25": "Exact words (BM25)",
}


def explain(
    workspace: Workspace, user: User, model: str, query: str, passage: str
) -> dict[str, Any]:
    """The effect of each word of a passage on its raw score: see `core.models.occlusion.occlude`.

    Also `measure` (a logit for `probability`), `title`, `cut`: whether the model read only the
    beginning, and for a combined ranker `rankers`: [{title, effect}], what each of its parts adds
    to the logit against its mean on dev. Refused: BM25, whose term weights depend on the other
    passages.
    """
    require(user, "viewer")
    query, (passage,) = check(workspace, query, [passage])
    ranker = find_ranker(workspace, user, model, [(query, passage)])
    if ranker.measure == "bm25":
        raise Refused("BM25 only scores the words that query and passage share.")
    effects = occlude(ranker.logits, query, passage)
    cut = ranker.cut([(query, passage)])[0]
    return effects | {
        "measure": ranker.measure,
        "title": ranker.title,
        "cut": cut,
        "rankers": _rankers(ranker, (query, passage)),
    }


def _rankers(ranker: Ranker, pair: Pair) -> list[dict[str, Any]]:
    if ranker.contributions is None:
        return []
    found = ranker.contributions([pair])
    return [{"title": TITLES[part], "effect": effects[0]} for part, effects in found.items()]


def score_wording(
    workspace: Workspace, user: User, models: Sequence[str], query: str, passage: str
) -> list[dict[str, Any] | None]:
    """Each ranker's score of one passage: score, logit, calibrated, cut; None for BM25."""
    require(user, "viewer")
    if len(models) > MOST_RANKERS:
        raise Refused(f"Compare one to {MOST_RANKERS} rankers, not {len(models)}.")
    query, (passage,) = check(workspace, query, [passage])
    scores: list[dict[str, Any] | None] = []
    for model in models:
        ranker = find_ranker(workspace, user, model, [(query, passage)])
        if ranker.measure == "bm25":
            scores.append(None)
            continue
        raw = ranker.logits([(query, passage)])
        row = {
            "score": ranker.shown(raw)[0],
            "logit": raw[0] if ranker.measure == "probability" else None,
            "cut": ranker.cut([(query, passage)])[0],
        }
        scores.append(with_calibration(row, kept_cutoff(workspace, user, ranker.name)))
    return scores
