"""Builds a fast engine from a model's folder: export, convert, compare, keep if it agrees."""

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.engine import KEPT, FastEngine, check_agreement, has_bf16, processor
from reranker_ui.core.models.torch_engine import TorchEngine
from reranker_ui.core.values.refused import Refused

# By how much a probability may differ from torch's. bf16 has 8 bits of precision: trained models
# differed by up to 0.028 at Spearman 0.9998.
MOST = {"bf16": 0.05, "f32": 0.02}
QUERIES = [
    "how are glacier caves formed?",
    "Что такое ледниковая пещера?",
    "冰川洞穴是怎么形成的？",
]
PASSAGES = [
    "A glacier cave is a cave formed within the ice of a glacier.",
    "Meltwater running through or under a glacier opens tunnels that widen with every summer.",
    "Cats sleep all day.",
    "Пещера в леднике образуется талой водой.",
    "冰川洞穴是在冰川的冰层中形成的洞穴。",
    "Hang động băng hình thành khi nước tan chảy qua sông băng.",
    "  white   space\n\nand a line  ",
    "",
    "naïve café №5 — 20 % 😀 ﬁ",
    "The ice front is about sixty metres high. " * 3,
    "Heat from a volcanic vent below the ice can melt a cave from underneath. " * 40,
]


def make(
    model_folder: Path, target: Path, samples: Sequence[Pair] = (), preferred: str = "auto"
) -> dict[str, Any]:
    """Build the engine of the model in `model_folder` in `target`, completely or not at all.

    It is compared with torch on difficult texts and on `samples`. bf16 is used where `preferred`
    (auto, fp32 or bf16) allows it (auto: where the processor supports it) and the scores agree,
    otherwise fp32. A failure is saved as `{"fault"}`, so that it is not tried again.
    Returns what is saved: precision, inputs, max_length, agreement.
    """
    return built_whole(
        target,
        KEPT,
        lambda draft: _make(model_folder, draft, samples, preferred),
        processor=processor(),
    )


def built_whole(
    target: Path, report: str, build: Callable[[Path], dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """Let `build` fill a temporary folder, write its result and `more` to the file `report`, and
    move the folder to `target`. A failure is saved as `{"fault"}`, so that it is not tried again.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
    try:
        try:
            result = build(draft)
        except Exception as error:
            # Converters raise anything: torch stays in use, and the reason is saved.
            result = {"fault": f"{type(error).__name__}: {str(error)[:500]}"}
        result = result | more
        (draft / report).write_text(json.dumps(result, indent=1))
        shutil.rmtree(target, ignore_errors=True)
        draft.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return result


def _make(
    model_folder: Path, draft: Path, samples: Sequence[Pair], preferred: str
) -> dict[str, Any]:
    import openvino

    from reranker_ui.core.models.onnx_export import export

    plain = TorchEngine(model_folder)
    pairs = [*check_pairs(), *samples]
    expected = plain.logits(pairs)
    names = export(plain.model, draft / "model.onnx")
    graph = openvino.convert_model(str(draft / "model.onnx"))
    openvino.save_model(graph, str(draft / "model.xml"), compress_to_fp16=False)
    (draft / "model.onnx").unlink()
    tokenizer = plain.model.tokenizer
    tokenizer.backend_tokenizer.save(str(draft / "tokenizer.json"))
    pad = {"input_ids": tokenizer.pad_token_id, "token_type_ids": tokenizer.pad_token_type_id}
    metadata = {"inputs": names, "max_length": plain.max_length, "pad": pad}
    bf16 = preferred == "bf16" or (preferred == "auto" and has_bf16())
    precisions = ["bf16", "f32"] if bf16 else ["f32"]
    return metadata | _agreeing(draft, metadata, pairs, expected, precisions)


def _agreeing(
    draft: Path,
    metadata: dict[str, Any],
    pairs: Sequence[Pair],
    expected: Sequence[float],
    tried: Sequence[str],
) -> dict[str, Any]:
    report: dict[str, Any] = {}
    for precision in tried:
        (draft / KEPT).write_text(
            json.dumps(metadata | {"precision": precision, "processor": processor()})
        )
        try:
            logits = FastEngine(draft).logits(pairs)
            report["agreement"] = check_agreement(expected, logits, MOST[precision])
        except Refused as refused:
            if precision == "f32":
                raise
            report["not_bf16"] = str(refused)
            continue
        return report | {"precision": precision}
    raise AssertionError("f32 was tried")


def check_pairs() -> list[Pair]:
    """Pairs that are difficult for converters and tokenizers: scripts, blanks, lengths."""
    return [(query, passage) for query in QUERIES for passage in PASSAGES]
