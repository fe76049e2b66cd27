"""Texts in a file without a name, in memory only while they are used."""

from array import array
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import overload


class StoredTexts(Sequence[str]):
    """A sequence of texts that grows at its end; the file goes with the object."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - it stays open
        self._ends = array("Q", [0])  # bytes of the file

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """A text, or those of a slice."""
        if isinstance(at, slice):
            return [self[number] for number in range(len(self))[at]]
        number = range(len(self))[at]
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode("utf-8", "surrogatepass")

    def append(self, text: str) -> None:
        """Add a text at the end."""
        self._file.seek(self._ends[-1])
        written = self._file.write(text.encode("utf-8", "surrogatepass"))
        self._ends.append(self._ends[-1] + written)
