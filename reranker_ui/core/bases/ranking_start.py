"""The ranking start of an encoder: what makes it a cross-encoder that ranks before any label.

An encoder has no ranking head, and a fresh one needs thousands of pairs before it ranks as well
as the encoder's own cosine. That part of the training is the same for every dataset, so it was done
once (`tests/benchmark/make_ranking_start.py`). The start is the difference it made: whole vectors
and the head, and each large matrix as a product of two of low rank, as in LoRA
(https://arxiv.org/abs/2106.09685), found by a truncated singular value decomposition.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

Tensors: TypeAlias = Mapping[str, "np.ndarray[Any, np.dtype[Any]]"]
PREFIX = "bert."  # of the encoder's tensors in a BertForSequenceClassification
UP, DOWN = ".up", ".down"  # after the name of a matrix: outputs x rank, rank x inputs
# A cross-encoder of BERT with one score, as transformers and sentence-transformers describe it.
CONFIG = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "LABEL_0"},
    "label2id": {"LABEL_0": 0},
}


def with_start(encoder: Tensors, start: Tensors) -> dict[str, Any]:
    """The cross-encoder's tensors in half precision: those of the `encoder` moved by `start`."""
    found = {PREFIX + name: tensor for name, tensor in encoder.items()}
    for name, value in start.items():
        if name.endswith(DOWN):
            continue
        if name.endswith(UP):
            name, value = name.removesuffix(UP), _product(start, name.removesuffix(UP))
            value = found[name].astype(np.float32) + value
        found[name] = value
    return {name: np.asarray(tensor, dtype=np.float16) for name, tensor in found.items()}


def start_of(encoder: Tensors, trained: Tensors, rank: int) -> dict[str, Any]:
    """The start that moves `encoder` to about the `trained` cross-encoder; matrices by `rank`.

    Tensors that training left alone are left out.
    """
    found: dict[str, Any] = {}
    for name, after in trained.items():
        before = encoder.get(name.removeprefix(PREFIX))
        if before is None or before.ndim < 2:
            found[name] = after.astype(np.float16)
            continue
        moved = after.astype(np.float32) - before.astype(np.float32)
        if moved.any():
            left, sizes, right = np.linalg.svd(moved, full_matrices=False)
            root = np.sqrt(sizes[:rank])
            found[name + UP] = (left[:, :rank] * root).astype(np.float16)
            found[name + DOWN] = (root[:, None] * right[:rank]).astype(np.float16)
    return found


def _product(start: Tensors, name: str) -> Any:
    return start[name + UP].astype(np.float32) @ start[name + DOWN].astype(np.float32)
