"""The queue: which pairs wait for whom, in which order, and who has a pair in hand."""

import random
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, or_, select

from reranker_ui.core.refused import Refused
from reranker_ui.services.database import annotations, as_dict, datasets, leases, pairs
from reranker_ui.services.datasets import find_dataset
from reranker_ui.services.open_pairs import OpenPairs, disputed_ids, offered
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace

ORDERS = ("unlabelled", "query", "random", "disputed", "skipped")
LEASE_SECONDS = 300.0
_WINDOW = 500  # pairs looked at for a random draw before the rest is shuffled
_CANDIDATES = 5_000  # open pairs of the queries in hand that are put in order
_MOST = 100  # pairs a person can have in hand


def next_pairs(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    order: str = "unlabelled",
    n: int = 20,
    have: Sequence[int] = (),
    imported: bool = False,
) -> dict[str, Any]:
    """Hand up to `n` pairs to `user`, leased for five minutes; those in `have` are kept leased.

    A pair is handed out while its labels and live leases are fewer than the dataset's overlap,
    and never to someone who labelled or skipped it. `imported`: pairs that came with a label,
    too. Returns {"pairs": [{id, query, passage, source, label, note}], "gone": those of `have`
    that want no label any more}; `label` is the user's own.
    """
    require(user, "annotator")
    if order not in ORDERS:
        raise Refused(f"{order} is no order. There are {', '.join(ORDERS)}.")
    n, have, now = max(0, min(n, _MOST)), list(have)[:_MOST], time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        open_pairs = OpenPairs(connection, dataset, user, now, imported)
        gone = open_pairs.gone(have) if order in ("unlabelled", "query", "random") else []
        kept = [pair for pair in have if pair not in gone]
        found = _ORDERS[order](open_pairs, n, kept)
        _let_go(connection, user, gone)
        lease(connection, user, [*kept, *found], now)
        return {"pairs": pairs_for(connection, user, found), "gone": gone}


def take(workspace: Workspace, user: User, pair_id: int) -> dict[str, Any] | None:
    """Hand one pair to `user`, who chose it; None where it is gone or sealed."""
    require(user, "annotator")
    with workspace.writing() as connection:
        query = select(datasets).join(pairs, pairs.c.dataset_id == datasets.c.id)
        dataset = connection.execute(query.where(pairs.c.id == pair_id)).first()
        if dataset is None:
            return None
        seen = select(pairs.c.id).where(pairs.c.id == pair_id, pairs.c.retired_at.is_(None))
        found = list(connection.scalars(seen.where(*offered(dataset, user))))
        lease(connection, user, found, time.time())
        return next(iter(pairs_for(connection, user, found)), None)


def let_go(workspace: Workspace, user: User, dataset_name: str) -> int:
    """End the user's leases in a dataset, so that others are handed the pairs now."""
    require(user, "annotator")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        inside = select(pairs.c.id).where(pairs.c.dataset_id == dataset.id)
        return _let_go(connection, user, inside)


def _let_go(connection: sa.Connection, user: User, ids: Sequence[int] | sa.Select[Any]) -> int:
    mine = leases.delete().where(leases.c.annotator == user.name, leases.c.pair_id.in_(ids))
    return connection.execute(mine).rowcount


def lease(connection: sa.Connection, user: User, ids: Iterable[int], now: float) -> None:
    """Note that `user` has the pairs in hand until five minutes from now."""
    rows = [
        {"pair_id": pair, "annotator": user.name, "until": now + LEASE_SECONDS}
        for pair in dict.fromkeys(ids)
    ]
    over = leases.delete().where(
        leases.c.annotator == user.name,
        or_(leases.c.until < now, leases.c.pair_id.in_([row["pair_id"] for row in rows])),
    )
    connection.execute(over)
    if rows:
        connection.execute(leases.insert(), rows)


def pairs_for(connection: sa.Connection, user: User, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The pairs as the page shows them, in the order of `ids`, with the user's own label."""
    own = and_(annotations.c.pair_id == pairs.c.id, annotations.c.annotator == user.name)
    shown = (pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.source, pairs.c.line)
    query = select(*shown, annotations.c.label, annotations.c.note).outerjoin(annotations, own)
    rows = connection.execute(query.where(pairs.c.id.in_(ids))).mappings()
    by_id = {row["id"]: as_dict(row) for row in rows}
    return [by_id[pair] for pair in ids if pair in by_id]


def _unlabelled_first(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    if not of.imported:
        return [pair for pair, _ in of.first(n, pairs.c.id.not_in(have))]
    found: list[int] = []
    for also in (pairs.c.label.is_(None), pairs.c.label.is_not(None)):
        found += [pair for pair, _ in of.first(n - len(found), pairs.c.id.not_in(have), also)]
    return found


def _by_query(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    # The query in hand goes on first, then the queries of the first open pairs.
    in_hand = select(pairs.c.query_key).where(pairs.c.id == (have[-1] if have else 0))
    begun = of.connection.scalar(in_hand)
    fresh = pairs.c.id.not_in(have)
    keys = list(dict.fromkeys([begun or "", *(key for _, key in of.first(n, fresh))]))
    theirs = and_(pairs.c.dataset_id == of.dataset.id, pairs.c.query_key.in_(keys), fresh)
    found = of.among(theirs, _CANDIDATES)
    return [pair for pair, _ in sorted(found, key=lambda row: (keys.index(row[1]), row[0]))][:n]


def _at_random(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    # Keys are hashes: pairs that follow each other by key have nothing to do with each other.
    window = (
        select(pairs.c.id)
        .where(pairs.c.dataset_id == of.dataset.id, pairs.c.pair_key >= secrets.token_hex(8))
        .order_by(pairs.c.pair_key)
        .limit(_WINDOW)
    )
    drawn = set(of.connection.scalars(window)) - set(have)
    found = [pair for pair, _ in of.among(pairs.c.id.in_(drawn), _WINDOW)]
    if len(found) < n:
        found += [pair for pair, _ in of.first(_WINDOW, pairs.c.id.not_in([*have, *found]))]
    return random.sample(found, min(n, len(found)))


def _disputed(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    disputed = [pair for pair in disputed_ids(of.connection, of.dataset) if pair not in have]
    mine = select(pairs.c.id).where(*of.for_me, *offered(of.dataset, of.user))
    found: list[int] = []
    for start in range(0, len(disputed), _WINDOW):
        part = mine.where(pairs.c.id.in_(disputed[start : start + _WINDOW]))
        found += of.connection.scalars(part)
        if len(found) >= n:
            break
    return found[:n]


def _skipped(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    query = (
        select(annotations.c.pair_id)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(
            annotations.c.annotator == of.user.name,
            annotations.c.label.is_(None),
            pairs.c.dataset_id == of.dataset.id,
            pairs.c.retired_at.is_(None),
            pairs.c.id.not_in(have),
            *offered(of.dataset, of.user),
        )
        .order_by(annotations.c.updated_at)
    )
    return list(of.connection.scalars(query.limit(n)))


_ORDERS = {
    "unlabelled": _unlabelled_first,
    "query": _by_query,
    "random": _at_random,
    "disputed": _disputed,
    "skipped": _skipped,
}
