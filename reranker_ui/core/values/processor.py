"""The processor's precision, detected without importing torch, which would delay the page."""

from functools import lru_cache
from pathlib import Path

from reranker_ui.core.values.machine import chosen_precision

BF16 = {"avx512_bf16", "amx_bf16", "amx-bf16"}
NVIDIA = Path("/proc/driver/nvidia/version")


def likely_precision(requested: str, preferred: str = "auto") -> str:
    """The precision that a worker on this machine will choose; "auto" where unknown.

    `preferred` is the setting for auto, as in `chosen_precision`.
    """
    if requested == "auto" and preferred != "auto":
        return preferred
    if NVIDIA.exists():
        return "bf16" if requested == "auto" else requested
    flags = _flags()
    return (
        chosen_precision(requested, False, bool(BF16 & flags), preferred)[0] if flags else requested
    )


def likely_notice(requested: str, preferred: str = "auto") -> str | None:
    """The notice that a worker on this machine will give about the requested precision, if any."""
    if NVIDIA.exists() or not _flags():
        return None
    return chosen_precision(requested, False, bool(BF16 & _flags()), preferred)[1]


@lru_cache(maxsize=1)
def _flags() -> frozenset[str]:
    try:
        table = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    entry = next((line for line in table if line.startswith(("flags", "Features"))), "")
    return frozenset(entry.partition(":")[2].split())
