"""What a worker says of errors."""

import errno

import pytest

from reranker_ui.core.refused import Refused
from reranker_ui.worker import sentence


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (Refused("Label some."), "Label some."),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (MemoryError(), "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "smaller batch"),
        (RuntimeError("CUDA out of memory."), "smaller batch"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_an_error_becomes_a_sentence(error, word):
    assert word in sentence(error)
    assert sentence(error).endswith(".")
