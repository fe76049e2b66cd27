"""The ranker of a run, decided on its dev split: the tuned model, or a combination with it."""

from typing import TypeAlias

import numpy as np
import pandas as pd

from reranker_ui.core.bases.embedded import embedded_name, is_embedded
from reranker_ui.core.evaluation.baselines import logits_of, pairs_of
from reranker_ui.core.evaluation.combining.combination import (
    Combination,
    combination_of,
    combination_without_labels,
    enough,
)
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker, meaning_of
from reranker_ui.core.evaluation.combining.linear_probe import LinearProbe
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.evaluation.metrics import METRIC_TITLES
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.rows.mapped_pairs import rows_at, some_pairs, train_pairs
from reranker_ui.core.training.run_plan import Plan

# Labelled pairs that the probe is fitted to, no more than are learned from: embedding takes time.
LEAST_PROBED, MOST_PROBED = 500, 4_000
SPREAD = 50  # pairs that show how far scores spread; without a label where there are such
Scores: TypeAlias = dict[str, list[float]]
TITLES = {
    "tuned": "the cross-encoder",
    "probe": "the probe of the embeddings",
    "cosine": "cosine",
    "bm25": "BM25",
}


def run_ranker(plan: Plan, dev_logits: list[float]) -> CombinedRanker | None:
    """What the dev split calls for, saved beside the model; None where the model is served alone.

    `dev_logits`: of the tuned model on `plan.judged`.
    """
    folder = plan.folder
    folder.combined_file.unlink(missing_ok=True)
    train = train_pairs(folder)
    unlabelled = folder.texts()
    texts = [*some_pairs(train, plan.recipe.seed), *unlabelled]
    terms = TermWeights.of([passage for _, passage in texts])
    probe = _probe(plan, train, terms)
    known = unlabelled if len(unlabelled) >= SPREAD else texts
    combination = _chosen(plan, dev_logits, terms, probe) or _without_labels(plan, probe, known)
    plan.baselines.vectors.delete_engine()
    if combination is None:
        return None
    ranker = CombinedRanker(combination, _encoder_name(plan), plan.recipe.revision, terms, probe)
    ranker.save(folder.combined_file)
    if not combination.alone:
        folder.emit("notice", message=_notice(combination))
    return ranker


def _probe(plan: Plan, train: pd.DataFrame, terms: TermWeights) -> LinearProbe | None:
    # None where there are too few labels of a kind.
    limit = min(MOST_PROBED, max(LEAST_PROBED, plan.spec.learned), len(train))
    places = pd.Series(range(len(train))).sample(limit, random_state=plan.recipe.seed)
    sample = rows_at(train, places)
    truth = np.asarray(plan.folder.scale().relevant(sample["grade"]), dtype=bool)
    if not enough(truth):
        return None
    pairs = pairs_of(sample)
    return LinearProbe.of(truth, *plan.baselines.vectors.of_pairs(pairs), terms.scores(pairs))


def _chosen(
    plan: Plan, dev_logits: list[float], terms: TermWeights, probe: LinearProbe | None
) -> Combination | None:
    judged = plan.judged
    combination = None
    if len(judged):
        pairs = pairs_of(judged)
        words = terms.scores(pairs)
        scores: Scores = {"tuned": dev_logits, "bm25": words}
        scores |= meaning_of(pairs, plan.baselines.vectors.of_pairs, probe, words)
        keys, grades = judged["query_key"].tolist(), judged["grade"].tolist()
        combination = combination_of(keys, grades, scores, plan.folder.scale())
    return combination


def _without_labels(plan: Plan, probe: LinearProbe | None, texts: list[Pair]) -> Combination | None:
    """What ranks where dev has too few labels; `texts`: pairs of the train split."""
    if probe is not None and not plan.base.has_ranking_head:
        return Combination(0.0, {"probe": 1.0}, {})
    if not is_embedded(plan.base.path):
        return None
    folder = plan.folder
    pairs = texts[:: max(1, len(texts) // SPREAD)][:SPREAD]
    queries, passages = plan.baselines.vectors.of_pairs(pairs)
    cosine = (queries * passages).sum(axis=1).tolist()
    return combination_without_labels(logits_of(folder, folder.model, None, pairs), cosine)


def _notice(combination: Combination) -> str:
    parts = [TITLES[part] for part in combination.used]
    named = f"{', '.join(parts[:-1])} and {parts[-1]}" if parts[1:] else f"{parts[0]} alone"
    if not combination.gains:
        fitted = combination.used == ["probe"]
        how = ", fitted to the training labels" if fitted else " in equal parts"
        return (
            "There are too few dev labels to evaluate the cross-encoder, so this run ranks by "
            f"{named}{how}."
        )
    gains = " and ".join(
        f"{METRIC_TITLES[metric]} {gain:+.3f} (± {error:.3f})"
        for metric, (gain, error) in combination.gains.items()
    )
    return (
        f"This run ranks by {named}: on held-out dev queries, {gains} over the cross-encoder alone."
    )


def _encoder_name(plan: Plan) -> str:
    # By name, not by folder: a home may move.
    return embedded_name(plan.baselines.encoder) or plan.recipe.base
