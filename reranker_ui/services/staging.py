"""The stage: pairs read from a file, without repeats, in a scratch database of their own.

It lies beside the upload, never in the home's database: reading takes no lock, memory stays flat
however large the file is, and throwing the folder away is all there is to cancelling.
"""

import json
import sqlite3
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from reranker_ui.core.pairs import Left, Pair, Report, pair_key, passage_key, query_key

_SCHEMA = """
CREATE TABLE staged (
    id INTEGER PRIMARY KEY, pair_key TEXT UNIQUE, query_key TEXT, passage_key TEXT,
    query TEXT, passage TEXT, label REAL, line INTEGER, split TEXT, extra TEXT,
    conflict INTEGER DEFAULT 0, votes INTEGER DEFAULT 0);
CREATE TABLE votes (staged_id INTEGER, value REAL, line INTEGER, annotator TEXT);
CREATE INDEX votes_of ON votes (staged_id);
CREATE TABLE left_out (id INTEGER PRIMARY KEY, line INTEGER, reason TEXT, why TEXT, row TEXT);
CREATE TABLE report (told TEXT);
"""
_INSERT = """
INSERT INTO staged
    (pair_key, query_key, passage_key, query, passage, label, line, split, extra, votes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (pair_key) DO NOTHING
"""


class Stage:
    """A scratch database. Written by one reading process, read when the pairs are stored."""

    def __init__(self, path: Path) -> None:
        new = not path.exists()
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            self.connection.execute(f"PRAGMA {pragma}")
        if new:
            self.connection.executescript(_SCHEMA)
            self.connection.execute("BEGIN")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def keep(self, pair: Pair, report: Report) -> None:
        """Store a pair, or what is new in it where the same pair was stored before."""
        told = json.dumps(dict(pair.extra), default=str) if pair.extra else None
        key = pair_key(pair.query, pair.passage)
        done = self.connection.execute(
            _INSERT,
            (key, query_key(pair.query), passage_key(pair.passage), pair.query, pair.passage,
             pair.label, pair.line, pair.split, told, len(pair.votes)),
        )  # fmt: skip
        if pair.label is None:
            report.unlabelled += 1
        else:
            report.pairs += 1
        if done.rowcount:
            if pair.votes:
                self._vote(done.lastrowid or 0, pair)
        else:
            self._again(key, pair)

    def leave(self, line: int, left: Left, row: str = "") -> None:
        """Note a record, or a part of one, that is left out."""
        self.connection.execute(
            "INSERT INTO left_out (line, reason, why, row) VALUES (?, ?, ?, ?)",
            (line, left.reason, left.why, row),
        )

    def finish(self, report: Report) -> None:
        """Count what is stored into `report` and save it."""
        kept, positives, conflicts = self.connection.execute(
            "SELECT count(label),"
            " coalesce(sum(label > 0 OR (votes AND EXISTS (SELECT 1 FROM votes"
            "   WHERE staged_id = staged.id AND value > 0))), 0),"
            " coalesce(sum(conflict), 0) FROM staged"
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

    def left_out(self, limit: int = -1, after: int = 0) -> list[dict[str, Any]]:
        """Records left out and repeats: id, line, reason, why, row."""
        names = ("id", "line", "reason", "why", "row")
        rows = self.connection.execute(
            "SELECT id, line, reason, why, row FROM left_out WHERE id > ? ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def batches(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """The stored pairs in batches, each with its votes [(value, line, annotator)]."""
        names = ("id", "pair_key", "query_key", "passage_key", "query", "passage", "label",
                 "line", "split", "extra", "conflict", "votes")  # fmt: skip
        last = 0
        while True:
            rows = self.connection.execute(
                f"SELECT {', '.join(names)} FROM staged WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608
                (last, size),
            ).fetchall()
            if not rows:
                return
            batch = [dict(zip(names, row, strict=True)) for row in rows]
            for pair in batch:
                pair["votes"] = self._votes(pair["id"]) if pair["votes"] else []
            yield batch
            last = batch[-1]["id"]

    def _again(self, key: str, pair: Pair) -> None:
        there, label, line, votes = self.connection.execute(
            "SELECT id, label, line, votes FROM staged WHERE pair_key = ?", (key,)
        ).fetchone()
        if pair.label is None:
            return
        if label is None:
            self.connection.execute("UPDATE staged SET label = ? WHERE id = ?", (pair.label, there))
            if pair.votes:
                self._vote(there, pair)
            return
        if pair.votes or pair.label != label:
            if not votes:
                self.connection.execute(
                    "INSERT INTO votes VALUES (?, ?, ?, NULL)", (there, label, line)
                )
            self._vote(there, pair)
        same = pair.label == label
        why = f"same query and passage as line {line:,}" + ("" if same else ", another label")
        self.leave(pair.line, Left("duplicate", why), f"{pair.query[:100]} | {pair.passage[:100]}")

    def _vote(self, there: int, pair: Pair) -> None:
        votes = pair.votes or ((None, pair.label),)
        self.connection.executemany(
            "INSERT INTO votes VALUES (?, ?, ?, ?)",
            [(there, value, pair.line, who) for who, value in votes],
        )
        self.connection.execute(
            "UPDATE staged SET votes = 1, conflict = (SELECT count(DISTINCT value) > 1 FROM votes"
            " WHERE staged_id = ?) WHERE id = ?",
            (there, there),
        )

    def _votes(self, there: int) -> list[tuple[float, int, str | None]]:
        return self.connection.execute(
            "SELECT value, line, annotator FROM votes WHERE staged_id = ? ORDER BY rowid", (there,)
        ).fetchall()


class DiskTexts(MutableMapping[str, str]):
    """Texts by id on disk, for a corpus that need not fit into memory."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=OFF")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute("CREATE TABLE texts (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID")
        self.connection.execute("BEGIN")

    def __getitem__(self, key: str) -> str:
        row = self.connection.execute("SELECT text FROM texts WHERE id = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return str(row[0])

    def __setitem__(self, key: str, text: str) -> None:
        clean = text.encode("utf-8", "replace").decode()
        self.connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", (key, clean))

    def __delitem__(self, key: str) -> None:
        self.connection.execute("DELETE FROM texts WHERE id = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        return (row[0] for row in self.connection.execute("SELECT id FROM texts"))

    def __len__(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM texts").fetchone()[0])
