"""Texts by id on disk, for a corpus that need not fit into memory."""

import sqlite3
from collections.abc import Iterator, MutableMapping
from pathlib import Path


class DiskTexts(MutableMapping[str, str]):
    """A scratch file of texts by id."""

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
