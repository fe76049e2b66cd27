"""Where a table begins, with columns that are named by the user."""

import pytest

from reranker_ui.core.formats.structure.preamble import start_of

HEADER = ["question", "answer", "label"]
RECORDS = [["how are you", "fine thanks", "1"], ["how are you", "a table", "0"]]


@pytest.mark.parametrize("name", ["Lable", "-1", "Fine-thanks"])
def test_a_wrong_name_takes_no_record_for_the_header(name):
    start = start_of([HEADER, *RECORDS], named=[name])
    assert (start.skipped, start.names) == (0, tuple(HEADER))
    assert start.why == "no row has the named columns"


@pytest.mark.parametrize("name", ["label", "LABEL", " Answer "])
def test_a_name_may_differ_in_case(name):
    start = start_of([["Labels of May"], HEADER, *RECORDS], named=[name])
    assert (start.skipped, start.why) == (1, "it has the named columns")


def test_exact_names_are_taken_below_what_looks_like_names():
    rows = [["query", "passage", "label"], ["frage", "antwort", "note"], *RECORDS]
    assert start_of(rows, named=["frage", "antwort"]).skipped == 1
