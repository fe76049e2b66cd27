"""Workbooks: the sheet and the header are found, formulas count by value, sizes are bounded."""

import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from reranker_ui.core.formats.options import Limits, ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_job import read

ROWS = [["how tall is K2", "8,611 m", 1], ["how tall is K2", "a pear", 0]]
HEADER = ["query", "passage", "label"]


def workbook(folder, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "judged.xlsx")
    return folder / "judged.xlsx"


def counts(folder, path, **options):
    report = read(folder, path, ReadOptions(**options))["report"]
    return report["positives"], report["kept"] - report["positives"]


def test_a_sheet_is_read_below_its_title(tmp_path):
    above = [["Judgments of May"], [], ["made by", "the team"]]
    path = workbook(tmp_path, About=[["read me"]], Labels=[*above, HEADER, *ROWS, [None, None]])
    result = read(tmp_path, path, ReadOptions())
    assert (result["report"]["kept"], result["report"]["positives"]) == (2, 1)
    assert result["report"]["records"] == 2
    assert "Line 4 is the header: its cells are column names." in result["notes"]
    assert any("About" in note for note in result["notes"])


def test_sheets_of_one_header_are_read_together_and_name_the_split(tmp_path):
    path = workbook(tmp_path, train=[HEADER, *ROWS], test=[HEADER, ["why", "so", 1]])
    result = read(tmp_path, path, ReadOptions())
    assert result["report"]["kept"] == 3
    assert {row["split"] for row in result["preview"]} == {"train", "test"}


@pytest.mark.parametrize("sheet", ["Second", "2"])
def test_a_sheet_is_chosen(tmp_path, sheet):
    path = workbook(tmp_path, First=[HEADER, *ROWS], Second=[["frage", "antwort", "note"], *ROWS])
    assert counts(tmp_path, path, sheet=sheet) == (1, 1)


def test_a_sheet_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refused, match="no sheet Third"):
        read(tmp_path, workbook(tmp_path, First=ROWS), ReadOptions(sheet="Third"))


def test_the_line_of_the_header_can_be_said(tmp_path):
    path = workbook(tmp_path, One=[["a", "b", "c"], ["d", "e", "f"], *ROWS])
    options = {"header_line": 2, "query": "d", "passage": "e", "label": "f"}
    assert counts(tmp_path, path, **options) == (1, 1)


def merged(path, *ranges):
    book = load_workbook(path)
    for cells in ranges:
        book.active.merge_cells(cells)
    book.save(path)


def test_a_header_of_merged_cells_in_two_rows_names_its_columns(tmp_path):
    above = ["Query", "Document", None, "Judgments", None]
    below = [None, "Title", "Text", "Ann", "Bo"]
    rows = [["how tall is K2", "K2", "8,611 m", 1, 1], ["how tall is K2", "Pear", "a pear", 0, 0]]
    path = workbook(tmp_path, One=[["Judgments of May"], [], above, below, *rows])
    merged(path, "A1:E1", "A3:A4", "B3:C3", "D3:E3")
    result = read(tmp_path, path, ReadOptions())
    assert (result["report"]["kept"], result["report"]["positives"]) == (2, 1)
    assert result["plan"]["passage"] == "Document Text"
    assert [one["column"] for one in result["further"]] == ["Document Title"]
    assert any(note.startswith("Lines 3 and 4 are the header") for note in result["notes"])


def test_a_cell_that_is_merged_downwards_counts_for_each_of_its_rows(tmp_path):
    others = [[f"question {at}", f"an answer {at}", 1] for at in range(12)]
    rows = [["how tall is K2", "8,611 m", 1], [None, "a pear", 0], [None, "a plum", None]]
    path = workbook(tmp_path, One=[HEADER, *others, *rows])
    merged(path, "A14:A16", "C15:C16")
    assert counts(tmp_path, path) == (13, 2)


def test_formulas_without_a_value_are_noted(tmp_path):
    path = workbook(tmp_path, One=[HEADER, *ROWS, ["why", "so", "=1+0"]])
    result = read(tmp_path, path, ReadOptions())
    assert result["report"]["unlabelled"] == 1
    assert any("1 formulas have no value" in note for note in result["notes"])


def test_a_workbook_that_grows_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 70_000_000)
    with pytest.raises(Refused, match="has 70,000,004 bytes when unpacked"):
        read(tmp_path, path, ReadOptions(limits=Limits()))


def test_a_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b"<x")
    with pytest.raises(Refused, match="damaged workbook"):
        read(tmp_path, path, ReadOptions())
