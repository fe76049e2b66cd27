"""Texts read with the wrong encoding come back exactly when asked for, or stay as they are."""

import csv
import json

import ftfy.bad_codecs  # noqa: F401 - brings the encodings named sloppy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.formats.mojibake import Mojibake, repaired_text
from reranker_ui.core.values.pairs import Judged

RIGHT = [
    "plain", "naïve café, déjà vu – 20 €", "Người đầu tiên", "заболевания, вызывающие",
    "日本語の文", "借呗即将到期", "Ελληνικά", "עברית", "“quoted” … ™", "São João", "Ã",
    "ÄÖÜ straße", "5 µm ± 0.1 °C",
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_right_texts_stay(text):
    assert repaired_text(text) == (text, None)


@pytest.mark.parametrize("encoding", ["sloppy-windows-1252", "macroman", "latin-1", "cp437"])
@pytest.mark.parametrize("text", [text for text in RIGHT if sum(c > "\x7f" for c in text) > 3])
def test_what_was_read_wrongly_comes_back(text, encoding):
    wrong = text.encode().decode(encoding)
    assert repaired_text(wrong)[0] == text
    assert repaired_text(wrong.encode().decode("sloppy-windows-1252"))[0] == text  # twice


@given(st.text(min_size=1))
def test_whatever_is_mended_can_be_read_wrongly_again(text):
    repaired, encoding = repaired_text(text)
    if encoding is None:
        assert repaired == text
    else:
        assert len(repaired) < len(text)


@pytest.mark.parametrize("name", ["mojibake_macroman.csv", "mojibake_cp1252.csv"])
def test_real_files_come_back_exactly_and_lost_bytes_are_not_guessed(name, data_folder):
    manifest = json.loads((data_folder / "hostile" / "manifest.json").read_text())
    (entry,) = (one for one in manifest["files"] if one["file"] == name)
    with (data_folder / "hostile" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for asked in (False, True):
        found = Mojibake(repair=asked)
        for line, (row, wanted) in enumerate(zip(rows, entry["repaired"], strict=True), 2):
            seen = found.see(Judged(row["query"], row["passage"]), line)
            for side in ("query", "passage"):
                right = wanted[side] if asked and wanted[side] is not None else row[side]
                assert getattr(seen, side) == right
        whole = [one[side] for one in entry["repaired"] for side in ("query", "passage")]
        assert found.texts == sum(text is not None for text in whole)
        assert found.report()["lost"] == sum(text is None for text in whole)
