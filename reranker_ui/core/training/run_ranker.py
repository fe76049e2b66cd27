"""The ranker of a run, decided on its dev split: the tuned model, or a combination with it."""

from reranker_ui.core.bases.embedded import embedded_name
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.combination import combination_of
from reranker_ui.core.evaluation.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.term_weights import TermWeights
from reranker_ui.core.training.run_plan import Plan


def run_ranker(plan: Plan, dev_logits: list[float]) -> CombinedRanker | None:
    """What the dev split calls for, saved beside the model; None where it has too few labels.

    `dev_logits`: of the tuned model on `plan.live`.
    """
    folder, live = plan.folder, plan.live
    folder.combined_file.unlink(missing_ok=True)
    if live.empty:
        return None
    train = [*pairs_of(folder.pairs("train")), *folder.texts()]
    terms = TermWeights.of([passage for _, passage in train])
    scores = {
        "tuned": dev_logits,
        "cosine": plan.baselines.scores["dev"]["cosine"],
        "bm25": terms.scores(pairs_of(live)),
    }
    found = combination_of(
        live["query_key"].tolist(), live["grade"].tolist(), scores, folder.scale()
    )
    if found is None:
        return None
    ranker = CombinedRanker(found, _encoder_name(plan), plan.recipe.revision, terms)
    ranker.save(folder.combined_file)
    if not found.alone:
        gain, error = found.gains["average_precision"]
        folder.emit(
            "notice",
            message="This run ranks by its model together with cosine and BM25, as that does "
            f"better on dev queries left out: average precision +{gain:.3f} (± {error:.3f}).",
        )
    return ranker


def _encoder_name(plan: Plan) -> str:
    # By name, not by folder: a home may move.
    return embedded_name(plan.baselines.encoder) or plan.recipe.base
