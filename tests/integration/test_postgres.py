"""PostgreSQL where it differs: what a reader sees, and many who label the same pairs at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import annotations, pairs
from tests.support.labelling import MAI, seed

pytestmark = pytest.mark.both_databases


def test_a_reader_keeps_one_view(workspace):
    first, *_ = seed(workspace)
    count = select(func.count()).select_from(annotations)
    with workspace.reading() as connection:
        assert connection.scalar(count) == 0
        annotate(workspace, MAI, first, 1, "a")
        assert connection.scalar(count) == 0
    with workspace.reading() as connection:
        assert connection.scalar(count) == 1


def test_eight_people_at_once(workspace):
    ids = seed(workspace, count=40, overlap=2)

    def work(name):
        user, n = User(name, "annotator"), 0
        while ahead := next_pairs(workspace, user, "caves", n=3)["pairs"]:
            for pair in ahead:
                annotate(workspace, user, pair["id"], n % 2, f"{name}-{pair['id']}")
                n += 1
        return n

    with ThreadPoolExecutor(8) as crowd:
        given = list(crowd.map(work, [f"annotator {n}" for n in range(8)]))
    # whoever finds the last pairs in other hands goes home early
    for pair in short_of(workspace):
        annotate(workspace, MAI, pair, 1, f"m{pair}")
    with workspace.reading() as connection:
        rows = connection.execute(select(annotations.c.pair_id, annotations.c.annotator)).all()
        votes = connection.scalars(select(pairs.c.votes).where(pairs.c.id.in_(ids))).all()
    assert len({tuple(row) for row in rows}) == len(rows) >= sum(given)
    assert set(votes) == {2}


def short_of(workspace):
    with workspace.reading() as connection:
        return list(connection.scalars(select(pairs.c.id).where(pairs.c.votes < 2)))
