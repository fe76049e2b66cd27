"""Bytes of a file: detected by signature, counted while unpacked, and decoded."""

import codecs
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from charset_normalizer import from_bytes

from reranker_ui.core.formats.options import DECODED_LIMIT, Limits, Tick
from reranker_ui.core.values.refused import Refused

_CHUNK = 1 << 20
_LONGEST_LINE = 16_000_000
_SIGNATURES = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture",
    b"%PDF": "a PDF", b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7-Zip archive",
    b"\xfd7zXZ": "an XZ archive", b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"SQLite format 3": "an SQLite database", b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x80\x04": "a Python pickle", b"\x80\x05": "a Python pickle", b"\x7fELF": "a program",
    b"ARROW1": "an Arrow file",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KINDS = {b"PAR1": "parquet", b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip"}
SUPPORTED = (
    "Reranker UI reads CSV, TSV, JSON, JSON Lines and XML (also gzipped or in a ZIP), Parquet,"
    " Excel workbooks (.xlsx), TREC and BEIR."
)


def kind_of(head: bytes, name: str) -> str:
    """parquet, zip, gzip or text by the first bytes; Refused where they are something else."""
    if not head:
        raise Refused(f"Line 1: {name} is empty, so nothing was imported.")
    for signature, kind in KINDS.items():
        if head.startswith(signature):
            return kind
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise Refused(f"Line 1: {name} is {what}. {SUPPORTED}")
    return "text"


class Counted(io.RawIOBase):
    """A stream that raises Refused after more than `limit` bytes."""

    def __init__(self, inner: IO[bytes], limit: int, name: str, tick: Tick) -> None:
        self.inner, self.limit, self.name, self.tick = inner, limit, name, tick
        self.bytes_read, self.lines = 0, 1

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill `buffer`; returns the number of bytes."""
        try:
            data = self.inner.read(min(len(buffer), _CHUNK))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as broken:
            raise Refused(
                f"Line {self.lines:,}: {self.name} is damaged there ({broken})."
            ) from broken
        self.bytes_read += len(data)
        self.lines += data.count(b"\n")
        self.tick(len(data))
        if self.bytes_read > self.limit:
            raise Refused(
                f"Line {self.lines:,}: {self.name} exceeds {self.limit:,} bytes when unpacked,"
                f" {DECODED_LIMIT}. Import it unpacked or in parts."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the inner stream as well."""
        self.inner.close()
        super().close()


def open_bytes(path: Path, limits: Limits, tick: Tick) -> IO[bytes]:
    """The bytes of a plain or gzipped file, counted."""
    size = path.stat().st_size
    if size > limits.upload_bytes:
        raise Refused(
            f"{path.name} has {size:,} bytes, and the limit is {limits.upload_bytes:,}."
            " Import it in parts, or raise the limit (RERANKER_UI_MAX_UPLOAD_BYTES)."
        )
    with path.open("rb") as raw:
        packed = kind_of(raw.read(16), path.name) == "gzip"
    if not packed:
        return io.BufferedReader(
            Counted(path.open("rb"), limits.upload_bytes, path.name, tick), _CHUNK
        )
    inside = gzip.open(path)  # noqa: SIM115 - closed by Counted
    stream = io.BufferedReader(Counted(inside, limits.decoded(size), path.name, tick), _CHUNK)  # type: ignore[arg-type]
    if kind_of(stream.peek(16)[:16] or b"\n", path.name) != "text":
        raise Refused(f"{path.name} contains another packed file. Unpack it first.")
    return stream


def guess_encoding(stream: IO[bytes], name: str) -> str:
    """The encoding of the whole stream: a byte order mark, UTF-8, UTF-16, else the likeliest."""
    head = stream.read(1 << 18)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if max(zeros) > len(head) / 8 and min(zeros) < max(zeros) / 8:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    _refuse_binary(head, name)
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        decoder.decode(head)
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
        return "utf-8"
    except UnicodeDecodeError as broken:
        return _other_than_utf8(head + broken.object[:_CHUNK])


def _refuse_binary(head: bytes, name: str) -> None:
    odd = sum(head.count(byte) for byte in (*range(1, 9), *range(14, 27)))
    if odd > max(4, len(head) / 100):
        raise Refused(f"Line 1: {name} is not text: it is full of control bytes. {SUPPORTED}")


def _other_than_utf8(sample: bytes) -> str:
    # A few broken bytes in a UTF-8 file break only their own lines.
    decoded = sample.decode("utf-8", errors="replace")
    whole = sum(1 for letter in decoded if letter > "\x7f" and letter != "\ufffd")
    if whole > 10 * decoded.count("\ufffd"):
        return "utf-8"
    if _lone_accents(sample):
        return "cp1252"
    best = from_bytes(sample[: 1 << 16]).best()
    guess = best.encoding if best else "cp1252"
    if guess.startswith(("cp125", "latin", "iso8859", "mac_", "cp4", "cp8", "hp_", "cp1")) and (
        _mostly_latin(sample.decode(guess, errors="replace"))
    ):
        guess = "cp1252"
    try:
        sample.decode(guess)
    except UnicodeDecodeError:
        return "latin-1" if guess == "cp1252" else guess
    return guess


def _lone_accents(sample: bytes) -> bool:
    """Whether high bytes are isolated among ASCII letters: accents of Western words."""
    runs = len(re.findall(rb"[\x80-\xff]+", sample))
    isolated = len(re.findall(rb"(?<=[A-Za-z])[\xc0-\xff](?![\x80-\xff])", sample))
    isolated += len(re.findall(rb"(?<![\x80-\xffA-Za-z])[\xc0-\xff](?=[A-Za-z])", sample))
    return runs > 0 and isolated >= 0.9 * runs


def _mostly_latin(text: str) -> bool:
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    return sum(letter < "\u0250" for letter in letters) > 0.9 * len(letters)


def lines_of(stream: IO[bytes], encoding: str, name: str) -> Iterator[str]:
    """Physical lines with their ends. Bytes that do not decode become lone surrogates."""
    head = stream.peek(1 << 16)[: 1 << 16] if isinstance(stream, io.BufferedReader) else b""
    # "\n" only: a lone carriage return in a cell is text, unless the file has no other line end.
    end = "\r" if b"\r" in head and b"\n" not in head else "\n"
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline=end)
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise Refused(
                f"Line {number} of {name} is longer than {_LONGEST_LINE:,} characters, so it is"
                " not a table of texts."
            )
        yield line
