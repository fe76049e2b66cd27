"""The stage: distinct pairs read from a file, in a scratch database of their own.

It lies beside the upload, not in the home's database: reading takes no lock, a pair takes 24 bytes
of memory at most, and cancelling only deletes the folder.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from reranker_ui.core.formats.structure.file_reading import LeftOutRow
from reranker_ui.core.values.filesystems import is_disk_full
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.pairs import LeftOut, Pair, Report, pair_key, passage_key, query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.scratch.pair_numbers import PairNumbers

_SCHEMA = """
CREATE TABLE staged (
    id INTEGER PRIMARY KEY, pair_key TEXT, query_key TEXT, passage_key TEXT,
    query TEXT, passage TEXT, label REAL, line INTEGER, split TEXT, extra TEXT, source TEXT,
    votes INTEGER DEFAULT 0, conflict INTEGER DEFAULT 0, settled INTEGER DEFAULT 0);
CREATE TABLE votes (staged_id INTEGER, value REAL, line INTEGER, annotator TEXT);
CREATE INDEX votes_of ON votes (staged_id);
CREATE TABLE left_out (id INTEGER PRIMARY KEY, line INTEGER, reason TEXT, why TEXT, row TEXT);
"""
_INSERT = "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TOGETHER = 2000  # pairs written with one statement
_CHARACTERS = 8_000_000  # of texts held in memory at once
Vote = tuple[float, int, str | None]  # value, line, annotator


class Staged(NamedTuple):
    """A pair on the stage; `votes`, `conflict` and `settled` are 0 or 1."""

    id: int
    pair_key: str
    query_key: str
    passage_key: str
    query: str
    passage: str
    label: float | None
    line: int
    split: str | None
    extra: str | None
    source: str | None
    votes: int
    conflict: int
    settled: int


class Stage:
    """A scratch database. Written by one reading process, read when the pairs are stored."""

    def __init__(self, path: Path) -> None:
        new = not path.exists()
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        with _damage_refused():
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
                self.connection.execute(f"PRAGMA {pragma}")
        self.last, self.size, self.numbers = 0, 0, PairNumbers()
        self.shown = "staged"  # the table or view of `pairs_after`
        self.waiting: list[Pair] = []
        self.left_out_rows: list[tuple[int, str, str, str]] = []
        if new:
            self.connection.executescript(_SCHEMA)
            self.connection.execute("BEGIN")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def add_pair(self, pair: Pair, report: Report) -> None:
        """Store a pair, or only its new votes where the same pair is stored already."""
        if pair.label is None:
            report.unlabelled += 1
        else:
            report.pairs += 1
        self.waiting.append(pair)
        self.size += len(pair.query) + len(pair.passage)
        if len(self.waiting) == _TOGETHER or self.size > _CHARACTERS:
            self.flush()

    def add_left_out(self, line: int, left: LeftOut, row: str = "") -> None:
        """Note a record, or a part of one, that is left out."""
        self.left_out_rows.append((line, left.reason, left.why, row))
        if len(self.left_out_rows) == _TOGETHER:
            self.flush()

    def set_scale(self, scale: Scale) -> None:
        """Let SQL ask whether a label is relevant: `relevant(label)`, NULL for no label."""

        def relevant(label: float | None) -> bool | None:
            return None if label is None else bool(scale.relevant(label))

        self.connection.create_function("relevant", 1, relevant, deterministic=True)

    def finish(self, report: Report, scale: Scale = GRADES) -> None:
        """Add the counts of stored pairs to `report`; a relevant label is positive."""
        self.flush()
        self.set_scale(scale)
        kept, positives, conflicts, report.distinct = self.connection.execute(
            "SELECT count(label),"
            " coalesce(sum(relevant(label) OR (votes AND NOT settled AND EXISTS ("
            "   SELECT 1 FROM votes WHERE staged_id = staged.id AND relevant(value)))), 0),"
            " coalesce(sum(conflict), 0), count(*) FROM staged"
        ).fetchone()
        report.kept, report.positives, report.conflicts = kept, positives, conflicts
        report.duplicate = report.pairs - report.kept
        report.rejects = [
            {"line": line, "reason": f"{reason}: {why}"}
            for line, reason, why in self.connection.execute(
                "SELECT line, reason, why FROM left_out WHERE reason <> 'duplicate'"
                " ORDER BY id LIMIT 20"
            )
        ]
        self.connection.execute("COMMIT")

    def left_out(self, limit: int = -1, after: int = 0) -> list[LeftOutRow]:
        """Records that are left out, and repeats."""
        names = ("id", "line", "reason", "why", "row")
        rows = self._read(
            "SELECT id, line, reason, why, row FROM left_out WHERE id > ? ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [cast(LeftOutRow, dict(zip(names, row, strict=True))) for row in rows]

    def pairs_after(self, last: int, size: int) -> list[Staged]:
        """The next pairs in the order of the file: at most `size`, fewer where they are long."""
        query = f"SELECT * FROM {self.shown} WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608
        rows = self._read(query, (last, size))
        page: list[Staged] = []
        characters = 0
        for pair in map(Staged._make, rows):
            page.append(pair)
            characters += len(pair.query) + len(pair.passage)
            if characters > _CHARACTERS:
                break
        return page

    def votes_of(self, batch: list[Staged]) -> dict[int, list[Vote]]:
        """The votes on pairs that follow one another, by id."""
        by_pair: dict[int, list[Vote]] = {}
        if any(pair.votes for pair in batch):
            for pair_id, *vote in self._read(
                "SELECT staged_id, value, line, annotator FROM votes"
                " WHERE staged_id BETWEEN ? AND ? ORDER BY rowid",
                (batch[0].id, batch[-1].id),
            ):
                by_pair.setdefault(pair_id, []).append((vote[0], vote[1], vote[2]))
        return by_pair

    def _read(self, query: str, values: tuple[Any, ...]) -> Iterator[Any]:
        with _damage_refused():
            yield from self.connection.execute(query, values)

    def flush(self) -> None:
        """Write what waits: new pairs at once, repeats one by one."""
        waiting, self.waiting, self.size = self.waiting, [], 0
        before = self.last
        new: list[Staged] = []
        again: list[tuple[int, Pair]] = []
        votes: list[tuple[Any, ...]] = []

        def has_key(number: int, key: str) -> bool:
            if number > before:
                return new[number - before - 1].pair_key == key
            return self._pair(number).pair_key == key

        for pair in waiting:
            key = pair_key(pair.query, pair.passage)
            number = self.numbers.number_of(key, self.last + 1, has_key)
            if number <= self.last:
                again.append((number, pair))
                continue
            self.last = number
            new.append(_staged(number, key, pair))
            votes += [(number, value, pair.line, who or None) for who, value in pair.votes]
        self.connection.executemany(_INSERT, new)
        self.connection.executemany("INSERT INTO votes VALUES (?, ?, ?, ?)", votes)
        for number, pair in again:
            self._note_repeat(number, pair)
        left_out_rows, self.left_out_rows = sorted(self.left_out_rows, key=lambda left: left[0]), []
        self.connection.executemany(
            "INSERT INTO left_out (line, reason, why, row) VALUES (?, ?, ?, ?)", left_out_rows
        )

    def _pair(self, number: int) -> Staged:
        query = self.connection.execute("SELECT * FROM staged WHERE id = ?", (number,))
        return Staged._make(query.fetchone())

    def _note_repeat(self, number: int, pair: Pair) -> None:
        """Note what a repeat brings: a label where there was none, or one more value."""
        stored = self._pair(number)
        if pair.label is None:
            return
        if stored.label is None:
            self.connection.execute(
                "UPDATE staged SET label = ?, settled = ? WHERE id = ?",
                (pair.label, pair.settled, stored.id),
            )
            if pair.votes:
                self._vote(stored.id, pair)
            return
        if pair.votes or pair.label != stored.label:
            if not stored.votes:
                first = (stored.id, stored.label, stored.line, None)
                self.connection.execute("INSERT INTO votes VALUES (?, ?, ?, ?)", first)
            self._vote(stored.id, pair)
        same = pair.label == stored.label
        where = f"line {stored.line:,}" + (f" of {stored.source}" if stored.source else "")
        file = f"{pair.source}: " if pair.source else ""
        why = f"{file}same query and passage as {where}" + ("" if same else ", another label")
        self.add_left_out(
            pair.line, LeftOut("duplicate", why), f"{pair.query[:100]} | {pair.passage[:100]}"
        )

    def _vote(self, staged_id: int, pair: Pair) -> None:
        votes = pair.votes or (("", pair.label),)
        self.connection.executemany(
            "INSERT INTO votes VALUES (?, ?, ?, ?)",
            [(staged_id, value, pair.line, who or None) for who, value in votes],
        )
        self.connection.execute(
            "UPDATE staged SET votes = 1, settled = settled AND label = ?,"
            " conflict = NOT (settled AND label = ?) AND (SELECT count(DISTINCT value) > 1"
            " FROM votes WHERE staged_id = ?) WHERE id = ?",
            (pair.label, pair.label, staged_id, staged_id),
        )


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_disk_full(error):
            raise
        raise Refused("The staged data of this file is damaged. Choose the file again.") from error


def _staged(number: int, key: str, pair: Pair) -> Staged:
    conflict = not pair.settled and len({value for _, value in pair.votes}) > 1
    return Staged(
        number, key, query_key(pair.query), passage_key(pair.passage), pair.query, pair.passage,
        pair.label, pair.line, pair.split, _extra(pair.extra), pair.source,
        int(bool(pair.votes)), int(conflict), int(pair.settled),
    )  # fmt: skip


def _extra(extra: Mapping[str, Any] | None) -> str | None:
    return json.dumps(dict(extra), default=str) if extra else None
