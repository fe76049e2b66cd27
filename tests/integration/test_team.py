"""Who labels what: people of a dataset, answers without a label, comments, gold pairs, speed."""

import pytest
from sqlalchemy import select, update

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.activity import annotators
from reranker_ui.services.annotating.annotations import annotate, undo
from reranker_ui.services.annotating.gold import EVERY, mark_gold
from reranker_ui.services.annotating.labelling_progress import progress
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.annotating.recent_labels import last_labels
from reranker_ui.services.annotating.settings import set_stream, stream_settings
from reranker_ui.services.datasets.edits import set_label
from reranker_ui.services.datasets.pages import ids_of_pairs
from reranker_ui.services.datasets.pair_details import pair_details
from reranker_ui.services.labels import comments
from reranker_ui.services.labels.comments import add_comment, comments_of
from reranker_ui.services.labels.guidelines import stream_of
from reranker_ui.services.store.database import annotations, pairs
from tests.support.labelling import ADMIN, LINH, MAI, VIEWER, seed

pytestmark = pytest.mark.both_databases


def test_only_the_people_of_a_dataset_label_it(workspace):
    ids = seed(workspace)
    assert stream_settings(workspace, ADMIN, "caves")["annotators"] is None
    set_stream(workspace, ADMIN, "caves", annotators=["Mai"])
    assert next_pairs(workspace, MAI, "caves", n=1)["pairs"]
    assert not stream_of(workspace, LINH, "caves")["may"]["label"]
    for act in (
        lambda: next_pairs(workspace, LINH, "caves"),
        lambda: annotate(workspace, LINH, ids[0], 1, "a"),
    ):
        with pytest.raises(Refused, match="not one of the annotators"):
            act()
    annotate(workspace, ADMIN, ids[0], 1, "b")
    set_stream(workspace, ADMIN, "caves", adjudicators=["Linh"])
    assert next_pairs(workspace, LINH, "caves", n=1)["pairs"]
    set_stream(workspace, ADMIN, "caves", adjudicators=[], annotators=[])
    assert stream_settings(workspace, ADMIN, "caves")["annotators"] is None
    assert stream_of(workspace, LINH, "caves")["may"]["label"]


def test_cannot_tell_is_an_answer_and_no_skip(workspace):
    first, second, *_ = seed(workspace, count=4)
    annotate(workspace, MAI, first, None, "a", cannot_tell=True)
    annotate(workspace, MAI, second, None, "b")
    now = progress(workspace, MAI, "caves", since=0)
    assert (now["done"], now["skipped"], now["waiting"], now["labelled"]) == (1, 1, 2, 0)
    skipped = next_pairs(workspace, MAI, "caves", order="skipped")["pairs"]
    assert [pair["id"] for pair in skipped] == [second]
    assert [row["cannot_tell"] for row in last_labels(workspace, MAI, "caves")] == [0, 1]
    assert next_pairs(workspace, LINH, "caves", n=1)["pairs"][0]["id"] == first
    annotate(workspace, MAI, first, 1, "c")
    undo(workspace, MAI, first, "d")
    with workspace.reading() as connection:
        query = select(annotations.c.label, annotations.c.cannot_tell)
        row = connection.execute(query.where(annotations.c.pair_id == first)).one()
    assert tuple(row) == (None, 1)


def test_comments_of_blind_annotators_are_seen_by_those_who_decide(workspace, monkeypatch):
    pair, *_ = seed(workspace, count=2)
    add_comment(workspace, MAI, pair, " Is ice a rock? ")
    add_comment(workspace, LINH, pair, "I would say 1.")
    assert [one["text"] for one in comments_of(workspace, MAI, pair)] == ["Is ice a rock?"]
    assert len(comments_of(workspace, ADMIN, pair)) == 2
    set_stream(workspace, ADMIN, "caves", adjudicators=["Sara"])
    add_comment(workspace, ADMIN, pair, "It is.")
    assert [one["author"] for one in comments_of(workspace, MAI, pair)] == ["Mai", "Sara"]
    set_stream(workspace, ADMIN, "caves", blind=False)
    assert len(comments_of(workspace, MAI, pair)) == 3
    with pytest.raises(Refused, match="empty"):
        add_comment(workspace, MAI, pair, "  ")
    monkeypatch.setattr(comments, "_MOST", 3)
    with pytest.raises(Refused, match="at most 3 comments"):
        add_comment(workspace, MAI, pair, "One more?")


def test_gold_pairs_are_mixed_in_and_counted(workspace):
    ids = seed(workspace, count=40)
    with pytest.raises(Refused, match="has a label"):
        mark_gold(workspace, ADMIN, "caves", ids[:1], True)
    set_label(workspace, ADMIN, "caves", ids[-2:], 1)
    assert mark_gold(workspace, ADMIN, "caves", ids[-3:], True) == {"pairs": 2, "unlabelled": 1}
    handed = [pair["id"] for pair in next_pairs(workspace, MAI, "caves", n=2 * EVERY)["pairs"]]
    assert set(ids[-2:]) <= set(handed) and len(handed) == 2 * EVERY + 2
    again = next_pairs(workspace, MAI, "caves", n=0, have=handed)
    assert again["closed"] == []
    annotate(workspace, MAI, ids[-1], 1, "a", seconds=0.1)
    annotate(workspace, MAI, ids[-2], 0, "b", seconds=0.1)
    (mai,) = annotators(workspace, ADMIN, "caves", midnight=0)["annotators"]
    assert mai["gold"] == {"right": 1, "of": 2} and not mai["fast"]
    for number, pair in enumerate(ids[:20]):
        annotate(workspace, MAI, pair, 1, f"c{number}", seconds=0.1)
    (mai,) = annotators(workspace, ADMIN, "caves", midnight=0)["annotators"]
    assert mai["fast"]
    assert pair_details(workspace, ADMIN, ids[-1])["gold"] == 1
    assert pair_details(workspace, MAI, ids[-1])["gold"] is None
    mark_gold(workspace, ADMIN, "caves", ids[-2:], False)
    assert pair_details(workspace, ADMIN, ids[-1])["gold"] is None


def test_a_pair_in_full(workspace):
    pair, *_ = seed(workspace, count=2, label=lambda number: 1.0)
    with workspace.writing() as connection:
        extra = update(pairs).where(pairs.c.id == pair).values(extra={"sku": "4711"})
        connection.execute(extra)
    annotate(workspace, MAI, pair, 0, "a", note="says how")
    annotate(workspace, LINH, pair, None, "b", cannot_tell=True)
    details = pair_details(workspace, VIEWER, pair)
    assert details["extra"] == {"sku": "4711"} and details["imported"] == [1]
    assert [
        (vote["annotator"], vote["label"], vote["cannot_tell"]) for vote in details["votes"]
    ] == [
        ("Mai", 0, 0),
        ("Linh", None, 1),
    ]
    hidden = pair_details(workspace, LINH, pair)
    assert hidden["imported"] == [] and hidden["effective"] is None
    assert [vote["annotator"] for vote in hidden["votes"]] == ["Linh"]


def test_the_ids_of_all_pairs_that_match(workspace):
    ids = seed(workspace, count=30, split=lambda number: "dev" if number % 3 else "train")
    found = ids_of_pairs(workspace, ADMIN, "caves", split="train")
    assert found == {"ids": ids[::3], "more": False}
    assert ids_of_pairs(workspace, ADMIN, "caves", limit=5) == {"ids": ids[:5], "more": True}
    assert ids_of_pairs(workspace, ADMIN, "caves", search="!!!")["ids"] == []
