"""Converts a model: `python -m reranker_ui.jobs.convert FOLDER`.

A conversion blocks the interpreter for many seconds, and a crashing converter must not end the
server.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from reranker_ui.core.values.job_folder import JobFolder, run_job
from reranker_ui.core.values.machine import lower_priority
from reranker_ui.settings import Settings

PATIENCE = 1800  # seconds a conversion may take


def convert(job: JobFolder, _private: Any) -> dict[str, Any]:
    """Convert `model` to `target`, both folders, as the request says; returns the report.

    kind: `engine`, the fast engine of this app; `onnx`, files for other programs. `pairs` are
    scored by both models to compare them.
    """
    lower_priority(10)
    request = job.request()
    model, target, draft = Path(request["model"]), Path(request["target"]), job.path / "made"
    pairs = [(str(query), str(passage)) for query, passage in request["pairs"]]
    make = _make_onnx if request["kind"] == "onnx" else _make_engine
    report = make(model, draft, pairs)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)
    return report


def _make_engine(model: Path, draft: Path, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    from reranker_ui.core.models.engine_build import make

    return make(model, draft, pairs, Settings().precision)


def _make_onnx(model: Path, draft: Path, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    from reranker_ui.core.models.onnx_parity import make_onnx

    return make_onnx(model, draft, pairs)


if __name__ == "__main__":
    sys.exit(run_job(convert, PATIENCE))
