"""Models on the Hub: commit and size before the download, then the download."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from reranker_ui.core.models.hub import reach
from reranker_ui.core.models.hub.reach import hub_is_reachable
from reranker_ui.core.models.model_folder import is_whole
from reranker_ui.core.values.machine import bytes_in_words
from reranker_ui.core.values.refused import Refused

# Excludes anything that could be a path.
HUB_ID = re.compile(r"(?!.*(\.\.|--))[a-zA-Z0-9][\w.-]{0,95}(/[a-zA-Z0-9][\w.-]{0,95})?", re.ASCII)
MODEL_FILES = ["*.json", "*.safetensors", "*.txt", "*.model", "*.codes"]  # bpe.codes: of PhoBERT
IGNORED_FILES = ["onnx/*", "openvino/*"]
COMMIT = re.compile(r"[0-9a-f]{40}")
LARGEST = 20_000_000_000  # bytes of one model
PATIENCE = 5.0  # seconds


def commit_of(name: str, cache_dir: Path) -> str | None:
    """The commit of a model: that of the local copy, otherwise the newest on the Hub.

    None where neither is known.
    """
    if (folder := cached_model(name, None)) is not None:
        return folder.name if COMMIT.fullmatch(folder.name) else None
    if not hub_is_reachable(cache_dir):
        return None
    sha = check_model(name, None).sha
    return str(sha) if sha else None


def check_model(name: str, revision: str | None) -> Any:
    """The Hub's metadata of a model. Refused: no safetensors, or too large."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        info = HfApi().model_info(name, revision=revision, files_metadata=True, timeout=PATIENCE)
    except (HfHubHTTPError, HFValidationError) as error:
        raise Refused(f"{name} was not found on the Hub, or is private.") from error
    except (HTTPError, OSError) as error:
        raise Refused(f"The Hub did not answer about {name}: {error}. Try again.") from error
    weights = [file for file in info.siblings or [] if fnmatch(file.rfilename, "*.safetensors")]
    if not weights:
        raise Refused(f"{name} has no safetensors weights, the only kind that is loaded here.")
    size = sum(file.size or 0 for file in weights if "/" not in file.rfilename)
    if size > LARGEST:
        raise Refused(
            f"The weights of {name} are {bytes_in_words(size)};"
            f" the limit is {bytes_in_words(LARGEST)}."
        )
    return info


def cached_model(name: str, revision: str | None) -> Path | None:
    """The folder of a Hub model that is complete on this machine, otherwise None."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if is_whole(folder) else None


def download(name: str, revision: str | None) -> Path:
    """Download a model from the Hub. Refused where it is missing, private or unreachable."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    check_model(name, revision)
    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=MODEL_FILES,
                ignore_patterns=IGNORED_FILES,
                etag_timeout=reach.PATIENCE,
            )
        )
    except (HfHubHTTPError, HFValidationError) as error:
        raise Refused(f"{name} was not found on the Hub, or is private.") from error
    except OSError as error:
        raise Refused(f"{name} could not be downloaded: {error}. Try again.") from error
