"""The ranking start of an encoder: what makes it a cross-encoder that ranks before any label.

An encoder has no ranking head, and a fresh one needs thousands of pairs before it ranks as well
as the encoder's own cosine. That part of the training is the same for every dataset, so it was done
once (`tests/benchmark/make_ranking_start.py`). The start is the difference it made: vectors and the
new head in half precision, matrices in blocks of 4 bits as in `packed_weights`. In trials blocks
kept 99% of the difference; products of two matrices of rank 64 were as large and kept 79%.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from reranker_ui.core.bases.packed_weights import packed, unpacked

Tensors: TypeAlias = Mapping[str, "np.ndarray[Any, np.dtype[Any]]"]
PREFIX = "bert."  # of the encoder's tensors in a BertForSequenceClassification
BLOCKS = ".blocks"  # after the name of a matrix: bytes
# A cross-encoder of BERT with one score, as transformers describes it.
CONFIG = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "LABEL_0"},
    "label2id": {"LABEL_0": 0},
}


def with_start(encoder: Tensors, start: Tensors) -> dict[str, Any]:
    """The cross-encoder's tensors: those of the `encoder` moved by `start`, and the head."""
    tensors = {PREFIX + name: tensor for name, tensor in encoder.items()}
    for name, value in start.items():
        if name.endswith(BLOCKS):
            name = name.removesuffix(BLOCKS)
            before = tensors[name].astype(np.float32)
            value = before + unpacked(value.tobytes(), 0, before.size).reshape(before.shape)
        tensors[name] = value
    return tensors


def start_of(encoder: Tensors, trained: Tensors) -> dict[str, Any]:
    """The start that moves `encoder` to the `trained` cross-encoder, without what did not move."""
    start: dict[str, Any] = {}
    for name, after in trained.items():
        before = encoder.get(name.removeprefix(PREFIX))
        if before is None or before.ndim < 2:
            start[name] = after.astype(np.float16)
            continue
        moved = after.astype(np.float32) - before.astype(np.float32)
        if moved.any():
            start[name + BLOCKS] = np.frombuffer(packed(moved), dtype=np.uint8)
    return start
