"""Datasets saved by the library `datasets`: a folder of Arrow streams, or a ZIP of one."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from reranker_ui.core.formats.binary.archive import members, open_member
from reranker_ui.core.formats.binary.class_names import classes_in, with_names
from reranker_ui.core.formats.container import Container
from reranker_ui.core.formats.options import DECODED_LIMIT, ReadOptions, Tick
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import split_name

Part = tuple[str, Callable[[], IO[bytes]]]


def is_saved(source: Path) -> bool:
    """Whether a folder or ZIP was written by `save_to_disk`."""
    return bool(_parts(source, ReadOptions(), lambda _n: None)) and any(
        name.rpartition("/")[2] in ("state.json", "dataset_dict.json") for name in _names(source)
    )


def container_of(source: Path, options: ReadOptions, tick: Tick) -> Container:
    """The rows of every part; the folder's name is the split where it names one."""

    def records() -> Iterator[tuple[int, dict[Any, Any]]]:
        line, decoded = 0, 0
        packed = 0 if source.is_dir() else source.stat().st_size
        limit = options.limits.decoded(packed) if packed else options.limits.decoded_bytes
        for name, opened in _parts(source, options, tick):
            split = split_name(Path(name).parent.name)
            with opened() as stream:
                for batch in _batches(stream, name):
                    decoded += batch.nbytes
                    classes = classes_in(batch.schema.metadata)
                    tick(0)
                    if decoded > limit:
                        raise Refused(
                            f"Row {line + 1}: {source.name} exceeds {limit:,} bytes when unpacked,"
                            f" {DECODED_LIMIT}. Import it in parts."
                        )
                    for cells in batch.to_pylist():
                        row = with_names(cells, classes)
                        line += 1
                        yield line, {**row, "split": split} if split else row

    return Container("arrow", records)


def _batches(stream: IO[bytes], name: str) -> Iterator[Any]:
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(stream) as reader:
            for batch in reader:
                yield from (batch.slice(at, 256) for at in range(0, batch.num_rows, 256))
    except pa.ArrowException as broken:
        why = str(broken).splitlines()[0][:200]
        raise Refused(f"{name} is damaged Arrow ({why}).") from broken


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _names(source: Path) -> list[str]:
    if not source.is_dir():
        return members(source)
    return [str(p.relative_to(source)) for p in sorted(source.rglob("*")) if p.is_file()]


def _parts(source: Path, options: ReadOptions, tick: Tick) -> list[Part]:
    names = sorted(name for name in _names(source) if name.endswith(".arrow"))
    if source.is_dir():
        return [(name, partial(_open, source / name)) for name in names]
    return [(name, partial(open_member, source, name, options, tick)) for name in names]
