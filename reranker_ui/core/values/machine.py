"""What a run has to work with: device, precision and threads."""

import ctypes
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LEAST_DISK = 500_000_000  # bytes: below, not even a small model and its checkpoints fit
# Options of glibc's mallopt, and what training sets them to.
KEEPING = {
    -1: -1,  # M_TRIM_THRESHOLD: nothing goes back to the system
    -2: 64 << 20,  # M_TOP_PAD: the heap grows in large steps
    -4: 0,  # M_MMAP_MAX: large blocks come from the heap too, so that they can be used again
    -8: 1,  # M_ARENA_MAX: one heap for all threads, or each would keep its own
}
RETURNING = {
    -3: 1 << 20,  # M_MMAP_THRESHOLD: blocks of a megabyte and more go back when they are freed
    -8: 2,  # M_ARENA_MAX: else each of a hundred threads keeps what its largest request took
}


@dataclass(frozen=True)
class Machine:
    """`device` is cpu or cuda, `precision` fp32, bf16 or fp16; `notice` says what was not had."""

    device: str
    precision: str
    threads: int
    notice: str | None = None


def keep_memory() -> None:
    """Let memory that is freed stay with this process; for those that train, before torch comes.

    Each step takes and frees the same large blocks. By default they go back to the system and
    come again as fresh pages that it first fills with zeros, at every step. With another C
    library than glibc all stays as it is.
    """
    _set_malloc(KEEPING)


def return_memory() -> None:
    """Let memory that is freed go back to the system; for a server, before its threads start.

    By default one large request raises the size from which blocks go back, up to 32 MB.
    """
    _set_malloc(RETURNING)


def _set_malloc(options: Mapping[int, int]) -> None:
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in options.items():
            mallopt(option, value)


def prepare_training() -> None:
    """Set up a process that trains. To be called before torch is imported."""
    give_way(5)
    keep_memory()
    # One run, one GPU: with several visible the trainer would copy the model to each.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")


def give_way(niceness: int) -> None:
    """Let the page and its users have the processor first. Before torch is imported."""
    with suppress(OSError):
        os.nice(niceness)
    # Else torch's idle threads spin, and on a busy machine everyone waits for them, torch too.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def this_machine(asked: str, threads: int | None = None, preferred: str = "auto") -> Machine:
    """This machine; also sets the number of threads of torch, all cores if None.

    `asked` and `preferred` are precisions as in `chosen_precision`.
    """
    import torch

    cuda = torch.cuda.is_available()
    told = torch.cpu.get_capabilities()
    bf16 = bool(told.get("avx512_bf16") or told.get("amx_bf16"))
    if cuda:
        bf16 = torch.cuda.is_bf16_supported()
    threads = threads or len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    precision, notice = chosen_precision(asked, cuda, bf16, preferred)
    return Machine("cuda" if cuda else "cpu", precision, threads, notice)


def chosen_precision(
    asked: str, cuda: bool, bf16: bool, preferred: str = "auto"
) -> tuple[str, str | None]:
    """The precision to train in, and a sentence where it is not the one asked for.

    `preferred` is what `asked` = auto means on this machine: auto for the fastest it supports,
    fp32, or bf16, which is then used even where the processor only emulates it. Without a GPU the
    libraries ignore fp16 in silence, and bf16 only helps where the processor has it (avx512_bf16
    or amx_bf16).
    """
    best = "bf16" if bf16 else "fp16" if cuda else "fp32"
    if preferred != "auto":
        best = preferred
    if asked in ("auto", best):
        return best, None
    if asked == "fp32" or (asked == "bf16" and bf16) or (asked == "fp16" and cuda):
        return asked, None
    kind = "GPU" if cuda else "processor"
    return best, f"This {kind} does not train in {asked}, so {best} is used instead."


def free_disk(folder: Path) -> int:
    """Bytes that can still be written where `folder` lies, which may not be there yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def free_memory() -> int:
    """Bytes of memory that processes can still have without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def bytes_in_words(size: float) -> str:
    """A size as people read it: 270 MB, 1.4 GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, size / 1e6):.0f} MB"


def share_processors(processes: int) -> None:
    """Let each of `processes` child processes compute with its share of the threads."""
    threads = max(1, (os.cpu_count() or 1) // processes)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
