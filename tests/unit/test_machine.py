"""Memory that is freed stays with a process that trains: its pages are not made anew each step."""

import platform
import subprocess
import sys

import pytest

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


def faults(how):
    """Pages that the system made for the last six of twelve steps."""
    done = subprocess.run([sys.executable, "-c", STEPS, how], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_what_a_step_frees_the_next_one_takes_again():
    assert faults("keep") < faults("as it comes") / 5
