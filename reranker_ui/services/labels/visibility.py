"""What labels of a dataset a person may know: the one place that decides it.

Everything that shows labels or computes something from them takes a `Visibility`.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, pairs, runs
from reranker_ui.services.store.people_tables import users

HIDDEN = "hidden"  # the state of a pair that has a label which the person may not know


@dataclass(frozen=True)
class Visibility:
    """Which labels of a dataset the annotator `user` may know; their own labels always.

    blind: none that others gave or that pairs came with. sealed: none of the test split.
    `user` is None where every label is visible.
    """

    dataset_id: int
    user: str | None = None
    blind: bool = False
    sealed: bool = False

    @property
    def everything(self) -> bool:
        """Whether no label of the dataset is hidden."""
        return not (self.blind or self.sealed)

    def hides(self, split: str | None) -> bool:
        """Whether others' labels of a pair of this split are hidden."""
        return self.blind or (self.sealed and split == "test")

    def hidden(self) -> sa.ColumnElement[bool]:
        """The pairs whose labels by others are hidden, as a condition on `pairs`."""
        if self.blind:
            return sa.true()
        return func.coalesce(pairs.c.split, "") == "test" if self.sealed else sa.false()

    def shown(self) -> list[sa.ColumnElement[bool]]:
        """Conditions on `pairs` for those whose labels are all visible."""
        return [] if self.everything else [sa.not_(self.hidden())]


def visibility_of(dataset: sa.Row[Any], user: User) -> Visibility:
    """What `user` may know of the labels of `dataset`, a row with its settings.

    Annotators do not know those of the sealed test split, nor others' labels (also those that
    pairs came with) while the dataset is labelled blind, unless they decide disputes.
    """
    if user.role != "annotator":
        return Visibility(dataset.id)
    blind = bool(dataset.blind) and not decides(dataset, user)
    view = Visibility(dataset.id, user.name, blind, sealed_for(dataset, user))
    return Visibility(dataset.id) if view.everything else view


def known_to_all(connection: sa.Connection, dataset: sa.Row[Any]) -> Visibility:
    """What everyone who labels `dataset` may know, for results that all of them share."""
    annotators = select(users.c.id).where(users.c.role == "annotator", users.c.removed_at.is_(None))
    if connection.scalar(annotators.limit(1)) is None:
        return Visibility(dataset.id)
    return Visibility(dataset.id, blind=bool(dataset.blind), sealed=True)


def sealed_for(dataset: sa.Row[Any], user: User) -> bool:
    """Whether the dataset's test pairs are not offered to `user`."""
    return user.name not in (dataset.test_annotators or [])


def withheld(pair: sa.Row[Any], user: User) -> bool:
    """Whether `user` may not label a pair, a row with its split and its dataset's settings."""
    return bool(pair.split == "test" and user.role != "admin" and sealed_for(pair, user))


def check_open(pair: sa.Row[Any], user: User) -> None:
    """Refuse a pair that is sealed for `user`: see `withheld`."""
    if withheld(pair, user):
        raise Refused("This pair is in the sealed test split. An admin can open it to you.")


def labels_here(dataset: sa.Row[Any], user: User) -> bool:
    """Whether `user` may label the dataset; admins and adjudicators always may."""
    named = dataset.annotators is None or user.name in dataset.annotators
    return decides(dataset, user) or (user.role != "viewer" and named)


def may_label(dataset: sa.Row[Any], user: User) -> None:
    """Refuse unless `user` may label the dataset."""
    require(user, "annotator")
    if not labels_here(dataset, user):
        raise Refused(f"You are not one of the annotators of {dataset.name}. Ask an admin.")


def decides(dataset: sa.Row[Any], user: User) -> bool:
    """Whether `user` may end disputes: an admin, or an annotator named as adjudicator."""
    named = user.name in (dataset.adjudicators or []) and user.role != "viewer"
    return user.role == "admin" or named


def may_decide(dataset: sa.Row[Any], user: User) -> None:
    """Refuse unless `user` is an admin or an adjudicator of the dataset."""
    require(user, "annotator" if decides(dataset, user) else "admin")


def visibility_of_run(connection: sa.Connection, user: User, run: int) -> Visibility:
    """What `user` may know of the labels that `run` was frozen with.

    A run publishes its model, card, curves and means over whole splits to everyone. Its frozen
    pairs, its results on single queries and cut-offs chosen from them need the labels.
    """
    query = select(datasets).join(runs, runs.c.dataset_id == datasets.c.id)
    dataset = connection.execute(query.where(runs.c.id == run)).first()
    if dataset is not None:
        return visibility_of(dataset, user)
    # What was hidden of a deleted dataset is not known any more.
    hidden = user.role == "annotator"
    return Visibility(0, user.name if hidden else None, blind=hidden, sealed=hidden)
