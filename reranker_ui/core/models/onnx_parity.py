"""A model as ONNX files for other programs: fp32 and int8, each compared with torch first."""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.engine import EngineAgreement, agreement, agrees
from reranker_ui.core.models.engine_build import built_whole, check_pairs
from reranker_ui.core.models.torch_engine import TorchEngine

REPORT = "parity.json"  # written last: the folder is complete
FILES = {"fp32": "model.onnx", "int8": "model_int8.onnx"}
BATCH = 8


class OnnxParity(EngineAgreement):
    """A file of the export: its size, milliseconds per pair, and agreement with torch."""

    file: str
    bytes: int
    milliseconds: float
    agrees: bool


class OnnxReport(TypedDict):
    """The report on an export; `max_length` in tokens."""

    pairs: int
    max_length: int
    fp32: OnnxParity
    int8: OnnxParity


class ExportFault(TypedDict):
    """Why an export failed."""

    fault: str


def make_onnx(model_folder: Path, target: Path, samples: Sequence[Pair] = ()) -> dict[str, Any]:
    """Write the model in `model_folder` as ONNX to `target`, completely or not at all.

    fp32 by torch.onnx, int8 by onnxruntime's dynamic quantization of its weights. Returns the
    report saved with them: for each of FILES its bytes, agreement with torch on difficult
    texts and `samples`, and `agrees`; or `{"fault"}` after a failure.
    """
    return built_whole(target, REPORT, lambda draft: _make(model_folder, draft, samples))


def report_in(folder: Path) -> OnnxReport | ExportFault | None:
    """The report of the export in `folder`; None where there is none."""
    try:
        report: OnnxReport | ExportFault = json.loads((folder / REPORT).read_text())
    except (OSError, ValueError):
        return None
    return report


def _make(model_folder: Path, draft: Path, samples: Sequence[Pair]) -> dict[str, Any]:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from reranker_ui.core.models.onnx_export import export

    plain = TorchEngine(model_folder)
    pairs = [*check_pairs(), *samples]
    expected = plain.logits(pairs)
    export(plain.model, draft / FILES["fp32"])
    quantize_dynamic(
        draft / FILES["fp32"], draft / FILES["int8"], weight_type=QuantType.QInt8, per_channel=True
    )
    _save_tokenizer(plain, draft)
    shutil.copy(model_folder / "config.json", draft)
    report: dict[str, Any] = {"pairs": len(pairs), "max_length": plain.max_length}
    for name, file in FILES.items():
        started = time.perf_counter()
        logits = onnx_logits(plain, draft / file, pairs)
        seconds = time.perf_counter() - started
        report[name] = {
            "file": file,
            "bytes": (draft / file).stat().st_size,
            "milliseconds": 1000 * seconds / len(pairs),
            **_agreement(expected, logits),
        }
    return report


def _save_tokenizer(plain: TorchEngine, draft: Path) -> None:
    # With the limit of the model, so that other programs cut long texts as it does.
    from tokenizers import Tokenizer

    plain.model.tokenizer.save_pretrained(str(draft))
    if (file := draft / "tokenizer.json").is_file():
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.enable_truncation(plain.max_length, strategy="longest_first")
        tokenizer.save(str(file))


def onnx_logits(plain: TorchEngine, file: Path, pairs: Sequence[Pair]) -> list[float]:
    """The logits of `pairs` by the ONNX `file`, with the tokenizer of `plain`."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_inputs()]
    logits: list[float] = []
    for start in range(0, len(pairs), BATCH):
        queries, passages = zip(*pairs[start : start + BATCH], strict=True)
        read = plain.model.tokenizer(
            list(queries), list(passages), padding=True, truncation="longest_first",
            max_length=plain.max_length, return_tensors="np",
        )  # fmt: skip
        inputs = {name: np.asarray(read[name], dtype=np.int64) for name in names}
        logits += [float(value) for value in session.run(None, inputs)[0].reshape(-1)]
    return logits


def _agreement(expected: Sequence[float], logits: Sequence[float]) -> dict[str, Any]:
    # Reported even where it is poor: users of int8 decide by these numbers.
    report = agreement(expected, logits)
    return {**report, "agrees": agrees(report)}
