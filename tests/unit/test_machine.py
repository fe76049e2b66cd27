"""GPUs of the machine, the memory that a training process keeps, and large imports."""

import platform
import subprocess
import sys
from types import SimpleNamespace

import pytest

from reranker_ui.core.values import machine

STEPS = """
import resource, sys
import numpy as np
from reranker_ui.core.values.machine import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
for step in range(12):
    blocks = [np.full(1_000_000 * size, 1.0) for size in (1, 5, 1 + step % 4)]
    del blocks
    if step == 5:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.parametrize(("driver", "count"), [(True, 4), (False, 0)])
def test_torch_counts_gpus_only_where_there_is_a_driver(tmp_path, monkeypatch, driver, count):
    torch = SimpleNamespace(cuda=SimpleNamespace(device_count=lambda: 4))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(machine, "DRIVERS", [tmp_path if driver else tmp_path / "missing"])
    assert machine.visible_gpus() == count


def faults(how):
    """Pages that the system made for the last six of twelve steps."""
    done = subprocess.run([sys.executable, "-c", STEPS, how], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_what_a_step_frees_the_next_one_takes_again():
    assert faults("keep") < faults("as it comes") / 5


IMPORT = """
import gc
from reranker_ui.core.values.machine import import_large
import_large("html.parser")
kept, made = gc.get_freeze_count(), [[] for _ in range(9999)]
import_large("html.parser")
assert gc.isenabled() and 0 < kept == gc.get_freeze_count()
try:
    import_large("no_such_module")
except ModuleNotFoundError:
    assert gc.isenabled() and kept == gc.get_freeze_count()
else:
    raise AssertionError
"""


def test_a_large_import_is_not_searched_for_garbage():
    subprocess.run([sys.executable, "-c", IMPORT], check=True)
