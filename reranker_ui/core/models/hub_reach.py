"""Whether the Hub can be reached, asked once for all processes of a home."""

import json
import threading
import time
from pathlib import Path

PATIENCE = 3.0  # seconds that the Hub gets to answer; its own client retries for 23
MEMORY = 60.0  # seconds that the answer is remembered


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
