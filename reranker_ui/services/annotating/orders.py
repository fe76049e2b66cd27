"""The orders in which open pairs are handed out."""

import random
import secrets

from sqlalchemy import and_, select

from reranker_ui.services.labels.open_pairs import OpenPairs, Where, disputed_ids, offered
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.database import annotations, pairs, scores

_WINDOW = 500  # pairs looked at for a random draw before the rest is shuffled
_CANDIDATES = 5_000  # open pairs of the current queries that are put in order
_BY_CHANCE = 20  # percent of an uncertain stream: these labels can stand for all pairs


def _unlabelled_first(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    if not of.imported:
        return of.first(n, pairs.c.id.not_in(have))
    chosen: list[int] = []
    for also in (pairs.c.label.is_(None), pairs.c.label.is_not(None)):
        chosen += of.first(n - len(chosen), pairs.c.id.not_in(have), also)
    return chosen


def _by_query(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    # The current query comes first, then the queries of the first open pairs.
    current_query = select(pairs.c.query_key).where(pairs.c.id == (have[-1] if have else 0))
    current_key = of.connection.scalar(current_query)
    fresh = pairs.c.id.not_in(have)
    first = select(pairs.c.query_key).where(pairs.c.id.in_(of.first(n, fresh)))
    keys = list(
        dict.fromkeys([current_key or "", *of.connection.scalars(first.order_by(pairs.c.id))])
    )
    of_queries = and_(pairs.c.dataset_id == of.dataset.id, pairs.c.query_key.in_(keys), fresh)
    candidates = of.among(of_queries, _CANDIDATES)
    candidates.sort(key=lambda row: (keys.index(row[1]), row[0]))
    return [pair for pair, _ in candidates[:n]]


def _at_random(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    # Keys are hashes: pairs that follow each other by key have nothing to do with each other.
    window = (
        select(pairs.c.id)
        .where(pairs.c.dataset_id == of.dataset.id, pairs.c.pair_key >= secrets.token_hex(8))
        .order_by(pairs.c.pair_key)
        .limit(_WINDOW)
    )
    drawn = set(of.connection.scalars(window)) - set(have)
    candidates = [pair for pair, _ in of.among(pairs.c.id.in_(drawn), _WINDOW)]
    if len(candidates) < n:
        candidates += of.first(_WINDOW, pairs.c.id.not_in([*have, *candidates]))
    chosen = random.sample(candidates, min(n, len(candidates)))
    of.drawn |= dict.fromkeys(chosen, "random")
    return chosen


def _uncertain(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    """Pairs of which the dataset's run or cosine is least certain, with a random share."""
    random_places = [secrets.randbelow(100) < _BY_CHANCE for _ in range(n)]
    by_chance = _at_random(of, sum(random_places), have) if any(random_places) else []
    least_certain = _uncertain_by_run if of.dataset.order_run else _uncertain_by_cosine
    uncertain = least_certain(of, n - len(by_chance), [*have, *by_chance])
    of.drawn |= dict.fromkeys(uncertain, "uncertain")
    both, chosen = {True: by_chance, False: uncertain}, []
    for is_random in random_places:
        if kind := both[is_random] or both[not is_random]:
            chosen.append(kind.pop(0))
    # Not scored yet, or all that was scored is labelled: the rest in turn.
    return [*chosen, *_unlabelled_first(of, n - len(chosen), [*have, *chosen])]


def _uncertain_by_run(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    near = (
        select(scores.c.pair_id)
        .join(pairs, pairs.c.id == scores.c.pair_id)
        .where(scores.c.run_id == of.dataset.order_run, pairs.c.id.not_in(have), *of.wanted())
        .order_by(scores.c.distance, scores.c.pair_id)
        .limit(n)
    )
    return list(of.connection.scalars(near))


def _uncertain_by_cosine(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    return _first_of([pair for pair in of.uncertain if pair not in have], n, of, of.wanted())


def _first_of(ids: list[int], n: int, of: OpenPairs, where: Where) -> list[int]:
    """The first `n` of `ids` that are pairs by these conditions, in their order."""
    matching: list[int] = []
    for start in range(0, len(ids), _WINDOW):
        part = ids[start : start + _WINDOW]
        open_now = set(
            of.connection.scalars(select(pairs.c.id).where(pairs.c.id.in_(part), *where))
        )
        matching += [pair for pair in part if pair in open_now]
        if len(matching) >= n:
            break
    return matching[:n]


def _disputed(of: OpenPairs, n: int, have: list[int]) -> list[int]:
    disputed_pairs = disputed_ids(of.connection, visibility_of(of.dataset, of.user))
    disputed = [pair for pair in disputed_pairs if pair not in have]
    return _first_of(disputed, n, of, [*of.for_me, *offered(of.dataset, of.user)])


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
