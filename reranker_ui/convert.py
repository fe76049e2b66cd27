"""Conversions of models, in a process of their own: `python -m reranker_ui.convert`.

They hold the interpreter for many seconds, and a converter that falls may not take the page along.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

NICE = 10  # the page and its people come first


def main(arguments: Sequence[str]) -> int:
    """Make the fast engine of a model: MODEL_FOLDER TARGET, pairs to check as JSON on stdin."""
    model, target = (Path(argument) for argument in arguments)
    with suppress(OSError):
        os.nice(NICE)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from reranker_ui.core.engine import kept_in
    from reranker_ui.core.engine_making import make

    samples = [(str(query), str(passage)) for query, passage in json.load(sys.stdin)]
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_suffix(".lock")):
        kept = kept_in(target) or make(model, target, samples)
    return 1 if "fault" in kept else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
