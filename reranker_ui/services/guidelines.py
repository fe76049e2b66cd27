"""A dataset's settings for labelling: guidelines with their version, overlap, test pairs."""

import time
from typing import Any

from sqlalchemy import select

from reranker_ui.core.markdown import tree
from reranker_ui.core.refused import Refused
from reranker_ui.services.database import datasets, pairs
from reranker_ui.services.datasets import find_dataset
from reranker_ui.services.open_pairs import came_unlabelled, offered, sealed_for
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace, record

_LONGEST = 50_000  # characters
_MOST_OVERLAP = 9
_QUESTION = "Does the passage answer the query?"


def stream_of(workspace: Workspace, user: User, dataset_name: str) -> dict[str, Any]:
    """What the page needs to know before the first pair.

    Returns user (the name), scale {"kind", "max"}, guidelines {"text", "tree", "version"},
    question, order, overlap, came_unlabelled and came_labelled (whether such pairs are offered),
    test_pairs ("sealed", "offered"), may {"label", "own", "decide"}.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        inside = [pairs.c.dataset_id == dataset.id, *offered(dataset, user)]
        labelled = [pairs.c.retired_at.is_(None), pairs.c.label.is_not(None)]
        without, with_label = (
            connection.scalar(select(select(pairs.c.id).where(*inside, *kind).exists()))
            for kind in (came_unlabelled(), labelled)
        )
        return {
            "user": user.name,
            "scale": {"kind": dataset.scale, "max": dataset.max_grade},
            "guidelines": {
                "text": dataset.guidelines,
                "tree": tree(dataset.guidelines),
                "version": dataset.guidelines_version,
            },
            "question": question_of(dataset.guidelines),
            "order": dataset.ordering,
            "overlap": dataset.overlap,
            "came_unlabelled": bool(without),
            "came_labelled": bool(with_label),
            "test_pairs": "sealed" if sealed_for(dataset, user) else "offered",
            "may": {
                "label": user.role != "viewer",
                "own": user.role == "admin",
                "decide": user.role == "admin" or user.name in (dataset.adjudicators or []),
            },
        }


def question_of(guidelines: str) -> str:
    """The question to ask: the first line of the guidelines that ends with a question mark."""
    lines = (line.strip(" #*_>-") for line in guidelines.splitlines())
    return next((line for line in lines if line.endswith(("?", "？", "؟"))), _QUESTION)


def edit_guidelines(
    workspace: Workspace, user: User, dataset_name: str, text: str
) -> dict[str, Any]:
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


def offer_test_pairs(
    workspace: Workspace, user: User, dataset_name: str, offer: bool
) -> dict[str, Any]:
    """Offer the dataset's test pairs to `user`, an admin, or seal them again."""
    with workspace.reading() as connection:
        named = find_dataset(connection, dataset_name).test_annotators or []
    others = [name for name in named if name != user.name]
    names = [*others, user.name] if offer else others
    set_stream(workspace, user, dataset_name, test_annotators=names)
    return {"test_pairs": "offered" if offer else "sealed"}


def set_stream(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    *,
    overlap: int | None = None,
    order: str | None = None,
    blind: bool | None = None,
    adjudicators: list[str] | None = None,
    test_annotators: list[str] | None = None,
) -> None:
    """Change how a dataset is labelled; None leaves a setting as it is."""
    require(user, "admin")
    if overlap is not None and not 1 <= overlap <= _MOST_OVERLAP:
        raise Refused(f"A pair can want 1 to {_MOST_OVERLAP} labels, not {overlap}.")
    if order is not None and order not in ("unlabelled", "query", "random"):
        raise Refused(f"{order} is no order. There are unlabelled, query and random.")
    given = {
        "overlap": overlap,
        "ordering": order,
        "blind": None if blind is None else int(blind),
        "adjudicators": adjudicators,
        "test_annotators": test_annotators,
    }
    after = {name: value for name, value in given.items() if value is not None}
    if not after:
        return
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        before = {name: getattr(dataset, name) for name in after}
        connection.execute(datasets.update().where(datasets.c.id == dataset.id).values(**after))
        subject, now = f"dataset:{dataset.id}", time.time()
        record(connection, user, "set stream", subject, at=now, before=before, after=after)
