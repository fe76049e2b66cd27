"""What this machine can do, told without importing torch: the page must not wait for that."""

from functools import lru_cache
from pathlib import Path

from reranker_ui.core.values.machine import chosen_precision

BF16 = {"avx512_bf16", "amx_bf16", "amx-bf16"}
NVIDIA = Path("/proc/driver/nvidia/version")


def likely_precision(asked: str, preferred: str = "auto") -> str:
    """The precision that a worker on this machine will choose; "auto" where that is not known.

    `preferred` is what auto means by the settings, as in `chosen_precision`.
    """
    if asked == "auto" and preferred != "auto":
        return preferred
    if NVIDIA.exists():
        return "bf16" if asked == "auto" else asked
    flags = _flags()
    return chosen_precision(asked, False, bool(BF16 & flags), preferred)[0] if flags else asked


def likely_notice(asked: str, preferred: str = "auto") -> str | None:
    """The sentence that a worker on this machine will say of the precision asked for, if any."""
    if NVIDIA.exists() or not _flags():
        return None
    return chosen_precision(asked, False, bool(BF16 & _flags()), preferred)[1]


@lru_cache(maxsize=1)
def _flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    told = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return frozenset(told.partition(":")[2].split())
