"""Conversions of models, in a process of their own: `python -m reranker_ui.jobs.convert`.

They hold the interpreter for many seconds, and a converter that falls may not take the page along.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from reranker_ui.settings import Settings

NICE = 10  # the page and its people come first


def main(arguments: Sequence[str]) -> int:
    """Make what KIND says of a model: KIND MODEL_FOLDER TARGET, pairs to check as JSON on stdin.

    KIND: `engine`, the fast engine of this app; `onnx`, files for other programs.
    """
    kind, model, target = arguments[0], Path(arguments[1]), Path(arguments[2])
    with suppress(OSError):
        os.nice(NICE)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    samples = [(str(query), str(passage)) for query, passage in json.load(sys.stdin)]
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_suffix(".lock")):
        made = (_onnx if kind == "onnx" else _engine)(model, target, samples)
    return 1 if "fault" in made else 0


def _engine(model: Path, target: Path, samples: list[tuple[str, str]]) -> dict[str, Any]:
    from reranker_ui.core.models.engine import kept_in
    from reranker_ui.core.models.engine_build import make

    return kept_in(target) or make(model, target, samples, Settings().precision)


def _onnx(model: Path, target: Path, samples: list[tuple[str, str]]) -> dict[str, Any]:
    from reranker_ui.core.models.onnx_parity import make_onnx, report_in

    made = report_in(target)
    return made if made and "fault" not in made else make_onnx(model, target, samples)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
