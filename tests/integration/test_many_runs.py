"""Many runs: names, notes, archive, chains, comparison, and one number for each run."""

import json
import shutil

import pandas as pd
import pytest
from sqlalchemy import func, select, update

from reranker_ui.__main__ import main
from reranker_ui.core.evaluation.metrics import ranking_metrics
from reranker_ui.core.evaluation.outcome import outcome_of
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.datasets import first_steps
from reranker_ui.services.ranking import compare, gains, ranker_choices, rankers
from reranker_ui.services.runs.comparison import comparison
from reranker_ui.services.runs.details import archive_runs, edit_run
from reranker_ui.services.runs.outcomes import outcome
from reranker_ui.services.runs.own_metric import set_metric
from reranker_ui.services.store.database import pairs
from reranker_ui.services.training import lifecycle, several
from reranker_ui.services.training.recipes import recipe_from
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN, MAI, VIEWER
from tests.support.twin_homes import Model


@pytest.fixture
def recipe():
    return recipe_from(base="embedded", warm_start="off", precision="fp32")


def evaluated(workspace, recipe, right=3, **more):
    """A finished run that puts the relevant passage of `right` test queries first."""
    run = lifecycle.start(workspace, ADMIN, "caves", recipe, **more)
    folder = RunFolder(run["folder"])
    test = folder.pairs("test")
    order = {key: at for at, key in enumerate(test["query_key"].unique())}
    sign = test["query_key"].map(order).map(lambda at: 1.0 if at < right else -1.0)
    scores = {"tuned": sign * test["grade"], "base": 0.5 * test["grade"]}
    scores |= {"cosine": -test["grade"], "bm25": -test["grade"]}
    scored = test.assign(**scores)
    scored.to_parquet(folder.test_scores_file, index=False)
    folder.outcome_file.write_text(json.dumps(outcome_of(scored, folder.scale())))
    folder.emit("started", plan={"warm_start_steps": 0, "train_steps": 9}, base_used="embedded")
    folder.model.mkdir()
    for name in ("config.json", "model.safetensors"):
        (folder.model / name).write_text("{}")
    keys, grades = test["query_key"], test["grade"]
    metrics = {name: ranking_metrics(keys, grades, scores[name]) for name in scores}
    folder.emit("finished", metrics=metrics)
    return lifecycle.find_run(workspace, ADMIN, run["id"])


@pytest.mark.both_databases
def test_a_run_has_a_name_a_note_and_a_number_for_good(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    first, second = (evaluated(workspace, recipe) for _ in range(2))
    named = edit_run(workspace, ADMIN, "run 1", "  Wide   net ", "Longer texts.")
    assert (named["name"], named["note"]) == ("Wide net", "Longer texts.")
    assert lifecycle.find_run(workspace, MAI, "Wide net")["id"] == first["id"]
    assert lifecycle.find_run(workspace, MAI, "run 1")["id"] == first["id"]
    assert lifecycle.continuation(workspace, ADMIN, 1)[1].base == "run 1"
    child = lifecycle.continue_run(workspace, ADMIN, "Wide net")
    assert child["parent"] == 1 and child["origin"] == {"title": "Wide net", "ranker": "1"}
    for name in ("", " ", "Wide net", "run 9", "7", "a/b", "bm25", "embedded", "a:tuned", "x" * 81):
        with pytest.raises(Refused):
            edit_run(workspace, ADMIN, second["id"], name)
    assert edit_run(workspace, ADMIN, 1, "run 1")["name"] == "run 1"
    with pytest.raises(Refused, match="admin"):
        edit_run(workspace, MAI, 1, "mine")


@pytest.mark.both_databases
def test_archived_and_cancelled_runs_are_in_no_menu_and_come_back(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    kept, _ = evaluated(workspace, recipe), evaluated(workspace, recipe)
    gone = lifecycle.start(workspace, ADMIN, "caves", recipe)
    RunFolder(gone["folder"]).emit("cancelled")
    names = [ranker["name"] for ranker in ranker_choices.choices(workspace, VIEWER)["rankers"]]
    assert names == ["base", "bm25", "cosine", "2", "1"]
    archive_runs(workspace, ADMIN, [2])
    assert [
        choice["name"] for choice in ranker_choices.choices(workspace, VIEWER)["rankers"][3:]
    ] == ["1"]
    found = lifecycle.changed_rows(workspace, VIEWER, {}, 9)
    assert found["order"] == [3, 1] and found["archived"] == 1
    assert lifecycle.changed_rows(workspace, VIEWER, {}, 9, archived=True)["order"] == [3, 2, 1]
    archive_runs(workspace, ADMIN, [2], archived=False)
    assert lifecycle.changed_rows(workspace, VIEWER, {}, 9)["order"] == [3, 2, 1]
    assert not kept["archived"]


def test_the_playground_begins_with_the_newest_run_of_the_dataset(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    evaluated(workspace, recipe)
    found = ranker_choices.choices(workspace, VIEWER, "caves")
    assert (found["a"], found["b"]) == ("cosine", "1")  # never its base, which is no free ranker
    other = ranker_choices.choices(workspace, VIEWER, "another")
    assert (other["a"], other["b"]) == ("bm25", "cosine")


@pytest.mark.both_databases
def test_a_chain_is_one_entry_and_is_stopped_as_one(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    chained = recipe.model_copy(update={"passes": (20, 0, 0)})
    first = lifecycle.start(workspace, ADMIN, "caves", chained)
    assert [lifecycle.find_run(workspace, ADMIN, n)["chain"] for n in (1, 2, 3)] == [1, 1, 1]
    assert lifecycle.follow(workspace, VIEWER, None)["run"]["id"] == 1  # the next to run
    found = lifecycle.changed_rows(workspace, VIEWER, {}, 9)
    assert found["total"] == 1
    (row,) = found["rows"].values()
    assert row["chain"] == {"runs": [1, 2, 3], "place": 1} and row["sentence"] == "Starting"
    RunFolder(first["folder"]).emit("started", plan={"warm_start_steps": 0, "train_steps": 9})
    several.stop_all(workspace, ADMIN, 2, "keep")
    asked = [RunFolder(workspace.runs / f"0000{n}").stop_requested() for n in (1, 2, 3)]
    assert asked == ["keep", "cancel", "cancel"]
    again = lifecycle.run_again(workspace, ADMIN, 3)  # of the whole chain, from the first base
    assert (again["id"], again["later"]) == (4, [5, 6])
    assert again["recipe"] == {**first["recipe"], "passes": [20]}
    rows = [lifecycle.find_run(workspace, ADMIN, n) for n in (4, 5, 6)]
    assert [(row["chain"], row["recipe"]["passes"]) for row in rows] == [
        (4, [20]), (4, [0]), (4, [0])
    ]  # fmt: skip
    for number in (4, 5, 6):
        RunFolder(workspace.runs / f"0000{number}").emit("cancelled")
    shown = lifecycle.changed_rows(workspace, VIEWER, {}, 9)["rows"]
    assert shown["4"]["chain"] == {"runs": [4, 5, 6], "place": 1}
    assert first_steps(workspace, VIEWER)["runs"] == 0  # none has a model to compare


def test_several_runs_are_deleted_or_none(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    for _ in range(3):
        evaluated(workspace, recipe)
    live = lifecycle.start(workspace, ADMIN, "caves", recipe)
    with pytest.raises(Refused, match="Cancel it"):
        several.delete_runs(workspace, ADMIN, [1, live["id"]])
    assert len(lifecycle.list_runs(workspace, ADMIN)) == 4
    assert several.delete_runs(workspace, ADMIN, [1, "run 2", 2]) == 2
    assert [run["id"] for run in lifecycle.list_runs(workspace, ADMIN)] == [4, 3]


def test_the_first_run_is_starting_and_the_next_one_waits(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    first, second = (lifecycle.start(workspace, ADMIN, "caves", recipe) for _ in range(2))
    assert (first["sentence"], second["sentence"]) == ("Starting", "Waiting")


def test_runs_are_compared_on_the_queries_that_they_share(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    evaluated(workspace, recipe, right=3)
    evaluated(workspace, recipe.model_copy(update={"epochs": 2.0}), right=1)
    found = comparison(workspace, ADMIN, ["run 1", 2])
    assert found["queries"] == 3 and [run["id"] for run in found["runs"]] == [1, 2]
    ndcg = found["metrics"][0]
    assert ndcg["metric"] == "ndcg@10" and ndcg["values"][0]["value"] == 1.0
    worse = ndcg["values"][1]
    assert worse["low"] <= worse["value"] <= worse["high"] < 1.0001
    assert worse["gain"] == pytest.approx(worse["value"] - 1.0)
    assert worse["gain_low"] <= worse["gain"] <= worse["gain_high"] and not worse["significant"]
    assert found["metrics"][3]["values"][0]["low"] is None  # average precision is pooled
    assert [row["field"] for row in found["recipe"]] == ["epochs"]
    assert [row["values"][0] for row in found["changed"]] == [1.0, 1.0]
    for chosen in ([1], [1, 1], [1, 2, 3, 4, 5, 6]):
        with pytest.raises(Refused):
            comparison(workspace, ADMIN, chosen)
    assert comparison(workspace, MAI, [1, 2])["changed"] is None  # the test split is sealed


def test_a_single_test_query_has_no_interval_anywhere(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    first, second = evaluated(workspace, recipe, right=1), evaluated(workspace, recipe, right=0)
    for run in (first, second):
        file = RunFolder(run["folder"]).test_scores_file
        frame = pd.read_parquet(file)
        frame[frame["query_key"] == frame["query_key"].iloc[0]].to_parquet(file)
    worse = comparison(workspace, ADMIN, [1, 2])["metrics"][0]["values"][1]
    assert worse["gain"] < 0 and not worse["significant"]
    assert [worse[key] for key in ("low", "high", "gain_low", "gain_high")] == [None] * 4
    set_metric(workspace, ADMIN, "caves", "p@1")
    own = outcome(workspace, ADMIN, 1)["metric"]  # the free rankers put it last
    assert own["gain"] == (1.0, None, None) and not own["significant"]
    with workspace.writing() as connection:
        first_query = select(func.min(pairs.c.id) + 2).where(pairs.c.split == "test")
        others = pairs.c.id > connection.scalar(first_query)
        connection.execute(update(pairs).where(others).values(label=None))
    mean = gains.gains(workspace, ADMIN, "caves", "bm25", "bm25")["means"][0]
    assert (mean["low"], mean["high"], mean["significant"]) == (None, None, False)


def test_runs_without_a_shared_query_are_not_compared(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    first, _ = evaluated(workspace, recipe), evaluated(workspace, recipe)
    file = RunFolder(first["folder"]).test_scores_file
    frame = pd.read_parquet(file)
    frame.assign(grade=1 - frame["grade"]).to_parquet(file)
    found = comparison(workspace, ADMIN, [1, 2])
    assert found["queries"] == 0 and "share no test query" in found["notice"]
    assert found["metrics"][0]["values"][1]["value"] == 1.0 and found["changed"] == []


def test_every_way_to_ask_gives_the_number_of_the_run(workspace, nowhere, recipe, monkeypatch):
    labelled_dataset(workspace)
    run = evaluated(workspace, recipe, right=2)
    monkeypatch.setattr(rankers, "_load", Model)  # an engine that scores otherwise
    rankers.MODELS.clear()
    number = run["metrics"]["tuned"]["ndcg@10"]
    assert compare.evaluate(workspace, ADMIN, "1", "caves")["ndcg@10"] == pytest.approx(number)
    found = gains.gains(workspace, ADMIN, "caves", "bm25", "1")
    assert found["b"] == pytest.approx(number)
    assert found["engines"] == [None, "recorded"]
    RunFolder(run["folder"]).test_scores_file.unlink()
    assert gains.gains(workspace, ADMIN, "caves", "bm25", "1")["engines"] != [None, "recorded"]
    rankers.MODELS.clear()


def test_the_result_is_reported_with_what_makes_it_uncertain(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = evaluated(workspace, recipe)
    found = outcome(workspace, ADMIN, run["id"])
    assert found["warnings"][0].startswith("The test split has only 3 queries")
    folder = RunFolder(run["folder"])
    lineage = json.loads(folder.lineage_file.read_text())
    lineage["findings"] = [{"key": "sides", "severity": "blocks", "fact": "F", "mend": "M."}]
    folder.lineage_file.write_text(json.dumps(lineage))
    assert outcome(workspace, ADMIN, run["id"])["warnings"][1] == "F. M."
    assert outcome(workspace, MAI, run["id"])["warnings"] == found["warnings"]  # not to annotators


def test_verbs_name_sort_archive_and_compare(workspace, nowhere, recipe, capsys, monkeypatch):
    labelled_dataset(workspace)
    evaluated(workspace, recipe, right=1)
    evaluated(workspace, recipe, right=3)

    def said(*words):
        assert main([*words]) == 0
        return capsys.readouterr().out

    assert "Wide" in said("run", "1", "--name", "Wide", "--note", "why")
    monkeypatch.setattr("reranker_ui.core.evaluation.verdict.FEW", 2)
    assert "Do not deploy it yet. nDCG@10 on 3 test queries" in said("run", "1")
    assert [run["id"] for run in json.loads(said("runs", "--sort", "ndcg", "--json"))] == [2, 1]
    table = said("compare", "1", "run 2")
    assert "ndcg@10" in table and "Wide" in table and "3 shared test queries" in table
    assert "gain  " in table and "+0.333 (" in table
    said("run", "Wide", "--archive")
    assert [run["id"] for run in json.loads(said("runs", "--json"))] == [2]
    assert len(json.loads(said("runs", "--archived", "--json"))) == 2
    assert "Deleted Wide.\nDeleted run 2." in said("delete-run", "Wide", "2")
    assert main(["compare", "1"]) == 1
    shutil.rmtree(workspace.runs)


@pytest.mark.both_databases
def test_a_dataset_keeps_a_further_metric(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = evaluated(workspace, recipe, right=2)
    assert outcome(workspace, ADMIN, run["id"])["metric"] is None
    set_metric(workspace, ADMIN, "caves", " P@1 ")
    found = outcome(workspace, ADMIN, run["id"])["metric"]
    value, low, high = found["values"]["tuned"]
    assert found["name"] == "p@1" and value == pytest.approx(2 / 3) and low <= value <= high
    assert found["gain"][0] == pytest.approx(2 / 3)  # the free rankers put none first
    evaluated(workspace, recipe, right=3)
    row = comparison(workspace, ADMIN, [1, 2])["metrics"][-1]
    assert row["metric"] == "p@1" and row["values"][1]["value"] == pytest.approx(1.0)
    found = compare.evaluate(workspace, ADMIN, "bm25", "caves", metric="recall@3")
    assert found["recall@3"] == pytest.approx(1.0)
    assert "p@1" in compare.evaluate(workspace, ADMIN, "bm25", "caves")
    assert outcome(workspace, MAI, run["id"])["metric"] is None  # the test split is sealed
    with pytest.raises(Refused, match="not a metric"):
        set_metric(workspace, ADMIN, "caves", "accuracy")
    set_metric(workspace, ADMIN, "caves", None)
    assert outcome(workspace, ADMIN, run["id"])["metric"] is None
