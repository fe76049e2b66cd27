"""Comments on a pair: questions and answers of its annotators."""

import time
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, or_, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_pair
from reranker_ui.services.labels.visibility import check_open, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import comments, datasets, pairs
from reranker_ui.services.store.people_tables import users
from reranker_ui.services.store.workspace import Workspace

_LONGEST, _MOST = 2_000, 200  # characters of a comment, comments on a pair


class PairComment(TypedDict):
    """A comment on a pair; `at` in Unix seconds."""

    id: int
    author: str
    text: str
    at: float


def comments_of(workspace: Workspace, user: User, pair_id: int) -> list[PairComment]:
    """The comments on a pair, oldest first.

    Where others' labels are hidden from `user`, so are the comments of other annotators, which
    may name a label; those of admins and adjudicators are not.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        return _shown(connection, user, pair_id)


def add_comment(workspace: Workspace, user: User, pair_id: int, text: str) -> list[PairComment]:
    """Add a comment to a pair; returns all, as `comments_of`.

    Refused: no text, a text that is too long, a pair with too many comments.
    """
    require(user, "annotator")
    text = text.strip()
    if not text:
        raise Refused("The comment is empty. Write a question or an answer.")
    if len(text) > _LONGEST:
        raise Refused(f"A comment can have {_LONGEST:,} characters, and this has {len(text):,}.")
    with workspace.writing() as connection:
        _pair(connection, user, pair_id)
        written = select(func.count()).where(comments.c.pair_id == pair_id)
        if (connection.scalar(written) or 0) >= _MOST:
            raise Refused(f"A pair can have at most {_MOST} comments. Discuss this pair elsewhere.")
        row = {"pair_id": pair_id, "author": user.name, "text": text, "at": time.time()}
        connection.execute(comments.insert().values(**row))
        return _shown(connection, user, pair_id)


def _pair(connection: sa.Connection, user: User, pair_id: int) -> sa.Row[Any]:
    pair = find_pair(connection, pair_id, datasets, pairs.c.split)
    check_open(pair, user)
    return pair


def _shown(connection: sa.Connection, user: User, pair_id: int) -> list[PairComment]:
    pair = _pair(connection, user, pair_id)
    query = select(comments.c.id, comments.c.author, comments.c.text, comments.c.at)
    query = query.where(comments.c.pair_id == pair_id).order_by(comments.c.id)
    if visibility_of(pair, user).hides(pair.split):
        admins = select(users.c.name).where(users.c.role == "admin")
        deciding = [user.name, *(pair.adjudicators or [])]
        query = query.where(or_(comments.c.author.in_(deciding), comments.c.author.in_(admins)))
    return [
        {"id": row.id, "author": row.author, "text": row.text, "at": row.at}
        for row in connection.execute(query)
    ]
