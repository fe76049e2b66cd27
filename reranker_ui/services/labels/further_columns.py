"""Further columns of a dataset: what its files held of a pair beside texts and label.

They are in `pairs.extra`. The owner chooses which are shown beside a pair.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import case, func, select

from reranker_ui.core.formats.structure.further import cell_text
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, pairs
from reranker_ui.services.store.workspace import Workspace, record

MOST_SHOWN = 12  # columns beside one pair
_LONGEST = 500  # characters of a cell that is shown
_FIRST = 200  # pairs that give the order of the columns and examples
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")


class FurtherColumn(TypedDict):
    """A further column, and whether it is shown beside each pair."""

    column: str
    example: str
    shown: bool


class FurtherCell(TypedDict):
    """A cell beside a pair. `image`: its text is the address of a picture to show."""

    column: str
    text: str
    image: bool


def column_names(
    workspace: Workspace, connection: sa.Connection, dataset: sa.Row[Any]
) -> list[str]:
    """Every further column of a dataset, in the order of its first pairs."""
    key = ("further columns", dataset.id)
    return workspace.memory.get(key, lambda: _names(connection, dataset.id), dataset.updated_at)


def further_columns(workspace: Workspace, user: User, dataset_name: str) -> list[FurtherColumn]:
    """The further columns of a dataset, for the owner to choose from."""
    require(user, "admin")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        names = column_names(workspace, connection, dataset)
        first = _first(connection, dataset.id)
    chosen = names[:MOST_SHOWN] if dataset.shown_columns is None else dataset.shown_columns
    return [
        {
            "column": name,
            "example": next((cell_text(each[name])[:200] for each in first if name in each), ""),
            "shown": name in chosen,
        }
        for name in names
    ]


def show_columns(
    workspace: Workspace, user: User, dataset_name: str, columns: Sequence[str]
) -> list[str]:
    """Show these further columns, in this order, beside every pair; returns them."""
    require(user, "admin")
    chosen = list(dict.fromkeys(columns))
    if len(chosen) > MOST_SHOWN:
        raise Refused(f"Up to {MOST_SHOWN} columns are shown beside a pair, not {len(chosen)}.")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        set_shown(connection, user, dataset, chosen)
    return chosen


def set_shown(
    connection: sa.Connection, user: User, dataset: sa.Row[Any], chosen: Sequence[str]
) -> None:
    """Store the choice, in a transaction of the caller."""
    if dataset.shown_columns == list(chosen):
        return
    update = datasets.update().where(datasets.c.id == dataset.id)
    connection.execute(update.values(shown_columns=list(chosen)))
    subject, now = f"dataset:{dataset.id}", time.time()
    record(connection, user, "show columns", subject, at=now, before=dataset.shown_columns,
           after=list(chosen))  # fmt: skip


class Shown:
    """Which further cells of a dataset's pairs `user` sees.

    Until the owner has chosen, annotators see none, as a column may hold labels; others see all.
    """

    def __init__(self, workspace: Workspace, dataset: sa.Row[Any], user: User) -> None:
        self.chosen: list[str] | None = dataset.shown_columns
        if self.chosen is None and user.role == "annotator":
            self.chosen = []
        self.everything = user.role != "annotator"
        self.hosts = workspace.settings.image_host_names()

    def cells(self, extra: Any) -> list[FurtherCell]:
        """The cells beside one pair."""
        cells = extra if isinstance(extra, Mapping) else {}
        names = list(cells)[:MOST_SHOWN] if self.chosen is None else self.chosen
        return [
            {"column": name, "text": text[:_LONGEST], "image": _is_image(text, self.hosts)}
            for name in names if (text := cell_text(cells.get(name)))
        ]  # fmt: skip

    def may_sort(self, name: str) -> bool:
        """Whether pairs can be sorted by this column: one that is shown and that a path names."""
        return (self.chosen is None or name in self.chosen) and not set('"\\') & set(name)

    def sortable(self, names: Sequence[str]) -> list[str]:
        """Those of the dataset's column `names` that pairs can be sorted by, in their order."""
        shown = names[:MOST_SHOWN] if self.chosen is None else names
        return [name for name in shown if self.may_sort(name)]

    def allowed_cells(self, extra: Any) -> dict[str, Any]:
        """The further cells of one pair that the user may know, shown or not."""
        cells = extra if isinstance(extra, Mapping) else {}
        names = cells if self.everything or self.chosen is None else self.chosen
        return {name: cells[name] for name in names if name in cells}

    @property
    def searches(self) -> bool:
        """Whether a search of the user finds further cells at all."""
        return self.everything or self.chosen != []

    @property
    def searches_some(self) -> bool:
        """Whether a search of the user finds some of the further columns, not all or none."""
        return not self.everything and bool(self.chosen)

    def searched(self, extra: Any) -> list[str]:
        """The texts of one pair's further cells that a search of the user finds."""
        return list(map(cell_text, self.allowed_cells(extra).values()))


def _is_image(text: str, hosts: Sequence[str]) -> bool:
    if not hosts or not text.startswith("https://"):
        return False
    try:
        address = urlsplit(text)
        return address.hostname in hosts and address.path.lower().endswith(_IMAGES)
    except ValueError:  # no address after all
        return False


def _first(connection: sa.Connection, dataset_id: int) -> list[Mapping[str, Any]]:
    query = select(pairs.c.extra).where(pairs.c.dataset_id == dataset_id, is_visible())
    extras = connection.scalars(query.order_by(pairs.c.id).limit(_FIRST))
    return [extra for extra in extras if isinstance(extra, Mapping)]


def _names(connection: sa.Connection, dataset_id: int) -> list[str]:
    if connection.dialect.name == "postgresql":  # whose function refuses what is not an object
        objects = case((func.json_typeof(pairs.c.extra) == "object", pairs.c.extra),
                    else_=sa.cast(sa.literal("{}"), sa.JSON))  # fmt: skip
        keys = select(func.json_object_keys(objects)).select_from(pairs)
    else:
        each = func.json_each(pairs.c.extra).table_valued("key")
        keys = select(each.c.key).select_from(pairs.join(each, sa.true()))
        keys = keys.where(each.c.key.is_not(None))
    conditions = pairs.c.dataset_id == dataset_id, pairs.c.extra.is_not(None), is_visible()
    names = {str(name) for name in connection.scalars(keys.where(*conditions).distinct())}
    ordered = dict.fromkeys(name for extra in _first(connection, dataset_id) for name in extra)
    return [name for name in ordered if name in names] + sorted(names - set(ordered))
