"""Whatever a format carries comes back as it was: any text, labels, people, splits."""

import json
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.formats.exports import FORMATS, form_of, lost_in, write
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.writing import Row, Target, read_safe_cell, safe_cell
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.pairs import query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_job import read

# Text as it is stored: trimmed, not empty, no lone surrogates, no zero byte. A file full of other
# control characters is refused as no text, which is not what is tested here.
CONTROLS = "".join(map(chr, [*range(9), *range(14, 27)]))
letters = st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS)
odd = st.sampled_from([
    '"', '","', '"\n"', "=1", "'=1", "a\rb", "a\r\nb", "\ufeffx", "{", "[", "1", "\x1c.", "\x85.",
    "a\tb", "<a>", "a qid:1 # b", "$", "null",
])  # fmt: skip
texts = (st.text(letters, min_size=1) | odd).map(str.strip).filter(bool)
people = st.sampled_from(["ann", "bo@x.org", "Çem, Ö"])

# Whole: everything. Settled: not what people said who were outvoted.
WHOLE = {"csv", "tsv", "jsonl", "json", "parquet", "datasets", "label-studio"}
NO_SPLIT = {"quepid-book"}
LABELS = {"lists", "beir", "trec"}
BINARY = {"triplets", "n-tuples", "mteb", "cohere", "flagembedding", "tevatron", "ms-swift"}


@st.composite
def rows(draw) -> list[Row]:
    """Pairs of a few queries: labelled by nobody, one or several people, disputed or settled."""
    texts_of_pairs = draw(st.lists(st.tuples(texts, texts), min_size=1, max_size=6, unique=True))
    found = []
    for query, passage in sorted(texts_of_pairs, key=lambda pair: query_key(pair[0])):
        votes = draw(st.lists(st.tuples(people, st.integers(0, 3)), max_size=3,
                              unique_by=lambda vote: vote[0]))  # fmt: skip
        label = draw(st.integers(0, 3) | st.none())
        if len({value for _, value in votes}) == 1:
            label = votes[0][1] if label is None else label
        state = "disputed" if label is None and votes else "annotated" if votes else "imported"
        split = draw(st.sampled_from(["train", "dev", "test"]))
        found.append(Row(query, passage, label, split, "s", state, votes))
    return found


def expected(form: str, given: list[Row]) -> dict:
    """What the rows should be after a round trip, by query and passage."""
    whole = {row.query for row in given if row.label} & {
        row.query for row in given if row.label == 0
    }
    found = {}
    for row in given:
        if form in LABELS | BINARY and row.label is None:
            continue
        if form in ("triplets", "n-tuples") and row.query not in whole:
            continue
        votes = row.votes if form in WHOLE else [vote for vote in row.agreeing() if vote[0]]
        found[row.query, row.passage] = (
            min(row.label, 1) if form in BINARY and row.label is not None else row.label,
            None if form in NO_SPLIT | BINARY else row.split,
            [] if form in LABELS | BINARY else sorted(votes),
        )
    return found


def stored(folder: Path, path: Path, form: str) -> dict:
    said = ReadOptions(
        scale="graded", max_grade=3,
        delimiter={"csv": ",", "tsv": "\t"}.get(form),
        quotes=True if form in ("csv", "tsv") else None,
    )  # fmt: skip
    read(folder, path, said)
    with sqlite3.connect(folder / "stage.db") as stage:
        votes: dict[int, list] = {}
        for there, who, value in stage.execute("SELECT staged_id, annotator, value FROM votes"):
            votes.setdefault(there, []).append((who, value))
        return {
            (query, passage): (None if conflict else label, split, sorted(votes.get(number, [])))
            for number, query, passage, label, split, conflict in stage.execute(
                "SELECT id, query, passage, label, split, conflict FROM staged"
            )
        }


def test_every_format_is_said_to_carry_something():
    assert set(FORMATS) == WHOLE | NO_SPLIT | LABELS | BINARY | {
        "argilla", "prodigy", "quepid-ratings"
    }  # fmt: skip


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"datasets", "quepid-ratings"}))
@settings(max_examples=15, deadline=None)
@given(given=rows())
def test_any_text_comes_back(form, given):
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder) / "out", lost_in(form), True, Scale("graded", 3))
        count = write(form, given, target)
        wanted = expected(form, given)
        assert count == len(wanted)
        if wanted:
            assert stored(Path(folder), target.path, form) == wanted


def test_quepid_ratings_come_back_with_the_texts_of_beir(tmp_path):
    rows = [
        Row("=q", f"passage {grade}", grade, "train", "s", "imported", []) for grade in range(3)
    ]
    for form in ("beir", "quepid-ratings"):
        assert write(form, rows, Target(tmp_path / form, scale=Scale("graded", 2))) == 3
    read(tmp_path, tmp_path / "quepid-ratings", ReadOptions(corpus=str(tmp_path / "beir")))
    with sqlite3.connect(tmp_path / "stage.db") as stage:
        found = stage.execute("SELECT query, passage, label FROM staged ORDER BY label").fetchall()
    assert found == [("=q", f"passage {grade}", grade) for grade in range(3)]


@pytest.mark.parametrize("name", ["saved", "saved.zip"])
def test_a_saved_dataset_is_one_of_the_library(name, tmp_path):
    import datasets

    given = [
        Row("q", "p", 1.0, "train", "s", "annotated", [("ann", 1.0)]),
        Row("r", "p", None, "dev", "s", "disputed", [("ann", 1.0), ("bo", 0.0)]),
        Row("t", "p", None, "test", "s", "unlabelled", []),
    ]
    assert write("datasets", given, Target(tmp_path / name)) == 3
    assert stored(tmp_path, tmp_path / name, "datasets") == expected("datasets", given)
    if name == "saved":
        loaded = datasets.load_from_disk(str(tmp_path / name))
        assert {split: len(part) for split, part in loaded.items()} == {
            "train": 1, "validation": 1, "test": 1,
        }  # fmt: skip
        assert loaded["train"][0]["label"] == 1.0


@pytest.mark.parametrize("form", sorted(WHOLE | {"argilla"}))
@pytest.mark.parametrize(
    "scale", [Scale("graded", 2, 0, 2, ("no", "", "yes")), Scale("graded", 5, 1, 3),
              Scale("score", 10, 0, 4)],
)  # fmt: skip
def test_a_scale_comes_back_without_labels(form, scale, tmp_path):
    given = [Row("q", f"passage {n}", None, "train", "s", "unlabelled", []) for n in range(3)]
    target = Target(tmp_path / f"out{FORMATS[form].suffix}", lost_in(form), True, scale)
    write(form, given, target)
    found = read(tmp_path, target.path, ReadOptions())
    assert found["scale"] == scale.as_json()
    assert found["report"]["unlabelled"] == 3 and found["further"] == found["unread"] == []


def test_a_stated_scale_rejects_other_labels_and_gives_way_to_a_choice(tmp_path):
    stated = json.dumps(Scale("graded", 3, 0, 2).as_json()).replace('"', '""')
    path = tmp_path / "edited.csv"
    path.write_text(
        "query,passage,label,split,source,labels_by,label_scale\n"
        f'q,p,0,,,,\nq,r,5,,,,"{stated}"\nq,s,1,,,,{{\n'
    )
    found = read(tmp_path, path, ReadOptions())
    assert found["scale"] == Scale("graded", 3, 0, 2).as_json()
    assert (found["report"]["kept"], found["report"]["bad_label"]) == (2, 1)
    (tmp_path / "stage.db").unlink()
    assert read(tmp_path, path, ReadOptions(max_grade=5))["scale"]["max"] == 5


def test_what_is_lost_is_counted():
    given = [
        Row("q", "p", 1.0, "train", "s", "annotated", [("ann", 1.0), ("bo", 1.0), ("cy", 0.0)]),
        Row("q", "n", None, "train", "s", "left out", []),
        Row("q", "m", 2.0, "train", "s", "imported", [], {"topic": "t"}),
    ]
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder) / "out", lost_in("mteb"))
        assert write("mteb", given, target) == 2
        assert target.lost.sentences() == [
            "Annotators of labels, and pairs without a label, are left out.",
            "Splits are left out.",
            "Annotator labels that were outvoted or overruled, left out: 1",
            "Pairs excluded from training by a decision, left out: 1",
            "Grades, written as positive: 1",
            "Not exported: topic",
        ]


@given(texts)
def test_a_safe_cell_is_safe_and_exact(text):
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert read_safe_cell(safe_cell(text)) == text


@pytest.mark.parametrize("name", ["set", "set.zip", "set.qrels"])
def test_judgments_go_to_a_folder_a_zip_or_a_text_file(name, tmp_path):
    given = [Row("q", f"p{n}", float(n), "test", "s", "imported", []) for n in range(3)]
    for form in ("beir", "trec"):
        target = Target(tmp_path / form / name, lost_in(form))
        target.path.parent.mkdir()
        assert write(form, given, target) == 3
        texts = tmp_path / "beir" / name
        if form == "trec" and name == "set.qrels":
            said = ReadOptions(corpus=str(texts), queries=str(texts))
            read(tmp_path, target.path, said)
            assert "Pairs with ids only" in target.lost.sentences()[-1]
        else:
            assert target.path.is_dir() == (name == "set")
            read(tmp_path, target.path, ReadOptions())
        with sqlite3.connect(tmp_path / "stage.db") as stage:
            rows = stage.execute("SELECT query, passage, label FROM staged ORDER BY label")
            assert rows.fetchall() == [("q", f"p{n}", float(n)) for n in range(3)]
        for path in tmp_path.glob("*.db"):
            path.unlink()


@pytest.mark.parametrize(
    ("name", "form"),
    [("QRELS", "trec"), ("label_studio", "label-studio"), ("n tuples", "n-tuples")],
)
def test_a_format_has_the_names_people_use(name, form):
    assert form_of(name) == form
    with pytest.raises(Refused, match="not an export format"):
        form_of("docx")
