"""Models of the Hub: their commit and size before anything is brought here, then the bringing."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from reranker_ui.core.models import hub_reach
from reranker_ui.core.models.hub_reach import hub_is_reachable
from reranker_ui.core.models.model_folder import is_whole
from reranker_ui.core.values.machine import bytes_in_words
from reranker_ui.core.values.refused import Refused

# Nothing that could be read as a way through folders.
HUB_ID = re.compile(r"(?!.*(\.\.|--))[a-zA-Z0-9][\w.-]{0,95}(/[a-zA-Z0-9][\w.-]{0,95})?", re.ASCII)
WANTED = ["*.json", "*.safetensors", "*.txt", "*.model"]
UNWANTED = ["onnx/*", "openvino/*"]
COMMIT = re.compile(r"[0-9a-f]{40}")
LARGEST = 20_000_000_000  # bytes of one model
PATIENCE = 5.0  # seconds


def commit_of(name: str, cache_dir: Path) -> str | None:
    """The commit that a model's name means now: that of the copy here, else the Hub's newest.

    None where neither is known.
    """
    if (folder := cached_model(name, None)) is not None:
        return folder.name if COMMIT.fullmatch(folder.name) else None
    if not hub_is_reachable(cache_dir):
        return None
    sha = check_model(name, None).sha
    return str(sha) if sha else None


def check_model(name: str, revision: str | None) -> Any:
    """What the Hub tells of a model. Refused: one without safetensors, one that is too large."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        told = HfApi().model_info(name, revision=revision, files_metadata=True, timeout=PATIENCE)
    except (HfHubHTTPError, HFValidationError) as error:
        raise Refused(
            f"The Hub does not give {name}: it is not there, or not open to everyone."
        ) from error
    except (HTTPError, OSError) as error:
        raise Refused(f"The Hub did not answer about {name}: {error}. Try again.") from error
    weights = [one for one in told.siblings or [] if fnmatch(one.rfilename, "*.safetensors")]
    if not weights:
        raise Refused(f"{name} has no safetensors weights, the only kind that is loaded here.")
    size = sum(one.size or 0 for one in weights if "/" not in one.rfilename)
    if size > LARGEST:
        raise Refused(
            f"The weights of {name} are {bytes_in_words(size)}, and"
            f" {bytes_in_words(LARGEST)} are the most that is brought here."
        )
    return told


def cached_model(name: str, revision: str | None) -> Path | None:
    """The folder of a model of the Hub that is on this machine whole, else None."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if is_whole(folder) else None


def download(name: str, revision: str | None) -> Path:
    """Bring a model of the Hub here. Refused where it is not there, not open, or not to be had."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    check_model(name, revision)
    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=WANTED,
                ignore_patterns=UNWANTED,
                etag_timeout=hub_reach.PATIENCE,
            )
        )
    except (HfHubHTTPError, HFValidationError) as error:
        raise Refused(
            f"The Hub does not give {name}: it is not there, or not open to everyone."
        ) from error
    except OSError as error:
        raise Refused(f"{name} could not be downloaded: {error}. Try again.") from error
