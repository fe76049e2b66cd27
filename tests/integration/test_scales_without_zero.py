"""Datasets whose scale has no 0: which grades are relevant is asked at the import, and kept."""

import sqlite3

import pytest
import sqlalchemy as sa

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.quality_job import assess
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets, scale_of
from reranker_ui.services.ranking.candidates import labelled_queries
from reranker_ui.services.ranking.compare import evaluate
from reranker_ui.services.ranking.gains import gains
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import datasets

pytestmark = pytest.mark.both_databases
STARS = "".join(
    f"query {n},passage {n} {stars},{stars},test\n" for n in range(6) for stars in (n % 2 + 4, 2)
)


def stars(folder, rows=STARS, **options):
    path = folder / "stars.csv"
    path.write_text("query,passage,label,split\n" + rows)
    return path, ReadOptions(**options)


def test_relevance_is_chosen_stored_and_measured_by(tmp_path, workspace):
    path, options = stars(tmp_path, rows=STARS + "query 9,one,1,test\nquery 9,two,3,test\n")
    report = import_file(workspace, LOCAL, path, "stars", options)
    scale = {"kind": "graded", "max": 5, "min": 1, "relevant_from": 4}
    assert scale_of(workspace, LOCAL, "stars") == scale
    assert "Labels from 4 on are relevant (--relevant-from 4)." in report["notes"]
    assert (report["positives"], list_datasets(workspace, LOCAL)[0]["positives"]) == (6, 6)
    assert evaluate(workspace, LOCAL, "bm25", "stars")["queries"] == 7
    assert len(labelled_queries(workspace, LOCAL, "stars")) == 7
    found = gains(workspace, LOCAL, "stars", "bm25", "cosine")
    assert len(found["queries"]) == 7 and found["means"][1]["a"] is not None
    keys = {one["key"] for one in assess(workspace, "stars", "none", None, _quiet)[0]["findings"]}
    assert "no_negative" not in keys and "balance" not in keys


def _quiet(_phase, _part):
    """Progress that is not looked at."""


def test_what_is_relevant_is_said(tmp_path, workspace):
    path, options = stars(tmp_path, relevant_from=5)
    assert import_file(workspace, LOCAL, path, "stars", options)["positives"] == 3
    assert scale_of(workspace, LOCAL, "stars")["relevant_from"] == 5
    path, options = stars(tmp_path, relevant_from=6)
    with pytest.raises(Refused, match="a grade from 1 to 5"):
        import_file(workspace, LOCAL, path, "others", options)


def test_a_zero_that_comes_later_is_rejected_by_line(tmp_path, workspace):
    import_file(workspace, LOCAL, *_named(stars(tmp_path)))
    more, _ = stars(tmp_path, rows="query 0,passage zero,0,test\nquery 0,one,2,test\n")
    report = import_file(workspace, LOCAL, more, "stars")
    assert (report["kept"], report["bad_label"]) == (1, 1)
    assert "a grade from 1 to 5" in report["rejects"][0]["reason"]
    assert scale_of(workspace, LOCAL, "stars")["min"] == 1


def _named(scale):
    path, options = scale
    return path, "stars", options


def test_a_scale_with_a_zero_is_as_it_was(tmp_path, workspace):
    import_file(workspace, LOCAL, *_named(stars(tmp_path, rows=STARS + "query 1,none,0,train\n")))
    scale = {"kind": "graded", "max": 5, "min": 0, "relevant_from": None}
    assert scale_of(workspace, LOCAL, "stars") == scale


LATER = {
    "datasets": (
        *("min_grade", "relevant_from", "grade_names", "description"),
        *("shown_columns", "metric", "annotators"),
    ),
    "runs": ("note", "chain_id", "archived_at"),
    "annotations": ("cannot_tell",),
}  # what migrations after 0003 added


def test_a_home_of_an_older_version_gets_the_default(tmp_path, workspace):
    """The migration sees the labels of its datasets."""
    if workspace.engine.dialect.name != "sqlite":
        pytest.skip("the step is the same SQL on both databases; it is run on a copy of a file")
    import_file(workspace, LOCAL, *_named(stars(tmp_path)))
    import_file(workspace, LOCAL, stars(tmp_path, rows="q,p,0,train\nq,r,3,train\n")[0], "graded")
    workspace.engine.dispose()
    with sqlite3.connect(workspace.home / "reranker-ui.db") as connection:
        for table, columns in LATER.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for table in ("comments", "gold_pairs", "choices", "allowances"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
    from reranker_ui.services.store.workspace import open_workspace

    opened = open_workspace(workspace.settings)
    with opened.reading() as connection:
        rows = connection.execute(sa.select(datasets).order_by(datasets.c.id)).all()
    opened.engine.dispose()
    assert [(row.min_grade, row.relevant_from) for row in rows] == [(1, 4), (0, None)]


@pytest.mark.parametrize("name", ["24-stars-without-zero/lowest_two.csv"])
def test_case_a_test_split_without_a_zero(name, data_folder, workspace):
    import_file(workspace, LOCAL, data_folder / "cases" / name, "stars")
    found = evaluate(workspace, LOCAL, "bm25", "stars")
    assert found["queries"] == 0 or found["ndcg@10"] == pytest.approx(0.84313, abs=1e-5)


def test_case_stars_with_a_high_and_a_low_one(data_folder, workspace):
    path = data_folder / "cases/30-stars-bce/stars.csv"
    import_file(workspace, LOCAL, path, "stars")
    found = evaluate(workspace, LOCAL, "bm25", "stars", "train")
    assert found["queries"] == len(labelled_queries(workspace, LOCAL, "stars", "train")) == 24
    findings = assess(workspace, "stars", "none", None, _quiet)[0]["findings"]
    assert not {"no_negative", "balance"} & {one["key"] for one in findings}
