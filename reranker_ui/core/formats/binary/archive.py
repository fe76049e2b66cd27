"""ZIP archives: the files in them, as streams or unpacked. All sizes are bounded by the archive's.

A gzipped member is decompressed while it is read. Parquet files and workbooks are read from
several places at once, so they are unpacked first.
"""

import gzip
import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import IO

from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.source import Counted, kind_of
from reranker_ui.core.values.refused import Refused

_ZIP = b"PK\x03\x04"
_WHAT = {"zip": "a ZIP archive or a workbook", "gzip": "gzipped twice", "parquet": "Parquet"}


def is_zip(path: Path) -> bool:
    """Whether `path` is a ZIP archive; no folder is one."""
    if path.is_dir():
        return False
    with path.open("rb") as raw:
        return raw.read(4) == _ZIP


def is_workbook(path: Path) -> bool:
    """Whether a ZIP archive is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def members(path: Path) -> list[str]:
    """The safe file names in a ZIP: no folders, no paths out of it, no hidden files."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as broken:
        raise Refused(f"{path.name} is a damaged ZIP archive: {broken}.") from broken
    return [name for name in names if _is_safe(name)]


def unsafe_members(path: Path) -> list[str]:
    """Names in a ZIP that are never opened."""
    with zipfile.ZipFile(path) as archive:
        return [info.filename for info in archive.infolist() if not _is_safe(info.filename)]


def open_member(path: Path, member: str, options: ReadOptions, tick: Tick) -> IO[bytes]:
    """The content of one file of a ZIP, decompressed; nothing is written to disk.

    Refused for a file that is packed in another way than by gzip.
    """
    stream, name = _counted(path, member, options, tick), f"{path.name}/{member}"
    if stream.peek(2).startswith(b"\x1f\x8b"):
        inside = gzip.GzipFile(fileobj=stream)
        limit = options.limits.decoded(path.stat().st_size)
        stream = io.BufferedReader(Counted(inside, limit, name, tick))  # type: ignore[arg-type]
    kind = kind_of(stream.peek(16)[:16] or b"\n", name)
    if kind != "text":
        raise Refused(
            f"{member} in {path.name} is {_WHAT[kind]}. Unpack it and import the file itself."
        )
    return stream


def unpacked(
    path: Path, folder: Path, options: ReadOptions, tick: Tick
) -> tuple[Path, ReadOptions]:
    """The only file of a ZIP where it is a Parquet file or a workbook, written to `folder`.

    `path` itself for everything else. The options that are returned with it bound what it may
    hold by the size of the ZIP.
    """
    if not is_zip(path) or is_workbook(path) or len(names := members(path)) != 1:
        return path, options
    with _counted(path, names[0], options, tick) as stream:
        if not stream.peek(4).startswith((b"PAR1", _ZIP)):
            return path, options
        folder.mkdir()
        inner = folder / Path(names[0]).name
        with inner.open("xb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
    if is_zip(inner) and not is_workbook(inner):
        raise Refused(f"{names[0]} in {path.name} is another ZIP archive. Unpack it first.")
    limit = options.limits.decoded(path.stat().st_size)
    return inner, replace(options, limits=replace(options.limits, decoded_bytes=limit))


def _counted(path: Path, member: str, options: ReadOptions, tick: Tick) -> io.BufferedReader:
    """The bytes of a member as they are in the archive, counted."""
    archive = zipfile.ZipFile(path)
    try:
        inner = archive.open(member)
    except (RuntimeError, zipfile.BadZipFile) as locked:
        # RuntimeError: it needs a password, or a compression method that Python does not support
        raise Refused(
            f"{member} in {path.name} cannot be opened: it is encrypted, damaged or compressed"
            " with an unsupported method. Unpack it and import the file itself."
        ) from locked
    limit = options.limits.decoded(path.stat().st_size)
    return io.BufferedReader(Counted(inner, limit, f"{path.name}/{member}", tick))


def _is_safe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not (
        name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in parts
        or any(part.startswith(("__MACOSX", ".")) for part in parts)
    )  # fmt: skip
