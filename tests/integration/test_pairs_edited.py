"""Edits of the Data tab, their undo, pages of pairs, and the rule for labels in SQL."""

import random
import time

import pytest
import sqlalchemy as sa

from reranker_ui.core.values.pairs import pair_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.disputes import decide, undecide
from reranker_ui.services.datasets import edits, text_edits, undo
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.datasets.pair_history import history
from reranker_ui.services.datasets.split_report import join_sides
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import label_counts, list_datasets
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.ranking.candidates import candidates_of_query
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import annotations, decisions, imported_labels, pairs
from tests.support.label_rule import resolve_labels
from tests.support.labelling import seed

pytestmark = pytest.mark.both_databases


@pytest.fixture
def filled(workspace, tmp_path):
    """A dataset "d" of 30 queries with four passages each, one of them positive."""
    path = tmp_path / "d.csv"
    rows = [f"query {q},passage {q} {p},{int(p == 0)}" for q in range(30) for p in range(4)]
    path.write_text("\n".join(["query,passage,label", *rows]) + "\n")
    import_file(workspace, LOCAL, path, "d")
    return workspace


def shown(workspace, **asked) -> list[tuple]:
    page = page_of_pairs(workspace, LOCAL, "d", **asked)
    return [(one["id"], one["query"], one["passage"], one["effective"], one["split"])
            for one in page["pairs"]]  # fmt: skip


def test_an_edit_is_seen_and_undone(filled):
    before = shown(filled)
    for edit in (
        lambda: edits.set_label(filled, LOCAL, "d", [1, 2], 1),
        lambda: edits.set_label(filled, LOCAL, "d", [1], None),
        lambda: edits.move_split(filled, LOCAL, "d", [1, 9], other_split(before)),
        lambda: edits.delete_pairs(filled, LOCAL, "d", [1, 2, 3]),
        lambda: text_edits.edit_text(filled, LOCAL, "d", 1, passage="another"),
        lambda: text_edits.edit_text(filled, LOCAL, "d", 1, query="another"),
    ):
        done = edit()
        assert shown(filled) != before
        undo.undo(filled, LOCAL, done["edit"])
        assert shown(filled) == before
        with pytest.raises(Refused, match="undone before"):
            undo.undo(filled, LOCAL, done["edit"])


def labels(workspace) -> list:
    return [row[3] for row in shown(workspace)[:3]]


def test_undoing_an_old_label_leaves_newer_decisions(filled):
    assert labels(filled) == [1, 0, 0]
    first = edits.set_label(filled, LOCAL, "d", [1, 2, 3], 1)["edit"]
    decide(filled, LOCAL, 1, 0, "adjudicated")
    undecide(filled, LOCAL, 2)
    assert undo.undo(filled, LOCAL, first) == {"undone": "set label", "newer": 2}
    assert labels(filled) == [0, 0, 0]
    second = edits.set_label(filled, LOCAL, "d", [1], 1)["edit"]
    with pytest.raises(Refused, match="Undo the later change first"):
        third = edits.set_label(filled, LOCAL, "d", [1], 0)["edit"]
        undo.undo(filled, LOCAL, second)
    undo.undo(filled, LOCAL, third)
    assert undo.undo(filled, LOCAL, second)["newer"] == 0
    assert labels(filled) == [0, 0, 0]  # the decision before it is back


def test_undoing_an_old_move_leaves_newer_ones(filled):
    def splits():
        return [row[4] for row in shown(filled)[:8]]

    edits.move_split(filled, LOCAL, "d", [1, 5], "train")
    first = edits.move_split(filled, LOCAL, "d", [1, 5], "dev")["edit"]
    edits.move_split(filled, LOCAL, "d", [5], "test")
    assert undo.undo(filled, LOCAL, first) == {"undone": "move split", "newer": 4}
    assert splits() == ["train"] * 4 + ["test"] * 4
    with filled.writing() as connection:
        connection.execute(pairs.update().where(pairs.c.id.in_([1, 5])).values(split="dev"))
    joined = join_sides(filled, LOCAL, "d")
    assert joined["pairs"] == 2 and splits() == ["train"] * 4 + ["test"] * 4
    edits.move_split(filled, LOCAL, "d", [5], "train")
    assert undo.undo(filled, LOCAL, joined["edit"]) == {"undone": "join sides", "newer": 1}
    assert splits() == ["dev"] + ["train"] * 7


def test_more_queries_move_than_a_statement_holds(workspace):
    ids = seed(workspace, count=1_100, per_query=1)
    assert edits.move_split(workspace, LOCAL, "caves", ids, "dev")["pairs"] == 1_100
    sizes = [len(page_of_pairs(workspace, LOCAL, "caves", size=n)["pairs"]) for n in (-2, 10**9)]
    assert sizes == [1, 1_000]


def other_split(rows) -> str:
    return next(
        split for split in ("train", "dev", "test") if split not in (rows[0][4], rows[8][4])
    )


def annotate_pair(workspace, pair_id, label):
    return annotate(workspace, LOCAL, pair_id, label, client_id=f"{pair_id}-{label}-{time.time()}")


def test_a_correction_keeps_place_label_and_annotations(filled):
    annotate_pair(filled, 1, 0)
    before = shown(filled)
    done = text_edits.edit_text(filled, LOCAL, "d", 1, passage="passage 0 0, corrected")
    assert done["pair_id"] == 1
    after = shown(filled)
    assert after[0] == (1, "query 0", "passage 0 0, corrected", 0, before[0][4])
    assert after[1:] == before[1:]
    edited = [line for line in history(filled, LOCAL, 1) if line["what"] == "edit text"]
    assert len(edited) == 1
    undo.undo(filled, LOCAL, done["edit"])
    assert shown(filled) == before


def test_another_meaning_removes_labels_and_undo_brings_them_back(filled):
    annotate_pair(filled, 1, 0)
    edits.set_label(filled, LOCAL, "d", [1], 1)
    before = shown(filled)
    done = text_edits.edit_text(filled, LOCAL, "d", 1, passage="other", labels="remove")
    assert shown(filled)[0][:4] == (1, "query 0", "other", None)
    annotate_pair(filled, 1, 1)  # of the new text: not a label of the old one
    undo.undo(filled, LOCAL, done["edit"])
    assert shown(filled) == before
    with filled.reading() as connection:
        votes = sa.select(annotations.c.label).where(annotations.c.pair_id == 1)
        assert list(connection.scalars(votes)) == [0]


def test_a_query_is_corrected_in_all_its_pairs(filled):
    before = shown(filled)
    done = text_edits.edit_text(filled, LOCAL, "d", 2, query="Query nought", whole_query=True)
    assert done["pairs"] == 4
    assert [row[1] for row in shown(filled)[:5]] == ["Query nought"] * 4 + ["query 1"]
    assert len({row[4] for row in shown(filled)[:4]}) == 1
    found = page_of_pairs(filled, LOCAL, "d", search="nought")["pairs"]
    assert [one["id"] for one in found] == [1, 2, 3, 4]
    undo.undo(filled, LOCAL, done["edit"])
    assert shown(filled) == before
    assert page_of_pairs(filled, LOCAL, "d", search="nought")["pairs"] == []


def test_undo_of_a_text_leaves_a_later_edit(filled):
    first = text_edits.edit_text(filled, LOCAL, "d", 1, query="first", whole_query=True)["edit"]
    text_edits.edit_text(filled, LOCAL, "d", 1, passage="later")
    text_edits.edit_text(filled, LOCAL, "d", 2, query="later")
    assert undo.undo(filled, LOCAL, first) == {"undone": "edit text", "newer": 1}
    assert [row[1:3] for row in shown(filled)[:3]] == [
        ("query 0", "later"),
        ("later", "passage 0 1"),
        ("query 0", "passage 0 2"),
    ]


def test_a_text_edited_by_version_0_1_is_undone(filled):
    """It retired the pair and put a new one in its place; the journal holds both ids."""
    with filled.writing() as connection:
        edits.retire(connection, pairs.c.id == 1, time.time())
        old = connection.execute(pairs.select().where(pairs.c.id == 1)).one()
        values = dict(old._mapping) | {"passage": "new", "retired_at": None}
        values["pair_key"] = pair_key(old.query, "new")
        del values["id"]
        (new,) = connection.execute(pairs.insert().values(values)).inserted_primary_key
        done = edits.finish_edit(
            connection, LOCAL, "edit text", old.dataset_id, time.time(), [1], [new]
        )
    assert [line["what"] for line in history(filled, LOCAL, 1)][-1] == "edit text"
    undo.undo(filled, LOCAL, done["edit"])
    assert shown(filled)[0][:3] == (1, "query 0", "passage 0 0")


def test_a_query_moves_as_a_whole(filled):
    edits.move_split(filled, LOCAL, "d", [1], "dev")
    stored = labelled_pairs(filled, LOCAL, "d")
    assert set(stored[stored["query"] == "query 0"]["split"]) == {"dev"}
    assert stored.groupby("query_key")["split"].nunique().max() == 1


def test_a_deleted_pair_can_come_back_by_import(filled, tmp_path):
    edits.delete_pairs(filled, LOCAL, "d", [1])
    report = import_file(filled, LOCAL, tmp_path / "d.csv", "d")
    assert (report["kept"], report["duplicate"]) == (1, 119)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda w: edits.set_label(w, LOCAL, "d", [1], 2), "not a valid label"),
        (lambda w: edits.set_label(w, LOCAL, "d", [999], 1), "any more"),
        (lambda w: text_edits.edit_text(w, LOCAL, "d", 1, passage="passage 0 1"), "already"),
        (lambda w: text_edits.edit_text(w, LOCAL, "d", 1, passage="  "), "empty"),
        (lambda w: edits.move_split(w, LOCAL, "d", [1], "rest"), "not a split"),
        (lambda w: undo.undo(w, LOCAL, 1), "cannot be undone"),
        (lambda w: edits.set_label(w, User("ann", "annotator"), "d", [1], 1), "admin"),
    ],
)
def test_what_cannot_be_is_refused(edit, sentence, filled):
    before = shown(filled)
    with pytest.raises(Refused, match=sentence):
        edit(filled)
    assert shown(filled) == before


def test_pages_follow_each_other_both_ways(filled):
    first = page_of_pairs(filled, LOCAL, "d")
    second = page_of_pairs(filled, LOCAL, "d", after=first["last"])
    third = page_of_pairs(filled, LOCAL, "d", after=second["last"])
    ids = [one["id"] for page in (first, second, third) for one in page["pairs"]]
    assert ids == list(range(1, 121))
    assert (first["more_before"], first["more_after"]) == (False, True)
    assert (third["more_before"], third["more_after"]) == (True, False)
    assert page_of_pairs(filled, LOCAL, "d", before=second["first"])["pairs"] == first["pairs"]


def test_search_and_filters(filled):
    assert len(shown(filled, search="QUERY passage 7")) == 4
    assert {row[3] for row in shown(filled, label="1")} == {1.0}
    assert shown(filled, search="100%_") == []
    dev = shown(filled, split="dev", label="0")
    assert dev and {row[4] for row in dev} == {"dev"}


def test_candidates_of_a_query(filled):
    candidates = candidates_of_query(filled, LOCAL, "d", " query 3 ")
    assert [one["grade"] for one in candidates] == [1.0, 0.0, 0.0, 0.0]


def test_sql_and_python_resolve_labels_alike(filled):
    rng = random.Random(7)
    expected = {}
    with filled.writing() as connection:
        for pair_id, label in connection.execute(sa.select(pairs.c.id, pairs.c.label)).all():
            imported = [label, *rng.choices([0.0, 1.0], k=rng.choice([0, 0, 1, 2]))]
            votes = rng.choices([0.0, 1.0, None], k=rng.choice([0, 0, 1, 2, 3, 4]))
            decision = rng.choice([None, None, None, (0.0,), (1.0,), (None,)])
            expected[pair_id] = resolve_labels(imported, votes, decision)
            write(connection, pair_id, imported[1:], votes, decision)
        rows = connection.execute(pairs_with_labels(Visibility(1), pairs.c.id)).all()
    assert {row.id: (row.effective, row.state) for row in rows} == {
        pair_id: (one.label, one.state) for pair_id, one in expected.items()
    }
    counts = label_counts(filled, LOCAL, "d")
    assert counts["disputed"] == sum(one.state == "disputed" for one in expected.values()) > 0
    assert counts["labelled"] == len(labelled_pairs(filled, LOCAL, "d"))
    assert list_datasets(filled, LOCAL)[0]["positives"] == counts["positives"]


def write(connection, pair_id, imported, votes, decision) -> None:
    now = time.time()
    for value in imported:
        connection.execute(imported_labels.insert().values(pair_id=pair_id, value=value, source=""))
    for number, label in enumerate(votes):
        connection.execute(
            annotations.insert().values(
                pair_id=pair_id, annotator=str(number), label=label, created_at=now, updated_at=now
            )
        )
    given = sum(label is not None for label in votes)
    connection.execute(pairs.update().where(pairs.c.id == pair_id).values(votes=given))
    if decision:
        connection.execute(
            decisions.insert().values(
                pair_id=pair_id, label=decision[0], decided_by="x", decided_at=now
            )
        )
