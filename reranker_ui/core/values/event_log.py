"""The events of a run: one JSON object per line; a garbled line does not affect the others."""

import errno
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reranker_ui.core.values.filesystems import NO_FILE
from reranker_ui.core.values.json_files import parse_object

Status = Literal["queued", "running", "finished", "stopped", "cancelled", "failed", "lost"]
TERMINAL: tuple[Status, ...] = ("finished", "stopped", "cancelled", "failed")
Metrics: TypeAlias = dict[str, int | float | None]
_OPEN = ConfigDict(extra="allow", strict=True)


@with_config(_OPEN)
class _Plan(TypedDict, total=False):
    train_steps: int
    warm_start_steps: int | None


@with_config(_OPEN)
class _Required(TypedDict):
    event: str
    time: float


class _Event(_Required, total=False):
    """The fields that readers compute with; others pass as they are."""

    phase: str
    step: int | None
    max_steps: int | None
    loss: float | None
    eta: float | None
    pairs_per_second: float | None
    plan: _Plan
    split: str
    when: str
    message: str
    notice: str | None
    error: str | None
    base_used: str | None
    metrics: dict[str, Metrics | int | float | None] | None


_SHAPE = TypeAdapter(_Event)


@dataclass
class Lines:
    """What was read: the events, the byte after the last whole line, and skipped lines."""

    events: list[dict[str, Any]] = field(default_factory=list)
    end: int = 0
    unreadable: int = 0


def read(file: Path, since: int = 0) -> Lines:
    """The events starting at byte `since`; none where the file is missing or no file.

    Only lines that end in a newline are read: the worker may be writing the last one.
    """
    try:
        with file.open("rb") as opened:
            opened.seek(since)
            data = opened.read()
    except OSError as error:
        if error.errno not in NO_FILE:
            raise
        return Lines(end=since)
    whole = data[: data.rfind(b"\n") + 1]
    lines = Lines(end=since + len(whole))
    for line in filter(None, whole.split(b"\n")):
        if (event := _event(line)) is None:
            lines.unreadable += 1
        else:
            lines.events.append(event)
    return lines


def append(file: Path, event: Mapping[str, Any]) -> None:
    """Append one event, in a single write of a whole line, so that readers never see half of it.

    OSError on a full disk, with nothing written. A partial line left by a crash is closed first.
    """
    line = json.dumps(event) + "\n"
    with file.open("a+b", buffering=0) as opened:
        end = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, end - 1))
        data = (b"" if opened.read(1) in (b"", b"\n") else b"\n") + line.encode()
        if opened.write(data) < len(data):
            opened.truncate(end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


def status_of(events: Iterable[str], alive: bool) -> Status:
    """Status from the event names in order and whether the worker's lock is held.

    A stopped run that is resumed is `queued` again.
    """
    last: Status | None = None
    started = False
    for event in events:
        if event == "queued":
            last, started = None, False
        last = next((status for status in TERMINAL if status == event), last)
        started = started or event == "started"
    if last:
        return last
    if not alive:
        return "lost"
    return "running" if started else "queued"


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        return dict(_SHAPE.validate_python(parse_object(line)))
    except (ValueError, ValidationError):
        return None
