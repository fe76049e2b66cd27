"""Search and filters over the pages of a dataset, against a plain reading of all its pairs."""

import itertools
import json
import random
import sys
import time

import pytest
import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.search_terms import read_search
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.result_labels import label_result
from reranker_ui.services.datasets import edits, filters, id_pages, pages, text_edits, undo
from reranker_ui.services.datasets.pages import filter_choices, page_of_pairs
from reranker_ui.services.datasets.sorting import Order
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels import index_words, search_index
from reranker_ui.services.labels.datasets import delete_dataset
from reranker_ui.services.ranking import candidates
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import datasets, imported_labels

pytestmark = pytest.mark.both_databases
ANN = User("ann", "admin")
WORDS = ["glacier", "caves", "are", "formed", "by", "ice", "con", "mà", "ma", "mã"]
WORDS += ["bò", "花呗", "怎么", "还款", "借呗", "рерайкер"]


@pytest.fixture
def filled(workspace, tmp_path):
    """A dataset "d" of 240 pairs from two files, some labelled, disputed, decided, left out."""
    rng = random.Random(3)
    for name, queries in (("one.jsonl", range(40)), ("two.jsonl", range(40, 60))):
        rows = [
            {
                "query": f"{' '.join(rng.choices(WORDS, k=3))} q{query}",
                "passage": f"{' '.join(rng.choices(WORDS, k=6))} p{number}",
                "label": rng.choice([0, 0, 1, None]),
            }
            for query in queries
            for number in range(4)
        ]
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)))
        import_file(workspace, LOCAL, tmp_path / name, "d")
    with workspace.writing() as connection:
        for pair_id in rng.sample(range(1, 241), 20):
            value = rng.choice([0.0, 1.0])
            one = {"pair_id": pair_id, "value": value, "source": "", "annotator": "eve"}
            connection.execute(imported_labels.insert().values(one))
    for number, pair_id in enumerate(rng.sample(range(1, 241), 30)):
        annotate(workspace, ANN, pair_id, rng.choice([0, 1]), f"a{number}")
        if number % 2:
            annotate(workspace, LOCAL, pair_id, rng.choice([0, 1, None]), f"b{number}")
    edits.set_label(workspace, LOCAL, "d", rng.sample(range(1, 241), 10), 1)
    edits.set_label(workspace, LOCAL, "d", rng.sample(range(1, 241), 10), None)
    edits.delete_pairs(workspace, LOCAL, "d", rng.sample(range(1, 241), 10))
    return workspace


def everything(workspace) -> list[dict]:
    return page_of_pairs(workspace, LOCAL, "d", size=1000)["pairs"]


def characters(pair: dict) -> int:
    return len(pair["query"]) + len(pair["passage"])


def walked(workspace, size=7, **asked) -> list[int]:
    """The ids of all pages, forwards; each way back is the same page."""
    ids, page = [], page_of_pairs(workspace, LOCAL, "d", size=size, **asked)
    while page["pairs"]:
        ids += [one["id"] for one in page["pairs"]]
        if not page["more_after"]:
            break
        later = page_of_pairs(workspace, LOCAL, "d", size=size, after=page["last"], **asked)
        back = page_of_pairs(workspace, LOCAL, "d", size=size, before=later["first"], **asked)
        assert back["pairs"] == page["pairs"]
        page = later
    return ids


def passes(pair: dict, search: str, split, label, annotator, source, by) -> bool:
    states = {"disputed": "disputed", "left out": "left out", "none": "unlabelled"}
    terms = read_search(search)
    return (
        (not search or (terms is not None and terms.finds(pair["query"], pair["passage"])))
        and (split is None or pair["split"] == split)
        and (annotator is None or pair["id"] in by[annotator])
        and (source is None or pair["source"] == source)
        and (
            label is None
            or (pair["state"] == states[label] if label in states else
                pair["effective"] == float(label))
        )
    )  # fmt: skip


def test_every_filter_against_a_plain_reading(filled, monkeypatch):
    monkeypatch.setattr(id_pages, "_FIRST", 5)  # many steps even here
    pairs = everything(filled)
    assert len(pairs) == 230
    choices = filter_choices(filled, LOCAL, "d")
    assert choices == {
        "annotators": ["ann", "eve", "local user"],
        "sources": ["one.jsonl", "two.jsonl"],
        "columns": 0,
        "further": [],
    }
    by = {name: labelled_by(filled, name) for name in choices["annotators"]}
    searches = ["", "glacier", "mà", "ma", "花呗", "呗 ice", "gla", "nowhere", "%"]
    labels = [None, "0", "1", "none", "disputed", "left out"]
    combinations = itertools.product(
        searches, [None, "train", "test"], labels, [None, "ann", "eve", "local user"],
        [None, "one.jsonl"],
    )  # fmt: skip
    some = random.Random(1).sample(list(combinations), 40)
    for search, split, label, annotator, source in some:
        asked = {"search": search, "split": split, "label": label, "annotator": annotator,
                 "source": source}  # fmt: skip
        expected = [
            one["id"] for one in pairs if passes(one, search, split, label, annotator, source, by)
        ]
        assert walked(filled, **asked) == expected, asked
        assert pages.ids_of_pairs(filled, LOCAL, "d", **asked)["ids"] == expected, asked
        assert sorted(in_order(filled, **asked)) == expected, asked


def test_an_unfinished_word_finds_all_it_may_become(filled, tmp_path, monkeypatch):
    texts = ["Glaciers move", "a glaciated slope", "old glacial ice", "glass"]
    rows = [{"query": "longer words", "passage": text, "label": 1} for text in texts]
    (tmp_path / "more.json").write_text(json.dumps(rows))
    import_file(filled, LOCAL, tmp_path / "more.json", "d", into="add")
    pairs = everything(filled)
    for search in ("glac", "GLACI", "glacia", "рерай", "move glac", '"a glac', '"old glac'):
        terms = read_search(search)
        assert terms is not None and terms.phrases[-1][1]
        expected = [one["id"] for one in pairs if terms.finds(one["query"], one["passage"])]
        for most in (1, 150):  # of several: merged by the index, and looked up
            monkeypatch.setattr(index_words, "MOST", most)
            assert expected and walked(filled, search=search) == expected, search


def in_order(workspace, **asked) -> list[int]:
    """The ids of the pairs sorted by their passage, from pages of 7."""
    order: dict = {"column": "passage"}
    page = page_of_pairs(workspace, LOCAL, "d", size=7, order=Order(**order), **asked)
    ids = [pair["id"] for pair in page["pairs"]]
    while page["more_after"]:
        behind = Order(**order, at=page["last_at"])
        asked["after"] = page["last"]
        page = page_of_pairs(workspace, LOCAL, "d", size=7, order=behind, **asked)
        ids += [pair["id"] for pair in page["pairs"]]
    return ids


def test_pairs_behind_a_finding_are_all_that_other_filters_narrow(filled, monkeypatch):
    monkeypatch.setattr(id_pages, "_FIRST", 5)
    behind = sorted(random.Random(5).sample(range(1, 241), 120))
    monkeypatch.setattr(filters, "rows_behind", lambda *_asked: behind)
    for asked in ({}, {"search": "mà"}, {"split": "test"}, {"search": "glacier", "label": "1"}):
        expected = [one for one in walked(filled, **asked) if one in behind]
        assert walked(filled, finding="any", **asked) == expected, asked
        asked["finding"] = "any"
        assert pages.ids_of_pairs(filled, LOCAL, "d", **asked)["ids"] == expected, asked
        assert sorted(in_order(filled, **asked)) == expected, asked


def test_all_pairs_of_a_word_are_selected_without_reading_texts(filled, monkeypatch):
    expected = {word: walked(filled, search=word) for word in ("glacier", "花呗")}
    monkeypatch.delattr(filters, "_found_in_text")
    for word, ids in expected.items():
        assert pages.ids_of_pairs(filled, LOCAL, "d", search=word)["ids"] == ids
    edited, *others = expected["glacier"]
    text_edits.edit_text(filled, LOCAL, "d", edited, query="a", passage="b")
    assert pages.ids_of_pairs(filled, LOCAL, "d", search="glacier")["ids"] == others


LABELLED_BY = """
SELECT pair_id FROM annotations WHERE annotator = :name AND label IS NOT NULL
UNION SELECT pair_id FROM decisions WHERE decided_by = :name
UNION SELECT pair_id FROM imported_labels WHERE annotator = :name
"""


def labelled_by(workspace, name) -> set[int]:
    with workspace.reading() as connection:
        return set(connection.scalars(sa.text(LABELLED_BY), {"name": name}))


def test_what_comes_later_is_found_at_once(filled, tmp_path):
    assert walked(filled, search="volcano") == []
    done = text_edits.edit_text(
        filled, LOCAL, "d", everything(filled)[0]["id"], passage="a volcano"
    )
    assert walked(filled, search="volcano") == [done["pair_id"]]
    added = label_result(filled, LOCAL, "d", "which volcano", "Etna", 1, "c")["pair_id"]
    assert walked(filled, search="volcano") == [done["pair_id"], added]
    assert walked(filled, source="playground") == [added]
    (tmp_path / "three.csv").write_text("query,passage,label\nlast volcano,Stromboli,1\n")
    import_file(filled, LOCAL, tmp_path / "three.csv", "d")
    assert len(walked(filled, search="volcano")) == 3
    undo.undo(filled, LOCAL, done["edit"])
    assert len(walked(filled, search="volcano")) == 2


def test_many_pairs_are_taken_in_by_a_process(filled, monkeypatch):
    monkeypatch.setattr(search_index, "_AT_ONCE", 10)
    with filled.reading() as connection:
        dataset = connection.execute(sa.select(datasets)).one()
    search_index.drop(filled, dataset)
    page = page_of_pairs(filled, LOCAL, "d", search="glacier")
    deadline = time.monotonic() + 60
    while page["not_searched"] and time.monotonic() < deadline:
        page = page_of_pairs(filled, LOCAL, "d", search="glacier")
    texts = [(one["id"], f"{one['query']} {one['passage']}") for one in everything(filled)]
    expected = [number for number, text in texts if "glacier" in text]
    assert [one["id"] for one in page["pairs"]] == expected[:50]


def test_a_broken_index_is_made_again_and_goes_with_its_dataset(filled):
    expected = walked(filled, search="ice")
    (index,) = filled.cache.glob("search/*/index.db")
    for part in index.parent.glob("index.db*"):
        part.write_bytes(b"this is no database at all, but long enough to be read as one" * 20)
    assert walked(filled, search="ice") == expected
    delete_dataset(filled, LOCAL, "d")
    assert not index.exists()


def test_a_page_holds_few_long_texts(filled, monkeypatch):
    """Pages end early where texts are long, and still show every pair."""
    longest = max(map(characters, everything(filled)))
    for most, asked in ((1, {"split": "test"}), (3 * longest, {})):
        monkeypatch.setattr(pages, "_MOST_CHARACTERS", sys.maxsize)
        rows = page_of_pairs(filled, LOCAL, "d", size=1000, **asked)["pairs"]
        assert len(rows) > 10
        monkeypatch.setattr(pages, "_MOST_CHARACTERS", most)
        asked = {"size": 50, **asked}
        ids, page = [], page_of_pairs(filled, LOCAL, "d", **asked)
        while ids[-1:] != [rows[-1]["id"]]:
            assert len(page["pairs"]) == 1 or sum(map(characters, page["pairs"])) <= most
            ids += [one["id"] for one in page["pairs"]]
            page = page_of_pairs(filled, LOCAL, "d", after=page["last"], **asked)
        assert ids == [row["id"] for row in rows]
        before = page_of_pairs(filled, LOCAL, "d", before=ids[-1], **asked)["pairs"]
        assert before[-1]["id"] == ids[-2] and len(before) < 50
    monkeypatch.setattr(candidates, "_MOST_OF_QUERY", 10)
    with pytest.raises(Refused, match="limit is 10"):
        candidates.candidates_of_query(filled, LOCAL, "d", rows[0]["query"])
