"""The queue: orders, leases, overlap, the sealed test split, and an index behind it."""

import time

import pytest
from sqlalchemy import event, select, update

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating import queue
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.disputes import decide
from reranker_ui.services.annotating.labelling_progress import progress
from reranker_ui.services.annotating.orders import ORDERS
from reranker_ui.services.annotating.queue import next_pairs, release
from reranker_ui.services.labels.guidelines import stream_of
from reranker_ui.services.store.database import imports, leases, pairs
from tests.support.labelling import ADMIN, LINH, MAI, seed

pytestmark = pytest.mark.both_databases


def ids_of(batch):
    return [pair["id"] for pair in batch["pairs"]]


def test_unlabelled_first(workspace):
    ids = seed(workspace, label=lambda number: 1.0 if number < 3 else None)
    assert ids_of(next_pairs(workspace, MAI, "caves", n=5)) == ids[3:8]
    everything = next_pairs(workspace, MAI, "caves", n=20, imported=True)
    assert ids_of(everything) == ids[3:] + ids[:3]


def test_imported_labels_are_not_shown(workspace):
    seed(workspace, label=lambda number: 1.0)
    (pair,) = next_pairs(workspace, MAI, "caves", n=1, imported=True)["pairs"]
    assert pair["label"] is None
    assert set(pair) == {"id", "query", "passage", "source", "line", "label", "note",
                         "cannot_tell", "further"}  # fmt: skip


def test_a_set_that_has_imported_labels_says_so_and_counts_every_pair(workspace):
    """F8: annotators review it, and its progress is over all of its pairs."""
    seed(workspace, label=lambda number: 1.0)
    stream = stream_of(workspace, MAI, "caves")
    assert (stream["has_imported_labels"], stream["has_unlabelled"], stream["blind"]) == (
        True, False, True,
    )  # fmt: skip
    counted = progress(workspace, MAI, "caves", since=0.0, imported=True)
    assert (counted["total"], counted["done"], counted["waiting"]) == (12, 0, 12)


def test_two_people_do_not_meet(workspace):
    ids = seed(workspace)
    assert ids_of(next_pairs(workspace, MAI, "caves", n=5)) == ids[:5]
    assert ids_of(next_pairs(workspace, LINH, "caves", n=5)) == ids[5:10]
    assert ids_of(next_pairs(workspace, MAI, "caves", n=5, have=ids[:5])) == ids[10:]
    # a reload forgets what was reserved, and is handed the same again
    assert ids_of(next_pairs(workspace, MAI, "caves", n=5)) == ids[:5]


def test_a_lease_ends(workspace):
    ids = seed(workspace)
    next_pairs(workspace, MAI, "caves", n=5)
    with workspace.writing() as connection:
        connection.execute(update(leases).values(until=leases.c.until - queue.LEASE_SECONDS - 1))
    assert ids_of(next_pairs(workspace, LINH, "caves", n=3)) == ids[:3]
    annotate(workspace, LINH, ids[0], 1, "a")
    again = next_pairs(workspace, MAI, "caves", n=1, have=ids[:5])
    # Linh has labelled one and holds two of the five
    assert again["closed"] == ids[:3]
    annotate(workspace, MAI, ids[1], 0, "late")  # a late label is kept


def test_a_chosen_pair_is_handed_out_only_while_it_wants_labels(workspace):
    ids = seed(workspace)
    annotate(workspace, LINH, ids[0], 1, "a")
    annotate(workspace, MAI, ids[1], None, "b")
    annotate(workspace, LINH, ids[1], 1, "c")
    (held,) = ids_of(next_pairs(workspace, LINH, "caves", n=1))
    for pair in (ids[0], held):
        with pytest.raises(Refused, match="enough labels"):
            queue.take(workspace, MAI, pair)
    assert queue.take(workspace, MAI, ids[1])["id"] == ids[1]  # one's own is always shown
    assert queue.take(workspace, LINH, ids[0])["label"] == 1
    assert ids_of(next_pairs(workspace, MAI, "caves", "skipped")) == []
    with workspace.reading() as connection:
        kept = connection.execute(select(leases.c.pair_id, leases.c.annotator)).all()
    assert [tuple(row) for row in kept] == [(held, "Linh")]


def test_release(workspace):
    ids = seed(workspace)
    next_pairs(workspace, MAI, "caves", n=5)
    assert release(workspace, MAI, "caves") == 5
    assert ids_of(next_pairs(workspace, LINH, "caves", n=1)) == ids[:1]


def test_progress_says_what_others_reserve_and_until_when(workspace, monkeypatch):
    ids = seed(workspace, count=4, overlap=2)
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    for who in (MAI, ADMIN):
        next_pairs(workspace, who, "caves")
    annotate(workspace, MAI, ids[0], 1, "a")
    annotate(workspace, MAI, ids[1], None, "b")
    now = progress(workspace, LINH, "caves", since=0)
    # Sara reserves all, Mai the last two; the pair that Mai skipped is free
    assert now["waiting"] == 4
    assert now["reserved"] == {"pairs": 3, "until": 1_000_000.0 + queue.LEASE_SECONDS}
    assert ids_of(next_pairs(workspace, LINH, "caves")) == ids[1:2]
    assert release(workspace, ADMIN, "caves") == 4
    for pair in ids[1:]:
        annotate(workspace, ADMIN, pair, 1, f"s{pair}")
    for pair in ids[:2]:
        annotate(workspace, LINH, pair, 1, f"l{pair}")
    now = progress(workspace, LINH, "caves", since=0)
    assert (now["done"], now["labelled"], now["waiting"]) == (2, 2, 2)
    assert now["reserved"]["pairs"] == 2  # Mai's


def test_overlap_wants_so_many_labels(workspace):
    ids = seed(workspace, count=3, overlap=2)
    third = type(MAI)("Chen", "annotator")
    assert ids_of(next_pairs(workspace, MAI, "caves")) == ids
    assert ids_of(next_pairs(workspace, LINH, "caves")) == ids
    assert ids_of(next_pairs(workspace, third, "caves")) == []
    annotate(workspace, MAI, ids[0], 1, "a")
    assert ids_of(next_pairs(workspace, third, "caves")) == []
    annotate(workspace, LINH, ids[1], None, "b")  # a skip is no label
    assert ids_of(next_pairs(workspace, third, "caves")) == ids[1:2]


def test_by_query_stays_with_a_query(workspace):
    texts = [(f"query {number % 4}", f"passage {number}") for number in range(12)]
    ids = seed(workspace, texts=texts)
    first = ids_of(next_pairs(workspace, MAI, "caves", order="query", n=4))
    assert first == [ids[0], ids[4], ids[8], ids[1]]
    more = ids_of(next_pairs(workspace, MAI, "caves", order="query", n=4, have=first))
    assert more == [ids[5], ids[9], ids[2], ids[6]]


def test_random_reaches_every_pair_once(workspace):
    ids = seed(workspace, count=240)
    seen = []
    for turn in range(6):
        batch = ids_of(next_pairs(workspace, MAI, "caves", order="random", n=40))
        assert len(batch) == 40
        for pair in batch:
            annotate(workspace, MAI, pair, 1, f"{turn}-{pair}")
        seen += batch
    assert sorted(seen) == ids
    assert seen[:40] != sorted(seen[:40])
    assert ids_of(next_pairs(workspace, MAI, "caves", order="random")) == []


def test_disputed_is_offered_to_who_has_not_voted(workspace):
    ids = seed(workspace, overlap=2, blind=0)
    third = type(MAI)("Chen", "annotator")
    for who, label in ((MAI, 1), (LINH, 0)):
        annotate(workspace, who, ids[2], label, who.name)
        annotate(workspace, who, ids[3], 1, who.name + "b")
    assert ids_of(next_pairs(workspace, MAI, "caves", order="disputed")) == []
    assert ids_of(next_pairs(workspace, third, "caves", order="disputed")) == [ids[2]]


def test_what_is_never_offered(workspace):
    ids = seed(workspace, count=4, split=lambda number: "test" if number == 0 else None)
    annotate(workspace, MAI, ids[1], 1, "a")
    decide(workspace, ADMIN, ids[2], 0)
    for order in ("unlabelled", "query", "random"):
        release(workspace, MAI, "caves")
        assert ids_of(next_pairs(workspace, LINH, "caves", order=order)) == [ids[3]]
    with workspace.writing() as connection:
        made = connection.execute(
            imports.insert().values(
                dataset_id=1, source="x", state="importing", created_by="Sara", created_at=0
            )
        )
        (number,) = made.inserted_primary_key
        connection.execute(update(pairs).where(pairs.c.id == ids[3]).values(import_id=number))
    assert ids_of(next_pairs(workspace, LINH, "caves")) == []


def test_an_unknown_order_is_refused(workspace):
    seed(workspace)
    with pytest.raises(Refused, match="is not an order"):
        next_pairs(workspace, MAI, "caves", order="id; DROP TABLE pairs")


@pytest.fixture
def plans(workspace):
    """How SQLite runs each query of `act` that says `words`: its steps, query by query."""
    if workspace.engine.dialect.name != "sqlite":
        pytest.skip("reads the plans of SQLite")

    def plans_of(act, words):
        asked = []

        def note(_connection, _cursor, statement, parameters, *_):
            asked.append((statement, parameters))

        event.listen(workspace.engine, "before_cursor_execute", note)
        act()
        event.remove(workspace.engine, "before_cursor_execute", note)
        with workspace.engine.connect() as connection:
            return [
                [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given)]
                for said, given in asked
                if words in said
            ]

    return plans_of


def test_the_queue_walks_an_index(workspace, plans):
    """However large the dataset, no plan sorts or scans the table of pairs."""
    seed(workspace, count=50)

    def ask():
        next_pairs(workspace, MAI, "caves", n=5)
        next_pairs(workspace, MAI, "caves", n=5, imported=True)

    found = plans(ask, "ORDER BY pairs.id")
    assert len(found) == 3
    for steps in found:
        assert any("ix_pairs_open" in step for step in steps), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps


def test_a_query_s_pairs_are_found_by_its_key(workspace, plans):
    """And not by walking all that has no label, of which there may be a million."""
    seed(workspace, count=50)
    (steps,) = plans(lambda: next_pairs(workspace, MAI, "caves", "query", n=5), "query_key IN")
    assert "ix_pairs_dataset_id_query_key" in steps[0]


def test_answers_can_be_written_as_json(workspace):
    import orjson  # what the page's server functions answer with

    from reranker_ui.services.annotating.disputes import disputed_pairs
    from reranker_ui.services.annotating.recent_labels import candidates_of, last_labels
    from reranker_ui.services.datasets.pair_history import history

    ids = seed(workspace, overlap=2)
    annotate(workspace, MAI, ids[0], 1, "a")
    annotate(workspace, LINH, ids[0], 0, "b")
    for answer in (
        next_pairs(workspace, MAI, "caves"),
        candidates_of(workspace, MAI, ids[0]),
        history(workspace, ADMIN, ids[0]),
        last_labels(workspace, MAI, "caves"),
        disputed_pairs(workspace, ADMIN, "caves"),
        queue.take(workspace, MAI, ids[4]),
    ):
        assert answer
        orjson.dumps(answer)


def test_a_sealed_pair_is_never_leased(workspace):
    """In any order, chosen by its number, or named as one that is kept."""
    sealed = seed(workspace, split=lambda number: "test", overlap=2)
    open_pairs = seed(workspace, "open")
    for order in ORDERS:
        for have in ([], sealed, [*sealed, *open_pairs]):
            for imported in (False, True):
                batch = next_pairs(workspace, MAI, "caves", order, 100, have, imported)
                assert batch["pairs"] == [] and set(batch["closed"]) == set(have)
        assert not set(ids_of(next_pairs(workspace, MAI, "open", order, 100, sealed))) & set(sealed)
    assert [queue.take(workspace, MAI, pair) for pair in sealed] == [None] * len(sealed)
    with workspace.reading() as connection:
        leased = set(connection.scalars(select(leases.c.pair_id)))
    assert not leased & set(sealed)
