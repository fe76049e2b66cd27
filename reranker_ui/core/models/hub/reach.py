"""Whether the Hub can be reached, checked once for all processes of a home."""

import json
import threading
import time
from pathlib import Path

PATIENCE = 3.0  # seconds to wait for the Hub; its own client retries for 23
MEMORY = 60.0  # seconds that the answer is remembered


def hub_is_reachable(cache_dir: Path, patience: float = PATIENCE) -> bool:
    """Whether the Hub answers; all processes of a home check at most once in MEMORY seconds."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    cache_file, endpoint = cache_dir / "hub.json", constants.ENDPOINT
    reachable = _cached(cache_file, endpoint)
    if reachable is None:
        reachable = _answers(endpoint, patience)
        cache_dir.mkdir(parents=True, exist_ok=True)
        draft = cache_file.with_suffix(f".{threading.get_native_id()}")
        draft.write_text(
            json.dumps({"endpoint": endpoint, "answers": reachable, "at": time.time()})
        )
        draft.replace(cache_file)
    return reachable


def _cached(cache_file: Path, endpoint: str) -> bool | None:
    try:
        last = json.loads(cache_file.read_text())
        fresh = last["endpoint"] == endpoint and 0 <= time.time() - last["at"] < MEMORY
        return bool(last["answers"]) if fresh else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _answers(endpoint: str, patience: float) -> bool:
    import httpx

    answers: list[bool] = []

    def check() -> None:
        try:
            answers.append(httpx.head(endpoint, timeout=patience).status_code < 500)
        except (httpx.HTTPError, OSError):
            answers.append(False)

    # In a thread: a client's timeout does not limit the DNS look-up.
    thread = threading.Thread(target=check, daemon=True)
    thread.start()
    thread.join(patience)
    return bool(answers and answers[0])
