"""Embeddings of the texts that were ranked last: candidates come back with the next query."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

MOST = 20_000  # texts; 31 MB of 384 dimensions


class RecentVectors:
    """Keeps the embeddings of at most `most` texts, by a hash of the text; for many threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Any] = OrderedDict()
        self._turn = threading.Lock()

    def of(self, texts: Sequence[str], kind: str, embed: Callable[[list[str]], Any]) -> Any:
        """The embedding of each text: texts x dimensions. `embed` is called for new ones."""
        keys = [
            hashlib.blake2b(f"{kind} {text}".encode(), digest_size=16).digest() for text in texts
        ]
        with self._turn:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            rows = embed(list(new.values()))
            found.update({key: row.copy() for key, row in zip(new, rows, strict=True)})
        with self._turn:
            for key in dict.fromkeys(keys):
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return np.stack([found[key] for key in keys])
