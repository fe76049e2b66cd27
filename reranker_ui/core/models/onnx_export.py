"""A cross-encoder as ONNX: one file, fp32, with batch and length open."""

import io
import logging
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

EXAMPLE = [("how are caves formed?", "Water carves them."), ("ice", "An ice cave in a glacier.")]
MOST_BATCH = 4096


def export(model: Any, file: Path) -> list[str]:
    """Write the whole CrossEncoder `model` to `file`; returns the names of its inputs.

    Uses torch.onnx.export with dynamo; raises its errors for an unsupported model.
    """
    import onnx
    import torch

    names = list(model.tokenizer.model_input_names)
    example = model.tokenizer(EXAMPLE, padding=True, return_tensors="pt")
    rows = torch.export.Dim("batch", min=1, max=MOST_BATCH)
    length = torch.export.Dim("tokens", min=2, max=int(model.max_seq_length))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _scorer(model, names),
            tuple(example[name] for name in names),
            str(file),
            input_names=names,
            output_names=["logits"],
            dynamic_shapes=(tuple({0: rows, 1: length} for _ in names),),  # one *inputs
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    graph = onnx.load(str(file))
    del graph.graph.value_info[:]  # the quantizer fails on the shapes that dynamo writes
    _remove_notes(graph.graph)
    onnx.save(graph, str(file))
    return names


def _remove_notes(graph: Any) -> None:
    # dynamo notes for each node the lines of code that it came from, with their folders here.
    for noted in (graph, *graph.input, *graph.output, *graph.initializer, *graph.node):
        del noted.metadata_props[:]
    for inner in (part.g for node in graph.node for part in node.attribute if part.HasField("g")):
        _remove_notes(inner)


def _scorer(model: Any, names: list[str]) -> Any:
    import torch

    class Scorer(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            scores: torch.Tensor = self.model(dict(zip(names, inputs, strict=True)))["scores"]
            return scores

    return Scorer().eval()
