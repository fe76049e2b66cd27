"""Tables, engine and transactions of the database, which only the services write."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, event

from reranker_ui.core.values.refused import Unavailable

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Text, Integer, Float, JSON = sa.Text, sa.Integer, sa.Float, sa.JSON


def _time(name: str, nullable: bool = False) -> "Column[float]":
    return Column(name, Float, nullable=nullable)  # Unix seconds


datasets = Table(
    "datasets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scale", Text, nullable=False),  # binary, graded, score
    Column("max_grade", Float, nullable=False),
    Column("min_grade", Float, nullable=False, server_default="0"),  # 1 for stars
    Column("relevant_from", Float),  # the lowest label that is relevant; null: any above 0
    Column("grade_names", JSON),  # of each label from min_grade to max_grade; null: none
    Column("description", Text, nullable=False, server_default=""),
    Column("metric", Text),  # shown beside the usual ones, such as p@5
    Column("guidelines", Text, nullable=False, server_default=""),
    Column("guidelines_version", Integer, nullable=False, server_default="1"),
    Column("overlap", Integer, nullable=False, server_default="1"),  # annotators per pair
    Column("ordering", Text, nullable=False, server_default="unlabelled"),
    Column("order_run", Integer),  # the run whose uncertain pairs come first
    Column("blind", Integer, nullable=False, server_default="1"),  # others' labels are hidden
    Column("adjudicators", JSON),  # names of annotators who decide disputed pairs too
    Column("test_annotators", JSON),  # names of annotators who are offered test pairs
    Column("shown_columns", sa.JSON(none_as_null=True)),  # further ones; NULL: not chosen yet
    Column("annotators", JSON),  # names of those who may label; NULL: every annotator
    Column("texts_version", Integer, nullable=False, server_default="0"),  # edits of texts so far
    Column("created_by", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),  # importing: its pairs are not visible yet; done
    Column("report", JSON),
    Column("created_by", Text, nullable=False),
    _time("created_at"),
)

pairs = Table(
    "pairs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
    Column("import_id", ForeignKey("imports.id", ondelete="CASCADE"), index=True),
    Column("query_key", Text, nullable=False),
    Column("passage_key", Text, nullable=False),
    Column("pair_key", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("passage", Text, nullable=False),
    Column("label", Float),  # as imported, never overwritten
    Column("split", Text),  # train, dev, test
    Column("source", Text, nullable=False, server_default=""),
    Column("line", Integer),
    Column("extra", JSON),
    Column("votes", Integer, nullable=False, server_default="0"),  # annotations with a label
    Column("text_version", Integer),  # the dataset's texts_version at its last edit; NULL: never
    _time("retired_at", nullable=True),
    _time("created_at"),
    UniqueConstraint("dataset_id", "pair_key"),
    Index("ix_pairs_page", "dataset_id", "id"),
    Index(None, "dataset_id", "query_key"),
    # The filters of the Data tab: each walks its index in order of id (services/paging.py).
    Index("ix_pairs_split", "dataset_id", "split", "id"),
    Index("ix_pairs_label", "dataset_id", "label", "id"),
    Index(
        "ix_pairs_edited",
        "dataset_id",
        "text_version",
        sqlite_where=sa.text("text_version IS NOT NULL"),
        postgresql_where=sa.text("text_version IS NOT NULL"),
    ),
    Index(
        "ix_pairs_voted",
        "dataset_id",
        "id",
        sqlite_where=sa.text("votes > 0"),
        postgresql_where=sa.text("votes > 0"),
    ),
)

# The queues: the next open pair is one step into an index, however large the dataset.
for _name, _open in (
    ("ix_pairs_open", "retired_at IS NULL"),
    ("ix_pairs_open_unlabelled", "retired_at IS NULL AND label IS NULL"),
):
    Index(
        _name,
        pairs.c.dataset_id,
        pairs.c.votes,
        pairs.c.id,
        *(pairs.c.split, pairs.c.label, pairs.c.retired_at),  # so that counting needs no table
        sqlite_where=sa.text(_open),
        postgresql_where=sa.text(_open),
    )

# Written only where one label is not enough: several values, or a named annotator.
imported_labels = Table(
    "imported_labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), nullable=False, index=True),
    # NULL: given by an annotator; otherwise not visible until that import is done
    Column("import_id", ForeignKey("imports.id", ondelete="CASCADE"), index=True),
    Column("value", Float, nullable=False),
    Column("source", Text, nullable=False),
    Column("line", Integer),
    Column("annotator", Text),
)

annotations = Table(
    "annotations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), nullable=False),
    Column("annotator", Text, nullable=False),
    Column("label", Float),  # NULL: skipped, or no answer can be given
    Column("cannot_tell", Integer, nullable=False, server_default="0"),  # 1: an answer, no label
    Column("note", Text),
    Column("model_score", Float),
    Column("source", Text, nullable=False, server_default="annotate"),
    Column("seconds", Float),
    Column("client_id", Text, unique=True),
    Column("guidelines_version", Integer),
    Column("drawn", Text),  # random, uncertain: how the pair was chosen; NULL: in turn
    _time("created_at"),
    _time("updated_at"),
    UniqueConstraint("pair_id", "annotator"),
    Index(None, "annotator", "updated_at"),
    Index(None, "annotator", "pair_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    _time("at"),
)

# Pairs whose label is known: every annotator is given them, to see how reliable the labels are.
gold_pairs = Table(
    "gold_pairs",
    metadata,
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Float, nullable=False),
)

# What an owner chose for the whole home, by name.
choices = Table(
    "choices",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

# A pair offered to an annotator, so that no one else labels it at the same time.
leases = Table(
    "leases",
    metadata,
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), primary_key=True),
    Column("annotator", Text, primary_key=True, index=True),
    _time("until"),
)

# Changes already in the database: a browser that got no answer sends them again.
receipts = Table(
    "receipts",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("annotator", Text, nullable=False),
    _time("at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Float),  # NULL: left out of training
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    _time("decided_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id", ondelete="SET NULL"), index=True),
    Column("dataset_name", Text, nullable=False),
    Column("parent_run_id", ForeignKey("runs.id", ondelete="SET NULL")),
    Column("name", Text, nullable=False, unique=True),
    Column("recipe", JSON, nullable=False),
    Column("executor", Text, nullable=False),
    Column("handle", Text),
    Column("counts", JSON, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("chain_id", Integer),  # the first run of the chain that one recipe started; null: none
    Column("created_by", Text, nullable=False),
    _time("created_at"),
    _time("archived_at", nullable=True),
)

# Scores of a run for unlabelled and disputed pairs.
scores = Table(
    "scores",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("score", Float, nullable=False),  # 0..1
    Column("distance", Float, nullable=False),  # from 0.5: the smallest is the most uncertain
    Index(None, "run_id", "distance", "pair_id"),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # labels refer to it, so it never changes
    Column("role", Text, nullable=False),
    Column("password", Text),  # argon2 hash; NULL: signs in another way
    Column("subject", Text, unique=True),  # the user's id at Hugging Face
    _time("created_at"),
    _time("removed_at", nullable=True),
)

# Credentials of browsers and programs. Only hashes are stored: a copy gives no access.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    _time("created_at"),
    _time("expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("start", Text, nullable=False),  # its first characters, to recognize it
    _time("created_at"),
    _time("used_at", nullable=True),
)

invites = Table(
    "invites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("places", Integer, nullable=False),  # how many people may still use it
    Column("created_by", Text, nullable=False),
    _time("created_at"),
    _time("expires_at"),
)

# Recent failed sign-ins, by hashes of name and address, so that a restart does not reset them.
failures = Table(
    "failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Float, nullable=False, index=True),
    Index(None, "key", "at"),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    _time("at"),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),  # "pair:12", "dataset:3", "run:7"
    Column("before", JSON),
    Column("after", JSON),
)


def as_dict(row: sa.RowMapping) -> dict[str, Any]:
    """A row with plain str keys: JSON writers refuse SQLAlchemy's subclass of str."""
    return {str(name): value for name, value in row.items()}


def open_engine(url: str) -> sa.Engine:
    """An engine for `url`. SQLite: WAL, full sync, foreign keys, and our own BEGIN."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(
        url, module=sqlite_module(), pool_size=20, max_overflow=40, json_deserializer=_read_json
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unavailable(
            "The database is damaged: a value in it is not JSON. Stop the server and restore the"
            " newest backup with `python -m reranker_ui restore --replace`."
        ) from error


def sqlite_module() -> Any:
    """The SQLite module in use."""
    # Debian's SQLite 3.40 can corrupt a WAL at its reset; pysqlite3 bundles a fixed version.
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2
    return dbapi2


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that turns into a writer fails with "locked" at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def sqlite_version() -> str:
    """Version of the SQLite in use."""
    return str(sqlite_module().sqlite_version)
