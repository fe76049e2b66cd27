"""The quality report of a dataset, the rows behind it, its history, and what a run has learned."""

import json
import time

import pytest

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.bases.coverage import coverage_of, tokens_seen
from reranker_ui.core.values.recipe import EMBEDDED_BASE, EMBEDDED_ENGLISH
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.datasets import quality, undo
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.datasets.split_report import join_sides, split_receipt
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.store.access import LOCAL

ENGLISH = "embedded-en"  # does not know the Chinese query


@pytest.fixture
def filled(workspace, tmp_path):
    """A dataset "d" of 40 queries with three passages each; query 0 is in train and in test."""
    rows = [
        {"query": f"query {q}", "passage": f"passage {q} {p}", "label": int(p == 0),
         "split": "test" if q % 5 == 1 or (q, p) == (0, 2) else "dev" if q % 5 == 2 else "train"}
        for q in range(40) for p in range(3)
    ]  # fmt: skip
    rows += [{"query": "QUERY 6?", "passage": "other", "label": 0, "split": "train"}]
    rows += [{"query": "花呗怎么还款", "passage": "词 " * 400, "label": 0, "split": "train"}]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, rows)))
    import_file(workspace, LOCAL, tmp_path / "d.jsonl", "d")
    return workspace


def behind(workspace, key: str) -> list[str]:
    page = page_of_pairs(workspace, LOCAL, "d", finding=f"{key} of {ENGLISH}")
    return [f"{one['query']} | {one['passage'][:12]}" for one in page["pairs"]]


@pytest.mark.both_databases
def test_the_report_leads_to_its_rows(filled):
    report = quality.check_now(filled, LOCAL, "d", ENGLISH)
    findings = {one["key"]: one for one in report["findings"]}
    assert findings["sides"]["fact"] == "1 query is in more than one split"
    assert behind(filled, "sides") == [f"query 0 | passage 0 {p}" for p in range(3)]
    assert "QUERY 6? | other" in behind(filled, "near_sides")
    assert len(behind(filled, "near_sides")) == 4
    assert [one[:6] for one in behind(filled, "unknown")] == ["花呗怎么还款"]
    assert report["balance"]["splits"]["dev"] == {"pairs": 24, "queries": 8, "positives": 8}
    assert report["lengths"]["max_length"] == 256
    assert "pairs with two labels" in report["clean"]
    assert report["compared"]["queries"] > 30 and report["compared"]["passages"] > 100
    with pytest.raises(Refused, match="no longer exists"):
        behind(filled, "../../result")


@pytest.mark.both_databases
def test_sides_are_brought_together_and_taken_apart_again(filled):
    before = split_receipt(filled, LOCAL, "d")
    assert before["on_two_sides"] == 2
    done = join_sides(filled, LOCAL, "d")
    after = split_receipt(filled, LOCAL, "d")
    assert (done["pairs"], after["on_two_sides"]) == (2, 0)
    keys = {one["key"] for one in quality.check_now(filled, LOCAL, "d", EMBEDDED_BASE)["findings"]}
    assert not keys & {"sides", "near_sides"}
    lines = history(filled, LOCAL, "d")["lines"]
    assert [(one["text"], one["undoable"]) for one in lines] == [
        ("Moved 2 queries to one split each: 2 pairs", True),
        ("Imported d.jsonl: 122 pairs added", False),
    ]
    undo.undo(filled, LOCAL, done["edit"])
    assert split_receipt(filled, LOCAL, "d") == before


def test_a_process_checks_and_the_report_grows_old(filled):
    assert quality.quality(filled, LOCAL, "d", EMBEDDED_BASE)["report"] is None
    quality.check(filled, LOCAL, "d", EMBEDDED_BASE)
    state = checked(filled)
    assert state["failed"] is None and state["report"]["pairs"] == 122
    assert state["stale"] is False
    annotate(filled, LOCAL, 2, 1, "c1")
    assert quality.quality(filled, LOCAL, "d", EMBEDDED_BASE)["stale"] is True


def test_a_check_of_what_was_there_before_a_change_begins_anew(filled):
    quality.check(filled, LOCAL, "d", EMBEDDED_BASE)
    join_sides(filled, LOCAL, "d")  # the process that reads is under way, or at its end
    quality.check(filled, LOCAL, "d", EMBEDDED_BASE)
    state = checked(filled)
    assert state["stale"] is False
    assert "sides" not in {one["key"] for one in state["report"]["findings"]}


def checked(workspace) -> dict:
    """The state that the page gets once no check runs."""
    deadline = time.monotonic() + 60
    while (state := quality.quality(workspace, LOCAL, "d", EMBEDDED_BASE))["checking"] is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return state


def test_history_goes_on_page_by_page(filled):
    for number in range(60):
        annotate(filled, LOCAL, 1 + number % 3, number % 2, f"c{number}")
    first = history(filled, LOCAL, "d")
    rest = history(filled, LOCAL, "d", first["before"])
    assert (len(first["lines"]), len(rest["lines"]), rest["before"]) == (50, 11, None)
    ids = [one["id"] for one in first["lines"] + rest["lines"]]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == 61


def test_what_the_embedded_base_reads(workspace):
    file = resolve_base(EMBEDDED_ENGLISH, workspace.cache).path / "tokenizer.json"
    seen = coverage_of(file, [("mà con bò", "ma con bo"), ("花呗 还款", "ice")])
    assert seen.merged_words > 0.5
    assert (seen.unknown_pairs, seen.merged_pairs) == ([1], [0])
    assert seen.lengths[0] == 3 + 6
    assert tokens_seen(file, "呗 ice") == [("[UNK]", True), ("ice", False)]
