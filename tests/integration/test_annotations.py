"""Labels by people: one row per pair and annotator, saved once, undone one by one."""

import pytest
from sqlalchemy import select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate, undo
from reranker_ui.services.annotating.labelling_progress import progress, waiting
from reranker_ui.services.annotating.recent_labels import candidates_of, last_labels
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.datasets.pair_history import history
from reranker_ui.services.store.database import annotations, journal, leases, pairs
from tests.support.labelling import ADMIN, LINH, MAI, VIEWER, seed

pytestmark = pytest.mark.both_databases


def rows(workspace):
    with workspace.reading() as connection:
        query = select(annotations).order_by(annotations.c.id)
        return [(r.pair_id, r.annotator, r.label) for r in connection.execute(query)]


def votes(workspace, pair):
    with workspace.reading() as connection:
        return connection.scalar(select(pairs.c.votes).where(pairs.c.id == pair))


def actions(workspace):
    with workspace.reading() as connection:
        return list(connection.scalars(select(journal.c.what).order_by(journal.c.id)))


def test_a_label_is_saved_once_however_often_it_is_sent(workspace):
    first, *_ = seed(workspace)
    for _ in range(3):
        assert annotate(workspace, MAI, first, 1, "a")["label"] == 1
    assert rows(workspace) == [(first, "Mai", 1.0)]
    assert actions(workspace) == ["annotate"]
    assert votes(workspace, first) == 1


def test_a_late_repeat_does_not_overwrite_a_newer_label(workspace):
    first, *_ = seed(workspace)
    annotate(workspace, MAI, first, 1, "a")
    annotate(workspace, MAI, first, 0, "b")
    assert annotate(workspace, MAI, first, 1, "a")["label"] == 0
    assert rows(workspace) == [(first, "Mai", 0.0)]


def test_two_annotators_never_overwrite_each_other(workspace):
    first, *_ = seed(workspace, overlap=2)
    annotate(workspace, MAI, first, 1, "a")
    annotate(workspace, LINH, first, 0, "b")
    assert rows(workspace) == [(first, "Mai", 1.0), (first, "Linh", 0.0)]
    undo(workspace, LINH, first, "c")
    assert rows(workspace) == [(first, "Mai", 1.0)]
    assert votes(workspace, first) == 1


def test_undo_goes_back_change_by_change(workspace):
    first, second, *_ = seed(workspace)
    annotate(workspace, MAI, first, 1, "a", note="clear")
    annotate(workspace, MAI, second, None, "b")
    annotate(workspace, MAI, first, 0, "c", note="")
    assert undo(workspace, MAI, first, "d")["pair"]["id"] == first
    assert rows(workspace) == [(first, "Mai", 1.0), (second, "Mai", None)]
    assert last_labels(workspace, MAI, "caves")[-1]["note"] == "clear"
    assert undo(workspace, MAI, second, "e")["pair"]["id"] == second
    assert undo(workspace, MAI, first, "f")["pair"]["id"] == first
    assert rows(workspace) == []
    assert undo(workspace, MAI, first, "g") == {"pair": None}
    assert votes(workspace, first) == 0
    assert actions(workspace) == ["annotate"] * 3 + ["undo annotate"] * 3


def test_an_undo_is_made_once_and_a_repeat_of_the_label_does_not_bring_it_back(workspace):
    first, second, *_ = seed(workspace)
    annotate(workspace, MAI, first, 1, "a")
    annotate(workspace, MAI, second, 1, "b")
    for _ in range(2):
        assert undo(workspace, MAI, second, "c")["pair"]["id"] == second
    annotate(workspace, MAI, second, 1, "b")
    assert rows(workspace) == [(first, "Mai", 1.0)]


def test_a_skip_is_no_vote_and_ends_the_lease(workspace):
    from reranker_ui.services.annotating.queue import next_pairs, release

    first, *_ = seed(workspace)
    next_pairs(workspace, MAI, "caves", n=1)
    annotate(workspace, MAI, first, None, "a")
    assert votes(workspace, first) == 0
    with workspace.reading() as connection:
        assert connection.scalars(select(leases.c.pair_id)).all() == []
    assert next_pairs(workspace, LINH, "caves", n=1)["pairs"][0]["id"] == first
    assert next_pairs(workspace, MAI, "caves", order="skipped")["pairs"] == []
    release(workspace, LINH, "caves")
    assert next_pairs(workspace, MAI, "caves", order="skipped")["pairs"][0]["id"] == first


@pytest.mark.parametrize(
    ("scale", "good", "bad"),
    [
        (("binary", 1.0), [0, 1], [2, 0.5, -1]),
        (("graded", 3.0), [0, 3], [4, 1.5]),
        (("score", 1.0), [0, 0.25, 1], [1.25, -0.1]),
    ],
)
def test_labels_keep_to_the_scale(workspace, scale, good, bad):
    first, *_ = seed(workspace, scale=scale)
    for number, label in enumerate(good):
        assert annotate(workspace, MAI, first, label, f"good{number}")["label"] == label
    for number, label in enumerate([*bad, float("nan"), float("inf")]):
        with pytest.raises(Refused, match="not a valid label"):
            annotate(workspace, MAI, first, label, f"bad{number}")
    assert rows(workspace) == [(first, "Mai", good[-1])]


def test_a_refused_label_can_be_mended_under_the_same_id(workspace):
    first, *_ = seed(workspace)
    with pytest.raises(Refused):
        annotate(workspace, MAI, first, 7, "a")
    assert annotate(workspace, MAI, first, 1, "a")["label"] == 1
    assert rows(workspace) == [(first, "Mai", 1.0)]


def test_who_may_label(workspace):
    first, *_ = seed(workspace, split=lambda number: "test" if number == 0 else "train")
    with pytest.raises(Refused, match="role annotator"):
        annotate(workspace, VIEWER, first, 1, "a")
    with pytest.raises(Refused, match="sealed"):
        annotate(workspace, MAI, first, 1, "a")
    set_stream(workspace, ADMIN, "caves", test_annotators=["Mai"])
    annotate(workspace, MAI, first, 1, "a")
    with pytest.raises(Refused, match="deleted"):
        annotate(workspace, MAI, 10_000, 1, "b")


def test_the_seal_holds_for_undo_and_for_the_history(workspace):
    own, *_, sealed = seed(
        workspace, blind=0, label=lambda number: 1.0,
        split=lambda number: "test" if number == 11 else "train",
    )  # fmt: skip
    annotate(workspace, LINH, own, 0, "l")
    annotate(workspace, MAI, own, 1, "a")
    assert undo(workspace, MAI, own, "x1")["pair"]["opinions"]["imported"] == 1
    assert undo(workspace, MAI, sealed, "x1") == {"pair": None}  # as if sent twice
    assert history(workspace, MAI, own)[0]["after"]["label"] == 1
    assert "label" not in history(workspace, MAI, sealed)[0]["after"]
    set_stream(workspace, ADMIN, "caves", test_annotators=["Mai"])
    assert undo(workspace, MAI, sealed, "x1")["pair"]["id"] == sealed
    assert history(workspace, MAI, sealed)[0]["after"]["label"] == 1


def test_candidates_show_own_labels_only(workspace):
    first, second, third, *_ = seed(workspace, label=lambda number: 1.0)
    annotate(workspace, MAI, first, 0, "a")
    annotate(workspace, LINH, second, 1, "b")
    candidates = candidates_of(workspace, MAI, second)
    assert [(c["id"], c["label"]) for c in candidates["candidates"]] == [
        (first, 0.0),
        (second, None),
        (third, None),
    ]
    assert (candidates["total"], candidates["labelled"]) == (3, 1)


def test_candidates_of_a_long_query_keep_the_pair_in_sight(workspace):
    ids = seed(workspace, count=100, per_query=100)
    candidates = candidates_of(workspace, MAI, ids[70], n=30)
    assert ids[70] in [c["id"] for c in candidates["candidates"]]
    assert len(candidates["candidates"]) == 30
    assert candidates["total"] == 100


def test_history_is_blind_for_annotators(workspace):
    first, *_ = seed(workspace, overlap=2)
    annotate(workspace, MAI, first, 1, "a")
    annotate(workspace, LINH, first, 0, "b")
    annotate(workspace, MAI, first, 0, "c")
    came, *mine = history(workspace, MAI, first)
    assert (came["what"], came["after"]) == ("came", {"source": "caves.csv", "line": None})
    assert [(h["who"], (h["before"] or {}).get("label"), h["after"]["label"]) for h in mine] == [
        ("Mai", None, 1.0),
        ("Mai", 1.0, 0.0),
    ]
    assert len(history(workspace, ADMIN, first)) == 4
    set_stream(workspace, ADMIN, "caves", blind=False)
    assert len(history(workspace, MAI, first)) == 4


def test_progress_counts_what_is_there(workspace):
    ids = seed(workspace, split=lambda number: "test" if number >= 9 else "train")
    annotate(workspace, MAI, ids[0], 1, "a", seconds=4)
    annotate(workspace, MAI, ids[1], 0, "b", seconds=8)
    annotate(workspace, MAI, ids[2], None, "c")
    annotate(workspace, LINH, ids[3], 1, "d")
    now = progress(workspace, MAI, "caves", since=0)
    assert now.pop("rules")
    assert now == {
        "total": 9, "waiting": 5, "done": 3, "today": 2, "skipped": 1, "pace": 6.0, "labelled": 2,
        "sealed": 3, "disputed": 0, "reserved": {"pairs": 0, "until": None},
    }  # fmt: skip
    assert waiting(workspace, MAI, "caves") == 5
    assert waiting(workspace, LINH, "caves") == 6
    assert progress(workspace, MAI, "caves", since=4e9)["today"] == 0


def test_pairs_that_came_with_a_label_wait_only_where_all_did(workspace):
    seed(workspace, "half", label=lambda number: 1.0 if number % 2 else None)
    seed(workspace, "full", label=lambda number: 1.0)
    assert waiting(workspace, MAI, "half") == 6
    assert waiting(workspace, MAI, "full") == 12
