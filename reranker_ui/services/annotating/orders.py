"""The orders in which open pairs are handed out."""

import random
import secrets

from sqlalchemy import and_, select

from reranker_ui.services.labels.open_pairs import OpenPairs, disputed_ids, offered
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.database import annotations, pairs, scores

_WINDOW = 500  # pairs looked at for a random draw before the rest is shuffled
_CANDIDATES = 5_000  # open pairs of the current queries that are put in order
_BY_CHANCE = 20  # percent of an uncertain stream: these labels can stand for all pairs


def _unlabelled_first(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    if not of.imported:
        return of.first(n, pairs.c.id.not_in(have))
    found: list[int] = []
    for also in (pairs.c.label.is_(None), pairs.c.label.is_not(None)):
        found += of.first(n - len(found), pairs.c.id.not_in(have), also)
    return found


def _by_query(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    # The current query comes first, then the queries of the first open pairs.
    in_hand = select(pairs.c.query_key).where(pairs.c.id == (have[-1] if have else 0))
    begun = of.connection.scalar(in_hand)
    fresh = pairs.c.id.not_in(have)
    first = select(pairs.c.query_key).where(pairs.c.id.in_(of.first(n, fresh)))
    keys = list(dict.fromkeys([begun or "", *of.connection.scalars(first.order_by(pairs.c.id))]))
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
        found += of.first(_WINDOW, pairs.c.id.not_in([*have, *found]))
    chosen = random.sample(found, min(n, len(found)))
    of.drawn |= dict.fromkeys(chosen, "random")
    return chosen


def _uncertain(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    """Pairs that the dataset's run scores nearest 0.5, with a random share among them."""
    lots = [secrets.randbelow(100) < _BY_CHANCE for _ in range(n)]
    by_chance = _at_random(of, sum(lots), have) if any(lots) else []
    near = (
        select(scores.c.pair_id)
        .join(pairs, pairs.c.id == scores.c.pair_id)
        .where(
            scores.c.run_id == of.dataset.order_run,
            pairs.c.id.not_in([*have, *by_chance]),
            *of.wanted(),
        )
        .order_by(scores.c.distance, scores.c.pair_id)
        .limit(n - len(by_chance))
    )
    doubted = list(of.connection.scalars(near)) if of.dataset.order_run else []
    of.drawn |= dict.fromkeys(doubted, "uncertain")
    both, chosen = {True: by_chance, False: doubted}, []
    for lot in lots:
        if kind := both[lot] or both[not lot]:
            chosen.append(kind.pop(0))
    # Not scored yet, or all that was scored is labelled: the rest in turn.
    return [*chosen, *_unlabelled_first(of, n - len(chosen), [*have, *chosen])]


def _disputed(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    known = disputed_ids(of.connection, visibility_of(of.dataset, of.user))
    disputed = [pair for pair in known if pair not in have]
    offered_pairs = select(pairs.c.id).where(*of.for_me, *offered(of.dataset, of.user))
    found: list[int] = []
    for start in range(0, len(disputed), _WINDOW):
        part = offered_pairs.where(pairs.c.id.in_(disputed[start : start + _WINDOW]))
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
            annotations.c.cannot_tell == 0,
            pairs.c.dataset_id == of.dataset.id,
            pairs.c.retired_at.is_(None),
            pairs.c.id.not_in(have),
            *offered(of.dataset, of.user),
            of.others + pairs.c.votes < of.dataset.overlap,
        )
        .order_by(annotations.c.updated_at)
    )
    return list(of.connection.scalars(query.limit(n)))


ORDERS = {
    "unlabelled": _unlabelled_first,
    "query": _by_query,
    "random": _at_random,
    "disputed": _disputed,
    "uncertain": _uncertain,
    "skipped": _skipped,
}
