"""The name and the description of a dataset."""

import re
import time
import unicodedata

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import importing
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import choices, datasets, imports, runs
from reranker_ui.services.store.workspace import Workspace, record

LONGEST_NAME, LONGEST_DESCRIPTION = 80, 1_000  # characters
# Embeddings, overrides and isolates: they change the direction of the text that follows.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NAME = re.compile(r"(?!-|\.{1,2}$)[^\s/\\:][^/\\:\x00-\x1f]*")


def check_name(name: str) -> None:
    """Refused unless `name` can be a dataset's name."""
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"This name has {len(name):,} characters. The name of a dataset has at most"
            f" {LONGEST_NAME}; shorten it."
        )
    if not _NAME.fullmatch(name) or name != name.strip():
        raise Refused(
            f"A dataset needs a name of 1 to {LONGEST_NAME} characters without slashes, colons or"
            " line breaks, which does not begin with a hyphen and is more than one or two dots."
        )
    refuse_unreadable(name)


def refuse_unreadable(name: str) -> None:
    """Refused where a name has no visible character, or one that turns the text around it."""
    kinds = [unicodedata.category(letter)[0] for letter in name]
    if not {"L", "N", "P", "S"} & {*kinds} or _BIDI_CONTROLS.search(name):
        raise Refused(
            "This name cannot be read: it has no visible character, or one that changes the"
            " direction of the text. Choose another name."
        )


def checked_text(workspace: Workspace, text: str, what: str) -> str:
    """The trimmed query or passage of a pair; Refused where it is empty or too long."""
    text, limit = str(text).strip(), workspace.settings.max_cell_characters
    if not text:
        raise Refused(f"A {what} cannot be empty.")
    if len(text) > limit:
        raise Refused(f"A {what} can have {limit:,} characters, and this one has {len(text):,}.")
    return text


def rename(workspace: Workspace, user: User, dataset_name: str, new_name: str) -> None:
    """Give a dataset another name, also where its runs and the demo name it.

    Refused where another dataset has the name, and while an import into this one is running.
    """
    require(user, "admin")
    new_name = new_name.strip()
    check_name(new_name)
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        if new_name == dataset.name:
            return
        if connection.scalar(select(datasets.c.id).where(datasets.c.name == new_name)):
            raise Refused(f"A dataset called {new_name} already exists. Choose another name.")
        if connection.scalar(importing().where(imports.c.dataset_id == dataset.id).limit(1)):
            raise Refused(f"An import into {dataset.name} is running. Wait until it has ended.")
        connection.execute(
            runs.update().where(runs.c.dataset_id == dataset.id).values(dataset_name=new_name)
        )
        for choice in connection.execute(select(choices)).all():
            if choice.value.get("dataset") == dataset.name:
                named = choices.update().where(choices.c.name == choice.name)
                connection.execute(named.values(value={**choice.value, "dataset": new_name}))
        _change(connection, user, "rename", dataset, name=new_name)


def describe(workspace: Workspace, user: User, dataset_name: str, text: str) -> None:
    """Say what a dataset is, in a few sentences shown with it."""
    require(user, "admin")
    text = text.strip()
    if len(text) > LONGEST_DESCRIPTION:
        raise Refused(
            f"A description has at most {LONGEST_DESCRIPTION:,} characters, and this one has"
            f" {len(text):,}. Put the rest into the guidelines."
        )
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        if text != dataset.description:
            _change(connection, user, "describe", dataset, description=text)


def _change(
    connection: sa.Connection, user: User, what: str, dataset: sa.Row[tuple[object, ...]],
    **values: str,
) -> None:  # fmt: skip
    now = time.time()
    update = datasets.update().where(datasets.c.id == dataset.id)
    connection.execute(update.values(**values, updated_at=now))
    before = {name: getattr(dataset, name) for name in values}
    record(
        connection, user, what, f"dataset:{dataset.id}", at=now, before=before, after=values
    )  # fmt: skip
