"""The annotation queue: the next pairs of each annotator, their order and leases."""

import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any, NotRequired, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import and_, func, or_, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.gold import EVERY, next_gold, open_gold
from reranker_ui.services.annotating.model_scores import (
    newest_scored_run,
    scores_of,
    uncertain_by_cosine,
)
from reranker_ui.services.annotating.orders import ORDERS
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.further_columns import FurtherCell, Shown
from reranker_ui.services.labels.open_pairs import LEASE_SECONDS, OpenPairs, leased, offered
from reranker_ui.services.labels.visibility import may_label, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, as_dict, datasets, leases, pairs
from reranker_ui.services.store.workspace import Workspace

_MOST = 100  # pairs that are reserved for one person


class OthersVote(TypedDict):
    """The label of another annotator."""

    annotator: str
    label: float


class RunScore(TypedDict):
    """A run's score of a pair, 0 to 1."""

    run: str
    score: float


class Opinions(TypedDict):
    """What others think of a pair: the imported label, their votes and a run's score."""

    imported: float | None
    votes: list[OthersVote]
    score: RunScore | None


class StreamPair(TypedDict):
    """A pair as an annotator sees it; `label`, `cannot_tell` (0 or 1) and `note` are their own.

    `opinions`: where the dataset is not blind and the pair is not sealed. `drawn`: where pairs are
    not handed out in turn, how this one was chosen; sent back with its label (see `annotate`).
    """

    id: int
    query: str
    passage: str
    source: str
    line: int | None
    label: float | None
    cannot_tell: int | None
    note: str | None
    further: list[FurtherCell]
    opinions: NotRequired[Opinions]
    drawn: NotRequired[str]


class NextPairs(TypedDict):
    """The next pairs of an annotator, and those they have that need no label any more."""

    pairs: list[StreamPair]
    closed: list[int]


def next_pairs(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    order: str = "unlabelled",
    n: int = 20,
    have: Sequence[int] = (),
    imported: bool = False,
) -> NextPairs:
    """Hand up to `n` pairs to `user`, leased for five minutes; those in `have` are kept leased.

    A pair is handed out while its labels and live leases are fewer than the dataset's overlap,
    and never to someone who labelled or skipped it. `imported`: pairs that came with a label,
    too.
    """
    require(user, "annotator")
    if order not in ORDERS:
        raise Refused(f"{order} is not an order. Choose one of {', '.join(ORDERS)}.")
    n, have, now = max(0, min(n, _MOST)), list(have)[:_MOST], time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        may_label(dataset, user)
        open_pairs = OpenPairs(connection, dataset, user, now, imported)
        if order == "uncertain" and dataset.order_run is None:
            open_pairs.uncertain = uncertain_by_cosine(workspace, dataset)
        closed = open_pairs.closed(have, again=order in ("disputed", "skipped"))
        gold = open_gold(connection, dataset, user, closed)
        closed = [pair for pair in closed if pair not in gold]
        still_open = [pair for pair in have if pair not in closed]
        new = _with_gold(ORDERS[order](open_pairs, n, still_open), open_pairs, still_open)
        _release(connection, user, closed)
        lease(connection, user, [*still_open, *new], now)
        payload = pairs_for(workspace, connection, user, new)
        for pair in payload:
            if pair["id"] in open_pairs.drawn:
                pair["drawn"] = open_pairs.drawn[pair["id"]]
        return {"pairs": payload, "closed": closed}


def _with_gold(new: list[int], of: OpenPairs, have: Sequence[int]) -> list[int]:
    """`new` with a gold pair among every EVERY, at random positions."""
    gold = next_gold(of.connection, of.dataset, of.user, [*have, *new], len(new) // EVERY)
    for pair in gold:
        new.insert(secrets.randbelow(len(new) + 1), pair)
    return new


def take(workspace: Workspace, user: User, pair_id: int) -> StreamPair | None:
    """Lease the pair that `user` chose; None where it was deleted or is sealed.

    Refused where it has enough labels or is reserved by others, unless the user has labelled or
    skipped it before.
    """
    require(user, "annotator")
    with workspace.writing() as connection:
        now, query = time.time(), select(datasets).join(pairs, pairs.c.dataset_id == datasets.c.id)
        dataset = connection.execute(query.where(pairs.c.id == pair_id)).first()
        if dataset is None:
            return None
        may_label(dataset, user)
        existing = select(pairs.c.id).where(pairs.c.id == pair_id, pairs.c.retired_at.is_(None))
        leasable = list(connection.scalars(existing.where(*offered(dataset, user))))
        own = annotations.c.pair_id == pair_id, annotations.c.annotator == user.name
        own_label = connection.scalar(select(annotations.c.id).where(*own))
        if (
            leasable
            and own_label is None
            and OpenPairs(connection, dataset, user, now, True).closed(leasable)
        ):
            raise Refused("This pair has enough labels, or other annotators have reserved it.")
        lease(connection, user, leasable, now)
        return next(iter(pairs_for(workspace, connection, user, leasable)), None)


def release(workspace: Workspace, user: User, dataset_name: str) -> int:
    """End the user's leases in a dataset, so that others can label the pairs; returns how many."""
    require(user, "annotator")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        inside = select(pairs.c.id).where(pairs.c.dataset_id == dataset.id)
        return _release(connection, user, inside)


def _release(connection: sa.Connection, user: User, ids: Sequence[int] | sa.Select[Any]) -> int:
    reserved = leases.delete().where(leases.c.annotator == user.name, leases.c.pair_id.in_(ids))
    return connection.execute(reserved).rowcount


def lease(connection: sa.Connection, user: User, ids: Iterable[int], now: float) -> None:
    """Reserve the pairs for `user` until five minutes from now.

    A pair whose labels and other leases already reach the overlap gets no lease: it can still be
    labelled, but is not kept from anyone.
    """
    chosen = list(dict.fromkeys(ids))
    over = leases.delete().where(
        leases.c.annotator == user.name,
        or_(~leased(now), leases.c.pair_id.in_(chosen)),
    )
    connection.execute(over)
    leases_count = select(func.count()).where(leases.c.pair_id == pairs.c.id, leased(now))
    wanted = (
        select(pairs.c.id)
        .join(datasets, datasets.c.id == pairs.c.dataset_id)
        .where(pairs.c.id.in_(chosen))
        .where(pairs.c.votes + leases_count.scalar_subquery() < datasets.c.overlap)
    )
    until = {"annotator": user.name, "until": now + LEASE_SECONDS}
    rows = [{"pair_id": pair, **until} for pair in connection.scalars(wanted)]
    if rows:
        connection.execute(leases.insert(), rows)


def pairs_for(
    workspace: Workspace, connection: sa.Connection, user: User, ids: Sequence[int]
) -> list[StreamPair]:
    """The pairs as the page shows them, in the order of `ids`, with the user's own label."""
    own = and_(annotations.c.pair_id == pairs.c.id, annotations.c.annotator == user.name)
    shown = (pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.source, pairs.c.line,
             pairs.c.extra, pairs.c.dataset_id)  # fmt: skip
    own_answer = (annotations.c.label, annotations.c.cannot_tell, annotations.c.note)
    query = select(*shown, *own_answer).outerjoin(annotations, own)
    rows = connection.execute(query.where(pairs.c.id.in_(ids))).mappings()
    by_id = {row["id"]: as_dict(row) for row in rows}
    _add_further(workspace, connection, user, by_id)
    _add_opinions(connection, user, by_id)
    return [cast(StreamPair, by_id[pair]) for pair in ids if pair in by_id]


def _add_further(
    workspace: Workspace, connection: sa.Connection, user: User, by_id: dict[int, dict[str, Any]]
) -> None:
    of = select(datasets).where(datasets.c.id.in_({pair["dataset_id"] for pair in by_id.values()}))
    columns = {row.id: Shown(workspace, row, user) for row in connection.execute(of)}
    for pair in by_id.values():
        pair["further"] = columns[pair.pop("dataset_id")].cells(pair.pop("extra"))


def _add_opinions(connection: sa.Connection, user: User, by_id: dict[int, dict[str, Any]]) -> None:
    visible_datasets = select(datasets).where(
        datasets.c.blind == 0, datasets.c.id.in_(_datasets_of(by_id))
    )
    for dataset in connection.execute(visible_datasets).all():
        in_dataset = pairs.c.id.in_(by_id), pairs.c.dataset_id == dataset.id
        open_labels = in_dataset + tuple(visibility_of(dataset, user).shown())
        query = select(pairs.c.id, pairs.c.label).where(*open_labels)
        opinions_of: dict[int, Opinions] = {
            pair: {"imported": label, "votes": [], "score": None}
            for pair, label in connection.execute(query)
        }
        votes = select(annotations.c.pair_id, annotations.c.annotator, annotations.c.label).where(
            annotations.c.pair_id.in_(opinions_of),
            annotations.c.annotator != user.name,
            annotations.c.label.is_not(None),
        )
        for row in connection.execute(votes.order_by(annotations.c.created_at)):
            vote: OthersVote = {"annotator": row.annotator, "label": row.label}
            opinions_of[row.pair_id]["votes"].append(vote)
        if run := newest_scored_run(connection, dataset):
            for pair, score in scores_of(connection, run["id"], list(opinions_of)).items():
                opinions_of[pair]["score"] = {"run": run["name"], "score": score}
        for pair, opinions in opinions_of.items():
            by_id[pair]["opinions"] = opinions


def _datasets_of(by_id: dict[int, dict[str, Any]]) -> sa.Select[Any]:
    return select(pairs.c.dataset_id).where(pairs.c.id.in_(by_id))
