"""Embeddings of passages in a folder, searched exactly: appended in batches, never held in memory.

The keys are written after the embeddings, so a batch whose writing was cut short does not count.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

BLOCK = 16_384  # embeddings compared at once: 25 MB of 384 dimensions
KEY = "S24"  # a passage key, see `core.values.pairs.passage_key`
KIND = np.dtype(np.float32)


class VectorIndex:
    """Embeddings of length 1, each with the key of its text. One process may append at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._keys = folder, folder / "keys.bin"

    def __len__(self) -> int:
        """How many embeddings there are."""
        if not self._keys.is_file():
            return 0
        return min(self._keys.stat().st_size // np.dtype(KEY).itemsize, len(self._mapped()))

    def keys(self) -> Any:
        """The key of each embedding: an array of `KEY`."""
        return np.fromfile(self._keys, KEY, len(self)) if len(self) else np.empty(0, KEY)

    def append(self, keys: Sequence[str], vectors: Any) -> None:
        """Add the embeddings of texts with these keys: texts x dimensions."""
        vectors, count = np.ascontiguousarray(vectors, KIND), len(self)
        self._folder.mkdir(parents=True, exist_ok=True)
        # The name holds the dimensions, which no damage of a file can change.
        file = self._folder / f"vectors-{vectors.shape[1]}.f32"
        _write_at(file, count * vectors[0].nbytes, vectors)
        _write_at(self._keys, count * np.dtype(KEY).itemsize, np.array(keys, KEY))

    def rows(self, places: Any) -> Any:
        """The embeddings at an array of places: places x dimensions."""
        return np.asarray(self._mapped()[places])

    def of_keys(self, wanted: Sequence[int]) -> dict[int, Any]:
        """The embeddings that are here, by the first 64 bits of their keys; read when used."""
        keys = np.fromiter((int(key[:16], 16) for key in self.keys()), np.uint64, len(self))
        places = np.flatnonzero(np.isin(keys, np.array(wanted, np.uint64))).tolist()
        rows = np.asarray(self._mapped())
        return {int(keys[place]): rows[place] for place in places}

    def search(self, vector: Any, k: int, places: Any) -> list[tuple[int, float]]:
        """At most `k` (position in `places`, cosine), best first, among the embeddings there.

        `places` ascend. Every one is compared, in blocks; the memory is 4 bytes for each.
        """
        mapped, vector = self._mapped(), np.asarray(vector, KIND)
        cosines = np.empty(len(places), KIND)
        for start in range(0, len(places), BLOCK):
            part = slice(start, start + BLOCK)
            cosines[part] = mapped[places[part]] @ vector
        # Only a damaged file gives anything else.
        cosines[~(np.abs(cosines) <= 1.01)] = -1
        k = min(k, len(cosines))
        if k < 1:
            return []
        best = np.argpartition(-cosines, k - 1)[:k]
        best = best[np.lexsort((best, -cosines[best]))]
        return [(int(place), float(cosines[place])) for place in best]

    def _mapped(self) -> Any:
        file = next(self._folder.glob("vectors-*.f32"), None)
        width = int(file.stem.partition("-")[2]) if file else 1
        size = file.stat().st_size // (width * KIND.itemsize) if file else 0
        if file is None or not size:
            return np.empty((0, width), KIND)
        return np.memmap(file, KIND, "r", shape=(size, width))


def _write_at(file: Path, place: int, values: Any) -> None:
    with file.open("r+b" if file.exists() else "w+b") as opened:
        opened.truncate(place)
        opened.seek(place)
        opened.write(values.tobytes())
