"""The memory-mapped pairs of a large run: the same rows as those that are read."""

import os
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.training.advice.selection import most_informative
from reranker_ui.core.training.phase import phase_spec
from reranker_ui.core.training.rows import mapped_pairs, row_columns
from reranker_ui.core.training.rows.mapped_pairs import (
    Column,
    forget,
    rows_at,
    some_pairs,
    train_pairs,
)
from reranker_ui.core.training.rows.row_columns import (
    Lists,
    Picked,
    characters_of,
    count_of,
    read_columns,
    rows_of,
    write_columns,
)
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder

ROWS = 23
PAIRS = pd.DataFrame(
    {
        "pair_id": range(ROWS),
        "query_key": [f"k{row // 4}" for row in range(ROWS)],
        "query": [f"wo? {row // 4}" for row in range(ROWS)],
        "passage": [f"gru\N{LATIN SMALL LETTER SHARP S} {'x' * row}" for row in range(ROWS)],
        "grade": [float(row % 3 == 0) for row in range(ROWS)],
    }
)


@contextmanager
def mapping(**limits):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ({"MANY": 10, "BATCH": 4} | limits).items():
            patch.setattr(mapped_pairs, name, value)
        yield


def everything(spec):
    return rows_of(spec.columns, range(count_of(spec.columns)))


@pytest.fixture
def folder(tmp_path):
    made = RunFolder(tmp_path / "00001")
    nothing = PAIRS.head(0)
    made.write_inputs(Recipe(base="b"), {"train": PAIRS, "dev": nothing, "test": nothing}, {})
    return made


def test_pairs_that_are_mapped_are_those_that_are_read(folder):
    assert train_pairs(folder).equals(folder.pairs("train")) and not folder.mapped_file.exists()
    with mapping():
        pairs = train_pairs(folder)
        assert folder.mapped_file.exists() and pairs.equals(folder.pairs("train"))
        assert train_pairs(folder).equals(pairs)
    forget(folder)
    assert not folder.mapped_file.exists() and pairs["passage"].iloc[-1] == "gruß " + "x" * 22


def test_a_damaged_file_is_refused_and_a_full_disk_is_not_hidden(folder, monkeypatch):
    frozen = folder.path / "train.parquet"
    frozen.write_bytes(frozen.read_bytes()[:40] + b"?" * 400 + frozen.read_bytes()[440:])
    with mapping(), pytest.raises(Refused, match=r"train\.parquet of run 1 is missing or damaged"):
        train_pairs(folder)

    def full(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(mapped_pairs, "_unpack", full)
    with mapping(), pytest.raises(OSError, match="space"):
        train_pairs(folder)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, ROWS - 1), max_size=40))
def test_rows_come_in_the_order_of_their_places(places):
    with mapping():
        found = rows_at(PAIRS, np.array(places, dtype=np.int64))
    assert found.equals(PAIRS.iloc[places])


@settings(deadline=None, max_examples=30)
@given(st.integers(1, ROWS), st.integers(0, 99))
def test_a_selection_and_a_lesson_are_the_same_where_pairs_are_mapped(wanted, seed):
    scale = Scale("binary", 1)
    chosen = most_informative(PAIRS, wanted, scale, seed)
    whole = phase_spec(Recipe(), PAIRS, scale)
    with mapping():
        assert most_informative(PAIRS, wanted, scale, seed).tolist() == chosen.tolist()
        mapped = phase_spec(Recipe(), PAIRS, scale)
    assert isinstance(mapped.queries, Column) and isinstance(whole.queries, list)
    assert (mapped.steps, mapped.pos_weight) == (whole.steps, whole.pos_weight)
    assert everything(mapped) == everything(whole)
    assert list(mapped.queries[3:7]) == whole.queries[3:7]


@pytest.mark.parametrize("loss", ["bce", "mse", "cross_entropy"])
@pytest.mark.parametrize("limits", [{}, {"MANY": 99}])
def test_a_part_of_the_pairs_is_learned_as_if_there_were_no_others(loss, limits):
    scale, recipe, places = Scale("binary", 1), Recipe(loss=loss), np.array([5, 0, 12, 3, 21, 7])
    alone = phase_spec(recipe, PAIRS.iloc[places], scale)
    with mapping(**limits):
        part = phase_spec(recipe, PAIRS, scale, places)
    assert everything(part) == everything(alone) and part.steps == alone.steps
    assert list(part.targets) == alone.targets and part.pos_weight == alone.pos_weight
    assert list(part.queries) == alone.queries and list(part.passages) == alone.passages


def test_texts_of_a_large_split_are_drawn_by_chance():
    everything = [*zip(PAIRS["query"], PAIRS["passage"], strict=True)]
    assert some_pairs(PAIRS, 1) == everything
    with mapping(MOST_READ=8):
        drawn = some_pairs(PAIRS, 1)
        assert drawn == some_pairs(PAIRS, 1) != some_pairs(PAIRS, 2)
    assert len(set(drawn)) == 8 and drawn == [pair for pair in everything if pair in drawn]


@pytest.mark.parametrize("loss", ["bce", "cross_entropy", "lambda", "mnrl", "margin_mse"])
def test_the_rows_of_every_loss_are_the_same_where_pairs_are_mapped(loss, tmp_path, monkeypatch):
    whole = phase_spec(Recipe(loss=loss), PAIRS, Scale("binary", 1))
    with mapping():
        mapped = phase_spec(Recipe(loss=loss), PAIRS, Scale("binary", 1))
    assert everything(mapped) == everything(whole)
    assert not any(isinstance(values, list) for values in mapped.columns.values())
    lengths = characters_of(whole.columns).tolist()
    assert characters_of(mapped.columns).tolist() == lengths
    monkeypatch.setattr(row_columns, "PART", 3)
    write_columns(tmp_path / "rows", mapped.columns)
    written = mapped.with_columns(read_columns(tmp_path / "rows"))
    assert everything(written) == everything(whole)
    assert characters_of(written.columns).tolist() == lengths


def test_a_row_is_as_long_as_its_texts_or_its_longest_passage():
    texts, labels = ["wo?", "é", "abcd"], [1.0, 0.0, 1.0]
    places, starts = np.array([1, 2, 0]), np.array([0, 2, 3])
    lists = {"passages": Lists(texts, places, starts), "labels": Lists(labels, places, starts)}
    assert characters_of({"query": texts[:2]} | lists).tolist() == [7, 4]
    assert list(lists["labels"]) == [[0, 1], [1]] and lists["passages"][1:] == [["wo?"]]
    picked = Picked(texts, places)
    assert characters_of({"query": texts, "passage": picked, "label": labels}).tolist() == [4, 5, 7]
    assert list(picked[1:]) == ["abcd", "wo?"]
