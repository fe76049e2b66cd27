"""What the Hub says of a model before anything of it is brought here: its commit and its size."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from reranker_ui.core.machine import bytes_in_words
from reranker_ui.core.refused import Refused

COMMIT = re.compile(r"[0-9a-f]{40}")
LARGEST = 20_000_000_000  # bytes of one model
PATIENCE = 5.0  # seconds


def commit_of(name: str, cache_dir: Path) -> str | None:
    """The commit that a model's name means now: that of the copy here, else the Hub's newest.

    None where neither is known.
    """
    from reranker_ui.core.base_models import cached_model, hub_is_reachable

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
