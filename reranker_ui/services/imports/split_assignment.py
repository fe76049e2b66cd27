"""Splits of an import: imported ones kept, later queries beside their near-duplicates."""

import sqlite3

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.pairs import near
from reranker_ui.core.values.splits import SPLITS, hashed_split, order, split_at
from reranker_ui.services.imports.stage import Stage
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.database import pairs

_FEW = 10  # queries from which on no split may stay empty

_GROUPS = """
CREATE TABLE groups (near TEXT PRIMARY KEY, stratum INTEGER, given TEXT, sides INTEGER, split TEXT)
WITHOUT ROWID;
INSERT INTO groups
SELECT substr(query_key, 1, 16),  -- `near` of core.values.pairs, without a call for each row
    -- queries with positives and negatives first: only they can be scored
    CASE WHEN max(relevant(label)) = 1 AND min(relevant(label)) = 0 THEN 0
         WHEN max(relevant(label)) = 1 THEN 1 WHEN min(relevant(label)) = 0 THEN 2 ELSE 3 END,
    min(split), count(DISTINCT split), NULL
FROM staged GROUP BY 1;
"""
_ASSIGN = """
UPDATE groups SET split = placed.split FROM (
    SELECT near, split_at(row_number() OVER w - 1, count(*) OVER (PARTITION BY stratum)) AS split
    FROM groups WHERE given IS NULL WINDOW w AS (PARTITION BY stratum ORDER BY place(near))
) AS placed WHERE placed.near = groups.near
"""
_TAKE_A_TENTH = """
UPDATE groups SET split = :to, given = NULL, sides = 9 WHERE near IN (
    SELECT near FROM groups WHERE coalesce(given, split) = :whole ORDER BY stratum, place(near)
    LIMIT max(1, (SELECT count(*) FROM groups WHERE coalesce(given, split) = :whole) / 10))
"""
# A view, since to update the table is to write every text again.
_PLACED = """
CREATE TEMP VIEW placed AS SELECT
    staged.id, pair_key, query_key, passage_key, query, passage, label, line,
    CASE WHEN sides = 9 THEN groups.split ELSE coalesce(staged.split, given, groups.split) END,
    extra, source, votes, conflict, settled
FROM staged CROSS JOIN groups ON groups.near = substr(staged.query_key, 1, 16)
"""


def assign_splits(
    connection: sa.Connection, stage: Stage, dataset_id: int | None, scale: Scale,
    whole: str | None = None,
) -> list[str]:  # fmt: skip
    """Give every staged pair its split; returns what a person should know.

    `dataset_id` is the dataset that the pairs join, None where they are its first. All pairs of
    near-duplicate queries get one split, unless the file itself says otherwise. `whole`: the split
    of the whole file; queries that the dataset has already stay in theirs.
    """
    lite = stage.connection
    lite.create_function("place", 1, order, deterministic=True)
    lite.create_function("split_at", 2, split_at, deterministic=True)
    stage.set_scale(scale)
    lite.create_function("hashed_split", 1, hashed_split, deterministic=True)
    if whole is not None:
        lite.execute("UPDATE staged SET split = ?", (whole,))
    lite.execute("DROP TABLE IF EXISTS groups")
    lite.executescript(_GROUPS)
    notes = [f"The whole file goes to {whole}."] if whole else _split_notes(lite)
    if dataset_id is None:
        lite.execute(_ASSIGN)
        notes += _fill_empty(lite)
    else:
        _join(connection, lite, dataset_id)
        notes += _kept_apart(lite)
        lite.execute("UPDATE groups SET split = hashed_split(near) WHERE split IS NULL")
    lite.execute("DROP VIEW IF EXISTS placed")
    lite.execute(_PLACED)
    stage.shown = "placed"
    return notes


def _split_notes(lite: sqlite3.Connection) -> list[str]:
    counts = dict(
        lite.execute("SELECT split, count(*) FROM staged WHERE split IS NOT NULL GROUP BY 1")
    )
    if not counts:
        return []
    notes = [f"The splits of the file are kept: {_list(counts)}."]
    (both,) = lite.execute("SELECT count(*) FROM groups WHERE sides > 1").fetchone()
    if both:
        notes.append(f"{both:,} queries are in more than one split of the file.")
    return notes


def _join(connection: sa.Connection, lite: sqlite3.Connection, dataset_id: int) -> None:
    """Near-duplicates of queries in the dataset join their split, whatever the file says."""
    placed = connection.execution_options(yield_per=5000).execute(
        select(pairs.c.query_key, func.min(pairs.c.split))
        .where(pairs.c.dataset_id == dataset_id, pairs.c.split.is_not(None), is_visible())
        .group_by(pairs.c.query_key)
    )
    lite.executemany(
        "UPDATE groups SET split = ?, sides = 9 WHERE near = ?",
        ((split, near(key)) for key, split in placed),
    )


def _kept_apart(lite: sqlite3.Connection) -> list[str]:
    """How many pairs do not go where the file says, since their query is in another split."""
    (n,) = lite.execute(
        "SELECT count(*) FROM staged JOIN groups ON groups.near = substr(staged.query_key, 1, 16)"
        " WHERE sides = 9 AND staged.split <> groups.split"
    ).fetchone()
    if not n:
        return []
    return [f"{n:,} pairs stay in the split that the dataset has for their query."]


def _fill_empty(lite: sqlite3.Connection) -> list[str]:
    """Where a file names train and one other split, the third is taken from its largest.

    A file that names one split alone is a part of something larger and is kept as it is.
    """
    sizes = _sizes(lite)
    if sum(sizes.values()) < _FEW or len(sizes) == len(SPLITS):
        return []
    if len(sizes) == 1 or "train" not in sizes:
        missing = " and no ".join(split for split in SPLITS if split not in sizes)
        return [f"There is no {missing} split yet. A run needs all three to be compared."]
    missing = next(split for split in SPLITS if split not in sizes)
    whole = max(sizes, key=lambda name: sizes[name])
    lite.execute(_TAKE_A_TENTH, {"to": missing, "whole": whole})
    return [
        f"The file names no {missing} split: a tenth of the queries of {whole} is taken for it."
    ]


def _sizes(lite: sqlite3.Connection) -> dict[str, int]:
    return dict(lite.execute("SELECT coalesce(given, split), count(*) FROM groups GROUP BY 1"))


def _list(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name} {sizes[name]:,}" for name in SPLITS if name in sizes)
