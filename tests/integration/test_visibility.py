"""Annotators see no label that is kept from them, in pages, by filters or in an export."""

import json

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.added_pairs import add_pairs
from reranker_ui.services.annotating.agreement import agreement_in_detail, agreement_of
from reranker_ui.services.annotating.annotations import annotate, undo
from reranker_ui.services.annotating.disputes import decide, disputed_pairs
from reranker_ui.services.annotating.labelling_progress import progress
from reranker_ui.services.annotating.queue import next_pairs, take
from reranker_ui.services.annotating.result_labels import label_result, send_to_annotate
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.datasets.edits import set_label
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.datasets.quality import check_now, quality
from reranker_ui.services.datasets.sorting import Order
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import find_dataset, list_datasets
from reranker_ui.services.labels.pair_counts import count_labels
from reranker_ui.services.labels.visibility import known_to_all
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.ranking.candidates import candidates_of_query, labelled, labelled_queries
from reranker_ui.services.ranking.compare import evaluate
from reranker_ui.services.ranking.gains import gains
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import leases

ANN, EVE = User("ann", "annotator"), User("eve", "viewer")


@pytest.fixture
def filled(workspace, tmp_path):
    """Six labelled pairs, the last two in test; ann and bo labelled the first."""
    rows = [
        {"query": f"q{n}", "passage": "p", "label": n % 2, "split": "test" if n > 3 else "train"}
        for n in range(6)
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    import_file(workspace, LOCAL, path, "d")
    annotate(workspace, ANN, 1, 1, "a1")
    annotate(workspace, User("bo", "annotator"), 2, 0, "b1")
    return workspace


def rows_of(workspace, user, **filters) -> list:
    pairs = page_of_pairs(workspace, user, "d", **filters)["pairs"]
    return [(one["id"], one["effective"], one["label"], one["state"]) for one in pairs]


@pytest.mark.both_databases
def test_what_an_annotator_sees(filled, tmp_path):
    assert rows_of(filled, LOCAL, split="test") == rows_of(filled, EVE, split="test")
    assert rows_of(filled, EVE, split="test") == [(5, 0, 0, "imported"), (6, 1, 1, "imported")]
    blind = [(1, 1, None, "annotated")] + [(n, None, None, "hidden") for n in range(2, 7)]
    assert rows_of(filled, ANN) == blind
    assert rows_of(filled, ANN, label="1") == blind[:1]
    assert rows_of(filled, ANN, label="0") == rows_of(filled, ANN, label="none") == []
    annotate(filled, User("cy", "annotator"), 1, 0, "c1")
    assert rows_of(filled, LOCAL, label="disputed")[0][0] == 1
    assert rows_of(filled, ANN, label="1") == blind[:1]
    assert rows_of(filled, ANN, label="disputed") == []
    assert rows_of(filled, ANN, label="0", annotator="cy") == []
    set_stream(filled, LOCAL, "d", blind=False)
    assert rows_of(filled, ANN)[1:] == [
        (2, 0, 1, "annotated"), (3, 0, 0, "imported"), (4, 1, 1, "imported"),
        (5, None, None, "hidden"), (6, None, None, "hidden"),
    ]  # fmt: skip
    assert [one[0] for one in rows_of(filled, ANN, label="1")] == [4]
    with pytest.raises(Refused, match="sealed test split"):
        export_dataset(filled, ANN, "d", "csv", tmp_path / "out.csv")
    set_stream(filled, LOCAL, "d", test_annotators=["ann"])
    assert rows_of(filled, ANN) == rows_of(filled, LOCAL)
    assert export_dataset(filled, ANN, "d", "csv", tmp_path / "out.csv")["pairs"] == 6


def test_the_playground_keeps_back_the_same_labels(filled):
    def labels(user, query):
        return labelled(filled, user, query, "d").labels

    assert [labels(user, "q5") for user in (LOCAL, EVE, ANN)] == [[1.0], [1.0], [None]]
    assert labels(ANN, "q0") == [1.0] and labels(ANN, "q2") == [None]
    set_stream(filled, LOCAL, "d", blind=False, test_annotators=["ann"])
    assert labels(ANN, "q5") == [1.0] and labels(ANN, "q2") == [0.0]


@pytest.mark.both_databases
def test_the_history_tells_no_label_that_is_kept_back(filled):
    annotate(filled, LOCAL, 6, 1, "l1")

    def lines(user):
        rows_of = history(filled, user, "d")["lines"]
        return [(one["who"], one["pair"]) for one in rows_of if one["pair"]]

    everyone = [("local user", 6), ("bo", 2), ("ann", 1)]
    assert lines(LOCAL) == lines(EVE) == everyone
    assert lines(ANN) == [("ann", 1)]
    set_stream(filled, LOCAL, "d", blind=False)
    assert lines(ANN) == everyone[1:]  # the test split is sealed still
    set_stream(filled, LOCAL, "d", test_annotators=["ann"])
    assert lines(ANN) == everyone


CY = User("cy", "annotator")


@pytest.mark.both_databases
@pytest.mark.parametrize("label", [0, 1])
def test_counts_do_not_show_what_others_said(filled, label):
    set_stream(filled, LOCAL, "d", overlap=2)

    def seen():
        state = progress(filled, CY, "d", 0, imported=True)
        (row,) = list_datasets(filled, CY)
        agreed = agreement_of(filled, CY, "d")
        return state["disputed"], agreed["shared"], agreed["percent"], row["disputed"]

    assert seen() == (0, 0, None, 0)
    for pair in (1, 2, 3):  # ann said 1, bo said 0, and the last one came with 0
        annotate(filled, CY, pair, label, f"cy{pair}")
    assert seen() == (0, 0, None, 0)
    (row,) = list_datasets(filled, CY)
    counts = [row[name] for name in ("pairs", "labelled", "positives", "hidden", "unlabelled")]
    assert counts == [6, 3, 3 * label, 3, 0]
    assert list_datasets(filled, LOCAL)[0]["disputed"] == 1
    assert progress(filled, LOCAL, "d", 0)["disputed"] == 1


@pytest.mark.both_databases
def test_rankings_are_not_measured_on_hidden_labels(filled):
    set_stream(filled, LOCAL, "d", blind=False)
    for query in ("q4", "q5"):
        _add(filled, query)
    assert len(labelled_queries(filled, LOCAL, "d")) == 2
    assert labelled_queries(filled, ANN, "d") == []
    with pytest.raises(Refused, match="hidden from you"):
        evaluate(filled, ANN, "bm25", "d", "test")
    with pytest.raises(Refused, match="whose labels you can see"):
        gains(filled, ANN, "d", "bm25", "bm25")
    assert evaluate(filled, EVE, "bm25", "d", "test")["queries"] == 2
    assert evaluate(filled, ANN, "bm25", "d", "train")
    set_stream(filled, LOCAL, "d", test_annotators=["ann"])
    assert len(labelled_queries(filled, ANN, "d")) == 2


def _add(workspace, query):
    """Another passage of the query, labelled the other way."""
    ids = add_pairs(workspace, LOCAL, "d", query, [f"another {query}"])["pairs"]
    (known,) = (one["grade"] for one in candidates_of_query(workspace, LOCAL, "d", query)
                if one["grade"] is not None)  # fmt: skip
    set_label(workspace, LOCAL, "d", ids, 1 - known)


@pytest.mark.both_databases
def test_no_pair_of_the_sealed_split_is_leased(filled):
    set_stream(filled, LOCAL, "d", test_annotators=["ann"])
    annotate(filled, ANN, 5, 1, "a5")
    set_stream(filled, LOCAL, "d", test_annotators=[])
    assert take(filled, ANN, 6) is None
    assert undo(filled, ANN, 5, "u5") == {"pair": None}
    for order in ("skipped", "disputed", "unlabelled"):
        next_pairs(filled, ANN, "d", order, 0, [5, 6, 999])
    with filled.reading() as connection:
        assert connection.execute(leases.select()).all() == []


@pytest.mark.both_databases
def test_an_adjudicator_decides_nothing_in_the_sealed_split(filled):
    set_stream(filled, LOCAL, "d", adjudicators=["ann"], test_annotators=["bo", "cy"])
    for pair in (3, 6):
        for user, label in ((User("bo", "annotator"), 0), (CY, 1)):
            annotate(filled, user, pair, label, f"{user.name}{pair}")
    assert [one["id"] for one in disputed_pairs(filled, ANN, "d")["pairs"]] == [3]
    assert agreement_in_detail(filled, ANN, "d")["votes"] == 2
    assert agreement_in_detail(filled, LOCAL, "d")["votes"] == 4
    with pytest.raises(Refused, match="sealed test split"):
        decide(filled, ANN, 6, 1)
    decide(filled, ANN, 3, 1)


def test_an_edit_is_shown_without_the_label_it_set(filled):
    set_label(filled, LOCAL, "d", [3], 1)
    texts = [
        {line["text"] for line in history(filled, user, "d")["lines"]} for user in (LOCAL, ANN)
    ]
    assert "Label of 1 pair set to 1" in texts[0]
    assert "Label of 1 pair set" in texts[1] and "Label of 1 pair set to 1" not in texts[1]


def test_the_quality_report_of_annotators_is_without_labels(filled):
    check_now(filled, LOCAL, "d")
    whole, part = (quality(filled, user, "d")["report"] for user in (LOCAL, ANN))
    assert whole["balance"]["labels"] == [[0.0, 3], [1.0, 3]] and part["balance"]["labels"] == []
    assert part["balance"]["splits"]["test"] == {"pairs": 2, "queries": 2, "positives": None}
    assert {one["key"] for one in whole["findings"]} >= {"no_positive", "no_negative"}
    assert not {one["key"] for one in part["findings"]} & {"no_positive", "no_negative"}
    with pytest.raises(Refused, match="hidden from annotators"):
        page_of_pairs(filled, ANN, "d", finding="no_positive")


@pytest.mark.both_databases
def test_a_hidden_decision_is_not_shown_by_who_gave_the_label_and_when(filled):
    def seen(user, **asked):
        asked["order"] = Order("updated", descending=True)
        pairs = page_of_pairs(filled, user, "d", **asked)["pairs"]
        return [(one["id"], one["by"], one["updated_at"]) for one in pairs]

    annotate(filled, ANN, 2, 1, "a2")  # bo said 0
    before = seen(ANN)
    decide(filled, LOCAL, 2, 1)
    set_label(filled, LOCAL, "d", [5], 1)
    assert seen(ANN) == before and seen(ANN, annotator="local user") == []
    assert [one[0] for one in seen(LOCAL, annotator="local user")] == [5, 2]
    set_stream(filled, LOCAL, "d", blind=False)
    assert [one[:2] for one in seen(ANN, annotator="local user")] == [(2, ["local user"])]


@pytest.mark.both_databases
def test_what_all_who_label_share_is_not_computed_from_hidden_labels(filled):
    def labelled():
        with filled.reading() as connection:
            dataset = find_dataset(connection, "d")
            view = known_to_all(connection, dataset)
            return count_labels(connection, dataset, view)["labelled"]

    assert labelled() == 6  # nobody is an annotator
    add_user(filled, LOCAL, ANN.name, "annotator")
    assert labelled() == 0
    set_stream(filled, LOCAL, "d", blind=False)
    assert labelled() == 4


def test_only_those_who_label_a_dataset_send_results_to_it(filled):
    set_stream(filled, LOCAL, "d", annotators=["bo"])
    before = list_datasets(filled, LOCAL)
    with pytest.raises(Refused, match="not one of the annotators of d"):
        send_to_annotate(filled, ANN, "d", "q0", ["brand new"])
    assert list_datasets(filled, LOCAL) == before


@pytest.mark.both_databases
def test_a_refused_label_of_the_playground_adds_no_pair(filled):
    before = list_datasets(filled, LOCAL)
    for query, label in (("q5", 1), ("q0", 7)):
        with pytest.raises(Refused):
            label_result(filled, ANN, "d", query, "brand new", label, f"{query}{label}")
    with pytest.raises(Refused):
        send_to_annotate(filled, ANN, "d", "q0", ["brand new", " "])
    assert list_datasets(filled, LOCAL) == before
