"""The cascade of a run's ranker: with many candidates, most get an estimate instead of a score."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from reranker_ui.core.bases.base_models import resolve_encoder
from reranker_ui.core.evaluation.combining.cascade import FEWEST, CascadeScores
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker, Scorer
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.values.recipe import EMBEDDED
from reranker_ui.services.ranking.model_cache import MODELS, encoder_key
from reranker_ui.services.store.workspace import Workspace

# The pairs of one query, and how many of the best ones matter. None: scoring all is as fast.
Cascade: TypeAlias = Callable[[Sequence[Pair], int], CascadeScores | None]
KNOWN = 0.8  # share of the passages whose embeddings are known, so that a cascade pays


def cascade_of(
    workspace: Workspace, ranker: CombinedRanker, tuned: Scorer, encoder: Encoder | None
) -> Cascade | None:
    """The cascade of a run's ranker; None where it does without the cross-encoder.

    `encoder`: that of the combination. Without one, as the cross-encoder decides alone, cosines
    choose only among passages whose embeddings are known.
    """
    if "tuned" not in ranker.combination.used:
        return None

    def scores(pairs: Sequence[Pair], top: int) -> CascadeScores | None:
        if len(pairs) <= FEWEST:
            return None
        used = encoder or _known_encoder(workspace, ranker.encoder, pairs)
        return ranker.cascade(pairs, tuned, used.of_pairs, top) if used else None

    return scores


def _known_encoder(workspace: Workspace, name: str, pairs: Sequence[Pair]) -> Encoder | None:
    if name not in EMBEDDED:  # another one might have to be downloaded
        return None
    encoder = MODELS.loaded(encoder_key(resolve_encoder(name, workspace.cache)))
    if not isinstance(encoder, Encoder):
        return None
    embedded_count = encoder.recent_count([passage for _, passage in pairs], "document")
    return encoder if embedded_count >= KNOWN * len(pairs) else None
