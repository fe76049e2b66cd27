"""What an annotator sees of the work so far: the last labels, and this query's candidates."""

from typing import TypedDict, cast

from sqlalchemy import and_, func, or_, select

from reranker_ui.services.labels.datasets import find_dataset, find_pair
from reranker_ui.services.labels.open_pairs import offered
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, as_dict, datasets, pairs
from reranker_ui.services.store.workspace import Workspace


class LabelledPair(TypedDict):
    """A pair with the user's own label, given `at` (Unix seconds)."""

    id: int
    query: str
    passage: str
    source: str
    line: int | None
    label: float | None
    cannot_tell: int
    note: str | None
    at: float


class QueryCandidate(TypedDict):
    """A passage of a query with the user's own label; `answered`: labelled or skipped by them."""

    id: int
    passage: str
    label: float | None
    cannot_tell: int | None
    answered: bool


class QueryCandidates(TypedDict):
    """Passages of a query near a pair, and how many there are and are labelled in all."""

    candidates: list[QueryCandidate]
    total: int
    labelled: int


def last_labels(
    workspace: Workspace, user: User, dataset_name: str, n: int = 10
) -> list[LabelledPair]:
    """The user's last `n` labels and skips, newest first."""
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        shown = (pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.source, pairs.c.line)
        own = (annotations.c.label, annotations.c.cannot_tell, annotations.c.note,
               annotations.c.updated_at.label("at"))  # fmt: skip
        query = (
            select(*shown, *own)
            .join(pairs, pairs.c.id == annotations.c.pair_id)
            .where(
                annotations.c.annotator == user.name,
                pairs.c.dataset_id == dataset.id,
                pairs.c.retired_at.is_(None),
            )
            .order_by(annotations.c.updated_at.desc())
        )
        rows = connection.execute(query.limit(min(n, 100))).mappings()
        return [cast(LabelledPair, as_dict(row)) for row in rows]


def candidates_of(workspace: Workspace, user: User, pair_id: int, n: int = 30) -> QueryCandidates:
    """The pair itself and its neighbours by id, at most `n` passages of one query."""
    require(user, "annotator")
    with workspace.reading() as connection:
        columns = (pairs.c.dataset_id, pairs.c.query_key, datasets)
        pair = find_pair(connection, pair_id, *columns)
        own = and_(annotations.c.pair_id == pairs.c.id, annotations.c.annotator == user.name)
        same = [
            pairs.c.dataset_id == pair.dataset_id,
            pairs.c.query_key == pair.query_key,
            pairs.c.retired_at.is_(None),
            or_(pairs.c.id == pair_id, and_(True, *offered(pair, user))),
        ]
        both = pairs.outerjoin(annotations, own)
        counted = select(func.count(), func.count(annotations.c.label)).select_from(both)
        total, labelled = connection.execute(counted.where(*same)).one()
        shown = (pairs.c.id, func.substr(pairs.c.passage, 1, 300).label("passage"))
        is_own = annotations.c.id.is_not(None).label("answered")
        answer = (annotations.c.label, annotations.c.cannot_tell, is_own)
        query = select(*shown, *answer).select_from(both).where(*same)
        before = connection.execute(
            query.where(pairs.c.id < pair_id).order_by(pairs.c.id.desc()).limit(n // 3)
        )
        rows = [as_dict(row) for row in before.mappings()][::-1]
        after = query.where(pairs.c.id >= pair_id).order_by(pairs.c.id).limit(n - len(rows))
        rows += [as_dict(row) for row in connection.execute(after).mappings()]
    return {"candidates": cast("list[QueryCandidate]", rows), "total": total, "labelled": labelled}
