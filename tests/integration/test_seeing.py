"""Annotators see no label that is kept from them, in pages, by filters or in an export."""

import json

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.ranking.candidates import labelled
from reranker_ui.services.store.access import LOCAL, User

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


def told(workspace, user, **asked) -> list:
    pairs = page_of_pairs(workspace, user, "d", **asked)["pairs"]
    return [(one["id"], one["effective"], one["label"], one["state"]) for one in pairs]


@pytest.mark.both_databases
def test_what_an_annotator_sees(filled, tmp_path):
    assert told(filled, LOCAL, split="test") == told(filled, EVE, split="test")
    assert told(filled, EVE, split="test") == [(5, 0, 0, "imported"), (6, 1, 1, "imported")]
    blind = [(1, 1, None, "annotated")] + [(n, None, None, "hidden") for n in range(2, 7)]
    assert told(filled, ANN) == blind
    assert told(filled, ANN, label="1") == blind[:1]
    assert told(filled, ANN, label="0") == told(filled, ANN, label="none") == []
    annotate(filled, User("cy", "annotator"), 1, 0, "c1")
    assert told(filled, LOCAL, label="disputed")[0][0] == 1
    assert told(filled, ANN, label="1") == blind[:1]
    assert told(filled, ANN, label="disputed") == []
    assert told(filled, ANN, label="0", annotator="cy") == []
    set_stream(filled, LOCAL, "d", blind=False)
    assert told(filled, ANN)[1:] == [
        (2, 0, 1, "annotated"), (3, 0, 0, "imported"), (4, 1, 1, "imported"),
        (5, None, None, "hidden"), (6, None, None, "hidden"),
    ]  # fmt: skip
    assert [one[0] for one in told(filled, ANN, label="1")] == [4]
    with pytest.raises(Refused, match="sealed test split"):
        export_dataset(filled, ANN, "d", "csv", tmp_path / "out.csv")
    set_stream(filled, LOCAL, "d", test_annotators=["ann"])
    assert told(filled, ANN) == told(filled, LOCAL)
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
        told = history(filled, user, "d")["lines"]
        return [(one["who"], one["pair"]) for one in told if one["pair"]]

    everyone = [("local user", 6), ("bo", 2), ("ann", 1)]
    assert lines(LOCAL) == lines(EVE) == everyone
    assert lines(ANN) == [("ann", 1)]
    set_stream(filled, LOCAL, "d", blind=False)
    assert lines(ANN) == everyone[1:]  # the test split is sealed still
    set_stream(filled, LOCAL, "d", test_annotators=["ann"])
    assert lines(ANN) == everyone
