"""The tables of datasets, labels and runs, and the journal; only services write them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from reranker_ui.services.store import people_tables  # noqa: F401 - the rest of the schema
from reranker_ui.services.store.schema import metadata as metadata  # complete only from here
from reranker_ui.services.store.schema import time_column

Text, Integer, Float, JSON = sa.Text, sa.Integer, sa.Float, sa.JSON

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
    time_column("created_at"),
    time_column("updated_at"),
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
    time_column("created_at"),
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
    time_column("retired_at", nullable=True),
    time_column("created_at"),
    UniqueConstraint("dataset_id", "pair_key"),
    Index("ix_pairs_page", "dataset_id", "id"),
    Index(None, "dataset_id", "query_key"),
    # The filters of the Data tab: each walks its index in order of id (`datasets.id_pages`).
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
    time_column("created_at"),
    time_column("updated_at"),
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
    time_column("at"),
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
    time_column("until"),
)

# Changes already in the database: a browser that got no answer sends them again.
receipts = Table(
    "receipts",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("annotator", Text, nullable=False),
    time_column("at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("pair_id", ForeignKey("pairs.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Float),  # NULL: left out of training
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    time_column("decided_at"),
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
    time_column("created_at"),
    time_column("archived_at", nullable=True),
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

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    time_column("at"),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),  # "pair:12", "dataset:3", "run:7"
    Column("before", JSON),
    Column("after", JSON),
)


def as_dict(row: sa.RowMapping) -> dict[str, Any]:
    """A row with plain str keys: JSON writers refuse SQLAlchemy's subclass of str."""
    return {str(name): value for name, value in row.items()}
