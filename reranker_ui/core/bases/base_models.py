"""Base models by name: a folder, a model on the Hub, or one bundled with the app."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reranker_ui.core.bases.embedded import embedded, embedded_encoder_of, encoder_beside
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.hub.models import HUB_ID, cached_model, download
from reranker_ui.core.models.hub.reach import hub_is_reachable
from reranker_ui.core.models.model_folder import (
    has_ranking_head,
    is_whole,
    needs_code,
    number_of_scores,
)
from reranker_ui.core.values.recipe import DEFAULT_BASE, EMBEDDED, EMBEDDED_BASE
from reranker_ui.core.values.refused import Refused

UNREACHABLE = (
    "The Hub cannot be reached and {} is not on this machine. "
    "Connect to the internet and try again, or choose the embedded base."
)


@dataclass(frozen=True)
class ResolvedBase:
    """A base model found on this machine.

    `used` differs from `requested` where the embedded base replaces the default one;
    `notice` explains this in a sentence. Without `has_ranking_head` the model ranks at random.
    """

    requested: str
    used: str
    path: Path
    has_ranking_head: bool
    notice: str | None = None


def resolve_base(
    name: str, cache_dir: Path, revision: str | None = None, texts: Sequence[Pair] = ()
) -> ResolvedBase:
    """The base model `name`: an embedded one, a model folder, or a Hub id.

    `revision` pins a Hub model to one commit, tag or branch. `texts` are pairs that it will read;
    they decide whether "embedded" is MiniLM or E5.
    A model in the Hub's local cache is used without a download. Only safetensors are loaded.
    Where the Hub cannot be reached (checked once a minute, the answer is cached in `cache_dir`),
    the embedded base replaces the default one, with a notice.
    Refused: any other name that cannot be loaded.
    """
    if name in EMBEDDED:
        return _embedded(name, cache_dir, texts)
    if (folder := Path(name).expanduser()).is_dir():
        return _found(name, folder)
    if not HUB_ID.fullmatch(name):
        raise Refused(f"There is no model folder {name}. Give a folder, a Hub id, or embedded.")
    if snapshot := cached_model(name, revision):
        return _found(name, snapshot)
    try:
        if not hub_is_reachable(cache_dir):
            raise Refused(UNREACHABLE.format(name))
        return _found(name, download(name, revision))
    except Refused:
        if name != DEFAULT_BASE:
            raise
    notice = f"The Hub cannot be reached, so the embedded {{}} is used instead of {name}."
    return _embedded(name, cache_dir, texts, notice)


def resolve_encoder(name: str, cache_dir: Path, revision: str | None = None) -> Path:
    """The folder of the encoder that a run's combined.json names; refused as `resolve_base`."""
    if name in EMBEDDED:
        return embedded_encoder_of(name, cache_dir)
    return resolve_base(name, cache_dir, revision).path


def encoder_for(base: str, cache_dir: Path, texts: Sequence[Pair] = ()) -> tuple[Path, str | None]:
    """The encoder that reads `texts` beside the base `base`, and a notice if it replaces it."""
    return encoder_beside(resolve_base(base, cache_dir, texts=texts).path, cache_dir, texts)


def _found(name: str, folder: Path) -> ResolvedBase:
    if not is_whole(folder):
        raise Refused(f"{name} has no config.json with safetensors weights, the only kind loaded.")
    if needs_code(folder):
        raise Refused(
            f"{name} runs code from the Hub, which is not allowed here. Choose a base of an "
            "architecture that transformers knows."
        )
    if (scores := number_of_scores(folder)) > 1:
        raise Refused(f"{name} returns {scores} scores per pair. Choose a model that returns one.")
    return ResolvedBase(name, name, folder, has_ranking_head(folder))


def _embedded(
    requested: str, cache_dir: Path, texts: Sequence[Pair], notice: str | None = None
) -> ResolvedBase:
    name = requested if requested in EMBEDDED else EMBEDDED_BASE
    base = embedded(name, cache_dir, texts)
    if notice:
        notice = notice.format(base.name.rpartition("/")[2])
    notices = " ".join(filter(None, (notice, base.notice))) or None
    return ResolvedBase(requested, base.name, base.path, base.ranks, notices)
