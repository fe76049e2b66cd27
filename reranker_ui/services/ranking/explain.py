"""Why a passage has its score: what its words add, and what another wording would score."""

from collections.abc import Sequence
from typing import Any

from reranker_ui.core.models.occlusion import occlude
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.compare import MOST_RANKERS, check, with_calibration
from reranker_ui.services.ranking.cutoffs import kept_cutoff
from reranker_ui.services.ranking.rankers import find_ranker
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


def explain(
    workspace: Workspace, user: User, model: str, query: str, passage: str
) -> dict[str, Any]:
    """What each word of a passage adds to its raw score: see `core.occlusion.occlude`.

    Also `measure` (a logit for `probability`), `title`, and `cut`: whether the model saw only the
    beginning. Refused: BM25, whose words' weights come from the passages beside it.
    """
    require(user, "viewer")
    query, (passage,) = check(workspace, query, [passage])
    ranker = find_ranker(workspace, user, model, [(query, passage)])
    if ranker.measure == "bm25":
        raise Refused("BM25 scores the words that query and passage share; there is no more to it.")
    told = occlude(ranker.logits, query, passage)
    cut = ranker.cut([(query, passage)])[0]
    return told | {"measure": ranker.measure, "title": ranker.title, "cut": cut}


def score_wording(
    workspace: Workspace, user: User, models: Sequence[str], query: str, passage: str
) -> list[dict[str, Any] | None]:
    """What each ranker gives one passage: score, logit, calibrated, cut; None for BM25."""
    require(user, "viewer")
    if len(models) > MOST_RANKERS:
        raise Refused(f"Compare one to {MOST_RANKERS} rankers, not {len(models)}.")
    query, (passage,) = check(workspace, query, [passage])
    told: list[dict[str, Any] | None] = []
    for model in models:
        ranker = find_ranker(workspace, user, model, [(query, passage)])
        if ranker.measure == "bm25":
            told.append(None)
            continue
        raw = ranker.logits([(query, passage)])
        row = {
            "score": ranker.shown(raw)[0],
            "logit": raw[0] if ranker.measure == "probability" else None,
            "cut": ranker.cut([(query, passage)])[0],
        }
        told.append(with_calibration(row, kept_cutoff(workspace, user, ranker.name)))
    return told
