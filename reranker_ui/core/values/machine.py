"""The resources of a run: device, precision, threads, memory and disk."""

import ctypes
import gc
import importlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reranker_ui.core.values.refused import Refused

LEAST_DISK = 500_000_000  # bytes: below, not even a small model and its checkpoints fit
DRIVERS = (  # of GPUs: NVIDIA's, AMD's, and that of Windows' subsystem for Linux
    Path("/proc/driver/nvidia/version"),
    Path("/dev/kfd"),
    Path("/dev/dxg"),
)
# Options of glibc's mallopt, and what training sets them to.
MALLOC_TRAINING = {
    -1: -1,  # M_TRIM_THRESHOLD: nothing goes back to the system
    -2: 64 << 20,  # M_TOP_PAD: the heap grows in large steps
    -4: 0,  # M_MMAP_MAX: large blocks come from the heap too, so that they can be used again
    -8: 1,  # M_ARENA_MAX: one heap for all threads, or each would keep its own
}
MALLOC_SERVER = {
    -3: 128 << 10,  # M_MMAP_THRESHOLD: larger blocks go back when they are freed
    -8: 2,  # M_ARENA_MAX: else each of a hundred threads keeps what its largest request took
}


@dataclass(frozen=True)
class Machine:
    """`device` is cpu or cuda, `precision` fp32, bf16 or fp16; `notice` explains a replacement."""

    device: str
    precision: str
    threads: int
    notice: str | None = None


def keep_memory() -> None:
    """Keep freed memory in this process; call before torch is imported in a process that trains.

    Each step allocates and frees the same large blocks. By default they return to the system,
    which zeroes fresh pages at every step. Does nothing where the C library is not glibc.
    """
    _set_malloc(MALLOC_TRAINING)


def return_memory() -> None:
    """Let memory that is freed go back to the system; for a server, before its threads start.

    By default one large request raises the size from which blocks go back, up to 32 MB.
    """
    _set_malloc(MALLOC_SERVER)


def trim_memory() -> None:
    """Give memory that is free now back to the system, small blocks too."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _set_malloc(options: Mapping[int, int]) -> None:
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in options.items():
            mallopt(option, value)


def import_large(module: str) -> None:
    """Import a large module without looking for garbage in what it makes, now or later.

    All of it is kept. For sentence-transformers the search takes an eighth of the import, and a
    fifth of a second each later time.
    """
    if module in sys.modules:
        return
    gc.disable()
    try:
        importlib.import_module(module)
        gc.freeze()
    finally:
        gc.enable()


def prepare_training(processes: int = 1, gpus: int = 0) -> None:
    """Set up a process that trains. Call before torch is imported.

    Several `processes` train on the CPUs; otherwise one process trains on a GPU if there is one.
    """
    lower_priority(5)
    keep_memory()
    # One process, one GPU: with several visible the trainer would copy the model to each.
    visible = "" if processes > 1 else ",".join(map(str, range(max(1, gpus))))
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", visible)


def visible_gpus() -> int:
    """The number of GPUs that this process may use.

    Without a driver it is 0, and torch, which takes seconds to import, is not asked.
    """
    if not any(driver.exists() for driver in DRIVERS):
        return 0
    import torch

    return int(torch.cuda.device_count())


def usable_processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def check_gpus(gpus: int) -> None:
    """Refuse a run that needs more GPUs than are visible here."""
    if not gpus:
        return
    import torch

    if (available := torch.cuda.device_count()) < gpus:
        raise Refused(
            f"The run needs {gpus} GPU{'s' if gpus > 1 else ''}, and this machine has {available}."
            " Choose fewer GPUs, or processes, which train on the CPUs."
        )


def die_with_parent() -> None:
    """End this process when the one that started it ends, however it ends; only on Linux."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def lower_priority(niceness: int) -> None:
    """Lower the priority of this process. Call before torch is imported."""
    with suppress(OSError):
        os.nice(niceness)
    # Otherwise torch's idle threads spin and slow everything down on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def this_machine(requested: str, threads: int | None = None, preferred: str = "auto") -> Machine:
    """This machine; also sets the number of threads of torch, all cores if None.

    `requested` and `preferred` are precisions as in `chosen_precision`.
    """
    import torch

    cuda = torch.cuda.is_available()
    capabilities = torch.cpu.get_capabilities()
    bf16 = bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    if cuda:
        bf16 = torch.cuda.is_bf16_supported()
    threads = threads or usable_processors()
    use_threads(threads)
    precision, notice = chosen_precision(requested, cuda, bf16, preferred)
    return Machine("cuda" if cuda else "cpu", precision, threads, notice)


def use_threads(threads: int) -> None:
    """Let torch compute with so many threads in this process."""
    import torch

    torch.set_num_threads(threads)


def chosen_precision(
    requested: str, cuda: bool, bf16: bool, preferred: str = "auto"
) -> tuple[str, str | None]:
    """The precision to train in, and a sentence where it is not the requested one.

    `preferred` is the meaning of `requested` = auto on this machine: auto for the fastest
    supported one, fp32, or bf16, which is then used even where the processor only emulates it.
    Without a GPU the libraries silently ignore fp16, and bf16 only helps where the processor
    supports it (avx512_bf16 or amx_bf16).
    """
    best = "bf16" if bf16 else "fp16" if cuda else "fp32"
    if preferred != "auto":
        best = preferred
    if requested in ("auto", best):
        return best, None
    if requested == "fp32" or (requested == "bf16" and bf16) or (requested == "fp16" and cuda):
        return requested, None
    kind = "GPU" if cuda else "processor"
    return best, f"This {kind} does not train in {requested}, so {best} is used instead."


def free_disk(folder: Path) -> int:
    """Free bytes on the disk of `folder`, which may not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def free_memory() -> int:
    """Bytes of memory available without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def bytes_in_words(size: float) -> str:
    """A size in readable units: 270 MB, 1.4 GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, size / 1e6):.0f} MB"


def share_processors(processes: int) -> None:
    """Let each of `processes` child processes compute with its share of the threads."""
    threads = max(1, (os.cpu_count() or 1) // processes)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
