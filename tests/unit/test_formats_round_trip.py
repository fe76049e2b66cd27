"""Any text that is written in a format is read again as it was."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.formats.clean import clean
from reranker_ui.core.formats.options import Limits, ReadOptions
from reranker_ui.core.formats.plan import make_plan
from reranker_ui.core.formats.shapes import lost_in, write
from reranker_ui.core.formats.writing import Row, read_safe_cell, safe_cell
from reranker_ui.core.labels import LabelReader

# Text as it is stored: trimmed, not empty, no lone surrogates, no zero byte. A file full of other
# control characters is refused as no text, which is not what is tested here.
CONTROLS = "".join(map(chr, [*range(9), *range(14, 27)]))
texts = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), min_size=1)
    .map(str.strip)
    .filter(bool)
)
odd = st.sampled_from(
    [
        '"',
        '","',
        '"\n"',
        "=1",
        "'=1",
        "a\rb",
        "a\r\nb",
        "\ufeffx",
        "{",
        "[",
        "1",
        "\x1c.",
        "\x85.",
        "a\tb",
    ]
)
pair = st.tuples(texts | odd, texts | odd, st.sampled_from([0.0, 1.0, 0.25, None]))


def read_again(path: Path, options: ReadOptions) -> list[tuple]:
    plan = make_plan(path, options, lambda _n: None, dict)
    return [
        (told.query, told.passage, told.label)
        for line, value in plan.records()
        for judged in plan.read(value)
        for told in [clean(judged, line, LabelReader(), Limits())]
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(pair, min_size=1, max_size=8))
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("safe", [True, False])
def test_any_text_comes_back(form, safe, pairs):
    pairs = [(query.strip(), passage.strip(), label) for query, passage, label in pairs]
    rows = [
        Row(query, passage, label, "train", "s", "imported", []) for query, passage, label in pairs
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        assert write(form, rows, path, lost_in(form), safe) == len(rows)
        said = ReadOptions(
            delimiter={"csv": ",", "tsv": "\t"}.get(form),
            quotes=True if form in ("csv", "tsv") else None,
        )
        assert read_again(path, said) == pairs


@given(texts | odd)
def test_a_safe_cell_is_safe_and_exact(text):
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert read_safe_cell(safe_cell(text)) == text
