"""What the stream of a dataset begins with: its scale, question, guidelines and order."""

import hashlib
import time
from typing import Any, Literal, TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import ScaleJson
from reranker_ui.core.values.markdown import MarkdownTree, tree, words
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.labels.open_pairs import imported_unlabelled, offered
from reranker_ui.services.labels.visibility import (
    decides,
    labels_here,
    sealed_for,
    visibility_of,
)
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, journal, pairs, runs
from reranker_ui.services.store.workspace import Workspace, record

Order = Literal["unlabelled", "query", "random", "disputed", "uncertain"]
TestPairs = Literal["sealed", "offered"]
_LONGEST, _MOST_VERSIONS = 20_000, 50  # characters of guidelines, versions that are listed
_SCALE = ("scale", "max_grade", "min_grade", "relevant_from", "grade_names")
_QUESTION = "Does the passage answer the query?"
_QUESTION_OF_GRADES = "How relevant is the passage to the query?"


class Guidelines(TypedDict):
    """The guidelines of a dataset as text and as nodes of the page."""

    text: str
    tree: MarkdownTree
    version: int


class GuidelineVersion(Guidelines):
    """A version of the guidelines; who wrote it and when is None where that is unknown."""

    at: float | None
    who: str | None


class NamedRun(TypedDict):
    """A run by its number and name."""

    id: int
    name: str


class AnnotationRights(TypedDict):
    """What the user may do in a dataset: label, change its settings, decide disputed pairs."""

    label: bool
    own: bool
    decide: bool


class StreamSettings(TypedDict):
    """What the page needs to know before the first pair.

    `order_run`: the run whose uncertain pairs come first, None for cosine; `has_unlabelled` and
    `has_imported_labels`: whether such pairs are offered; `rules`: see `rules`.
    """

    user: str
    scale: ScaleJson
    guidelines: Guidelines
    question: str
    order: Order
    order_run: NamedRun | None
    overlap: int
    blind: bool
    has_unlabelled: bool
    has_imported_labels: bool
    rules: str
    test_pairs: TestPairs
    may: AnnotationRights


def stream_of(workspace: Workspace, user: User, dataset_name: str) -> StreamSettings:
    """The settings of a dataset's stream as `user` sees them."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        inside = [pairs.c.dataset_id == dataset.id, *offered(dataset, user)]
        labelled = [pairs.c.retired_at.is_(None), pairs.c.label.is_not(None)]
        without, with_label = (
            connection.scalar(select(select(pairs.c.id).where(*inside, *kind).exists()))
            for kind in (imported_unlabelled(), labelled)
        )
        order, run = _order(connection, dataset, user)
        return {
            "user": user.name,
            "scale": scale(dataset).as_json(),
            "guidelines": {
                "text": dataset.guidelines,
                "tree": tree(dataset.guidelines),
                "version": dataset.guidelines_version,
            },
            "question": question_of(dataset.guidelines, dataset.scale),
            "order": order,
            "order_run": run,
            "overlap": dataset.overlap,
            "blind": bool(dataset.blind),
            "has_unlabelled": bool(without),
            "has_imported_labels": bool(with_label),
            "rules": rules(dataset),
            "test_pairs": "sealed" if sealed_for(dataset, user) else "offered",
            "may": {
                "label": labels_here(dataset, user),
                "own": user.role == "admin",
                "decide": decides(dataset, user),
            },
        }


def rules(dataset: sa.Row[Any]) -> str:
    """A token that changes with every setting that the page shows."""
    names = ("guidelines_version", "ordering", "order_run", "overlap", "blind")
    people = ("adjudicators", "test_annotators", "annotators", "shown_columns")
    values = [getattr(dataset, name) for name in (*names, *people, *_SCALE)]
    values.append(bool(dataset.guidelines))
    return hashlib.blake2s(repr(values).encode(), digest_size=8).hexdigest()


def guideline_versions(
    workspace: Workspace, user: User, dataset_name: str
) -> list[GuidelineVersion]:
    """The newest versions, the newest first."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        edits = journal.c.subject == f"dataset:{dataset.id}", journal.c.what == "edit guidelines"
        newest = select(journal).where(*edits).order_by(journal.c.id.desc()).limit(_MOST_VERSIONS)
        lines = connection.execute(newest).all()[::-1]
    versions = {line.after["version"]: (line.after["text"], line.at, line.who) for line in lines}
    if lines and len(lines) < _MOST_VERSIONS and lines[0].before["text"]:
        versions[lines[0].before["version"]] = (lines[0].before["text"], None, None)
    return [
        {"version": version, "text": text, "tree": tree(text), "at": at, "who": author}
        for version, (text, at, author) in sorted(versions.items(), reverse=True)
    ]


def _order(
    connection: sa.Connection, dataset: sa.Row[Any], user: User
) -> tuple[Order, NamedRun | None]:
    query = select(runs.c.id, runs.c.name).where(runs.c.id == dataset.order_run)
    run = connection.execute(query).first()
    order: Order = dataset.ordering
    # Where its run was deleted, nothing is uncertain. Who labels blind may not know which pairs
    # are disputed.
    deleted = dataset.order_run is not None and run is None
    if (order == "uncertain" and deleted) or (
        order == "disputed" and visibility_of(dataset, user).blind
    ):
        order = "unlabelled"
    return order, ({"id": run.id, "name": run.name} if run else None)


def question_of(guidelines: str, scale_kind: str) -> str:
    """The question to ask: the first line of the guidelines that ends with a question mark."""
    lines = (line.strip() for line in words(tree(guidelines)).splitlines())
    usual = _QUESTION if scale_kind == "binary" else _QUESTION_OF_GRADES
    return next((line for line in lines if line.endswith(("?", "？", "؟"))), usual)


def edit_guidelines(workspace: Workspace, user: User, dataset_name: str, text: str) -> Guidelines:
    """Give a dataset new guidelines, as the next version. Labels keep the one they were given."""
    require(user, "admin")
    if len(text) > _LONGEST:
        raise Refused(f"Guidelines can have {_LONGEST:,} characters, and these have {len(text):,}.")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        version = dataset.guidelines_version
        if text != dataset.guidelines:
            first = not dataset.guidelines and version == 1
            before = {"version": version, "text": dataset.guidelines}
            version += 0 if first else 1
            values = {"guidelines": text, "guidelines_version": version}
            connection.execute(
                datasets.update().where(datasets.c.id == dataset.id).values(**values)
            )
            after = {"version": version, "text": text}
            subject, now = f"dataset:{dataset.id}", time.time()
            record(connection, user, "edit guidelines", subject, at=now, before=before, after=after)
    return {"text": text, "tree": tree(text), "version": version}
