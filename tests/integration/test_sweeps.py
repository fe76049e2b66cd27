"""Where runs are placed, sweeps over recipes and seeds, and their comparison."""

import json

import pytest

from reranker_ui.__main__ import main
from reranker_ui.core.values.execution.placement import Job, Placement, placement_of
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs import executors
from reranker_ui.services.runs.comparison import comparison
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.runs.repeated_runs import t_interval
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.training import lifecycle, place_facts, run_places
from reranker_ui.services.training.grid import grid_of, sweep
from reranker_ui.services.training.plan import plan
from reranker_ui.services.training.recipes import recipe_from
from reranker_ui.ui.form.offers import offers
from tests.integration.test_many_runs import evaluated
from tests.support.labelled_dataset import Nowhere, labelled_dataset
from tests.support.labelling import ADMIN, VIEWER


@pytest.fixture
def recipe():
    sizes = {"epochs": 1, "learning_rate": 1e-4, "warm_start_pairs": 100}
    return recipe_from(base="embedded", warm_start="off", precision="fp32", **sizes)


def test_a_sweep_starts_each_recipe_with_each_seed(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    longer = recipe.model_copy(update={"epochs": 2.0, "name": "longer"})
    runs = sweep(workspace, ADMIN, "caves", [recipe, longer], 2, Placement(processes=2))
    recipes = [RunFolder(run["folder"]).recipe() for run in runs]
    assert [(one.epochs, one.seed) for one in recipes] == [(1, 42), (2, 42), (1, 43), (2, 43)]
    assert {placement_of(RunFolder(run["folder"]).path).processes for run in runs} == {2}
    with pytest.raises(Refused, match="admin"):
        sweep(workspace, VIEWER, "caves", [recipe], 1)


@pytest.mark.parametrize(
    ("base", "words"),
    [("run 99", 'There is no run "run 99"'), ("/nowhere", "There is no model folder /nowhere")],
)
def test_a_sweep_starts_nothing_where_one_of_its_recipes_is_refused(
    workspace, nowhere, recipe, base, words
):
    labelled_dataset(workspace)
    wrong = recipe.model_copy(update={"base": base})
    with pytest.raises(Refused, match=words):
        sweep(workspace, LOCAL, "caves", [recipe, wrong], 2)
    assert lifecycle.list_runs(workspace, ADMIN) == []


@pytest.mark.parametrize(
    ("changes", "seeds", "words"),
    [
        ([{}, {"name": "twin", "seed": 7}], 2, "differ only in name"),
        ([{"passes": (20, 0)}], 2, "several passes"),
        ([{}], 61, "at most 5 recipes and 60 runs"),
        ([{}], 0, "at least one seed"),
    ],
)
def test_a_grid_that_cannot_be_compared_is_refused(recipe, changes, seeds, words):
    with pytest.raises(Refused, match=words):
        grid_of([recipe.model_copy(update=one) for one in changes], seeds)


def test_runs_that_differ_in_their_seed_are_one_column(workspace, nowhere, recipe, command, capsys):
    labelled_dataset(workspace)
    right = {(1.0, 42): 3, (1.0, 43): 1, (2.0, 42): 2, (2.0, 43): 1}
    for (epochs, seed), count in right.items():
        evaluated(workspace, recipe.model_copy(update={"epochs": epochs, "seed": seed}), count)
    lifecycle.start(workspace, ADMIN, "caves", recipe.model_copy(update={"seed": 44}))
    found = comparison(workspace, ADMIN, [4, 1, 2, 3, 5])
    assert [head["runs"] for head in found["runs"]] == [[3, 4], [1, 2]]
    assert "2 seeds" in found["runs"][0]["name"]
    assert [row["field"] for row in found["recipe"]] == ["epochs"]
    assert "Left out: 1 run without a result." in found["notice"]
    own = [comparison(workspace, ADMIN, pair)["metrics"][0]["values"] for pair in ([3, 4], [1, 2])]
    each = [[cell["value"] for cell in cells] for cells in own]
    first, second = found["metrics"][0]["values"]
    assert [first["each"], second["each"]] == each
    assert second["value"] == pytest.approx(sum(each[1]) / 2)
    assert 0 <= second["low"] < second["value"] < second["high"] <= 1
    gains = [b - a for a, b in zip(*each, strict=True)]
    assert (second["gain_low"], second["gain_high"]) == pytest.approx(t_interval(gains))
    assert found["metrics"][3]["values"][0]["low"] is not None, "average precision over seeds"
    assert main(["compare", "1", "2", "3", "4"]) == 0
    assert "2 seeds" in capsys.readouterr().out
    assert [head["runs"] for head in comparison(workspace, ADMIN, [1, 2])["runs"]] == [[1], [2]]


def test_runs_that_have_not_ended_are_named(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    longer = recipe.model_copy(update={"epochs": 2.0})
    runs = sweep(workspace, ADMIN, "caves", [recipe, longer], 1)

    def notice():
        return comparison(workspace, ADMIN, [1, 2])["notice"]

    assert notice() == "run 1 and run 2 have not ended, so there is nothing to compare yet."
    for run in runs:
        RunFolder(run["folder"]).emit("failed", error="", traceback="")
        assert notice().startswith("run 2 has not" if run is runs[0] else "run 1 and run 2 have")
    assert notice() == "run 1 and run 2 have ended without a result to compare."


def test_a_sweep_takes_the_recipe_of_the_advisor(workspace, nowhere, capsys):
    labelled_dataset(workspace)
    words = ["--dataset", "caves", "--recipe", "advised", "--recipe", "quality", "--seeds", "1"]
    assert main(["sweep", *words, "--base", "embedded", "--json"]) == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["runs"]) == 2 and "Budget: quick" in printed.err


def test_the_t_interval_is_that_of_the_tables():
    assert t_interval([1.0, 2.0, 3.0]) == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-3)


def test_a_plan_says_how_the_batch_is_dealt(workspace, nowhere, recipe, tiny_model, monkeypatch):
    labelled_dataset(workspace)
    recipe = recipe.model_copy(update={"base": str(tiny_model), "batch_size": 8})

    def facts(placed):
        found = plan(workspace, ADMIN, "caves", recipe, placement=placed)
        return {fact["name"]: fact["value"] for fact in found["facts"]} | found

    assert "Pairs in a step" not in facts(Placement())
    monkeypatch.setattr(place_facts, "usable_processors", lambda: 2)
    two = facts(Placement(processes=2))
    assert two["Pairs in a step"] == "8: 4 on each of 2 processes"
    assert two["steps"] == facts(Placement())["steps"] and not two["measurable"]
    assert two["command"].endswith(" --processes 2")
    four = facts(Placement(processes=4))
    assert four["Pairs in a step"].endswith(
        "on each of 4 processes, more than the 2 processors here"
    )
    three = facts(Placement("slurm", gpus=3))
    assert three["Pairs in a step"] == "9 instead of 8: 3 on each of 3 GPUs"
    assert three["command"].endswith(" --executor slurm --gpus 3")
    with pytest.raises(Refused, match="needs 64 GPUs"):  # at once, not when its turn has come
        facts(Placement(gpus=64))
    slurm = facts(Placement("slurm"))
    assert slurm["Time on Slurm"] == "not measured yet"
    assert slurm["command"].endswith(" --executor slurm")


def test_an_executor_must_be_set_up(workspace, nowhere, recipe, monkeypatch):
    with pytest.raises(Refused, match="RERANKER_UI_EXECUTORS"):
        executors.placement(workspace, "slurm")
    with pytest.raises(Refused, match="Unknown executor: abacus"):
        monkeypatch.setattr(workspace.settings, "executors", "abacus")
        executors.placement(workspace)
    monkeypatch.setattr(workspace.settings, "executors", "slurm, local")
    monkeypatch.setattr(workspace.settings, "run_gpus", 2)
    assert executors.placement(workspace) == Placement("slurm", gpus=2)
    assert executors.placement(workspace, "Local").executor == "local"
    assert executors.placement(workspace, processes=3) == Placement("slurm", processes=3)
    with pytest.raises(Refused, match="1 to 64 processes"):
        executors.placement(workspace, processes=0)
    with pytest.raises(Refused, match=r"executor: abacus\. Known are local, slurm, ray and hf"):
        executors.placement(workspace, "abacus")
    for gpus in (99, -3):
        monkeypatch.setattr(workspace.settings, "run_gpus", gpus)
        with pytest.raises(Refused, match=f"RERANKER_UI_RUN_GPUS is {gpus}"):
            executors.placement(workspace)


def test_unknown_executors_are_left_out_and_named(workspace, nowhere, recipe, monkeypatch):
    labelled_dataset(workspace)
    assert executors.unknown_notice(workspace) is None
    monkeypatch.setattr(workspace.settings, "executors", "local,foo")
    assert [place["value"] for place in offers(workspace, ADMIN)["places"]] == ["local"]
    (notice,) = [
        text for text in plan(workspace, ADMIN, "caves", recipe)["notices"] if "foo" in text
    ]
    assert "RERANKER_UI_EXECUTORS names unknown executors, left out: foo" in notice


def test_a_run_waits_only_for_others_on_this_machine(workspace, nowhere, recipe, monkeypatch):
    monkeypatch.setattr(workspace.settings, "executors", "local,slurm")
    labelled_dataset(workspace)
    slurm = Placement("slurm", gpus=1)

    def waits(placement=None):
        return plan(workspace, ADMIN, "caves", recipe, placement=placement)["busy"]

    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=slurm)
    assert not waits()
    lifecycle.start(workspace, ADMIN, "caves", recipe)
    assert waits() and not waits(slurm)


def test_the_place_of_a_run_is_in_its_row_and_kept_when_it_runs_again(
    workspace, nowhere, recipe, monkeypatch
):
    monkeypatch.setattr(workspace.settings, "executors", "local,slurm")
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe, placement=Placement("slurm", gpus=1))
    folder = RunFolder(run["folder"])
    Job("12", "waiting", "PENDING").save(folder.path)

    def now():
        return lifecycle.find_run(workspace, ADMIN, 1)

    assert (now()["status"], now()["sentence"]) == ("queued", "Waiting in Slurm: job 12, PENDING")
    folder.emit("started", plan={"warm_start_steps": 0, "train_steps": 9})
    Job("12", "running", "RUNNING").save(folder.path)
    assert now()["status"] == "running" and now()["sentence"] == "Preparing"
    Job("12", "ended", "TIMEOUT").save(folder.path)
    assert now()["status"] == "lost" and "Slurm reports job 12: TIMEOUT" in now()["sentence"]
    again = lifecycle.run_again(workspace, ADMIN, 1)
    assert again["place"]["executor"] == "slurm" and again["place"]["gpus"] == 1
    places = lifecycle.resume_places(workspace, ADMIN, 1)
    assert [place["value"] for place in places] == ["slurm", "local"]
    there = lifecycle.placement_of_run(workspace, ADMIN, 1, "local")
    resumed = lifecycle.resume(workspace, ADMIN, 1, there)
    assert resumed["place"]["executor"] == "local" and resumed["place"]["job"] is None


@pytest.mark.parametrize(
    ("gpus", "default", "local", "slurm"),
    [
        (0, 0, ("Processes", 1, 6), ("Processes", 1, 64)),
        (4, 0, ("GPUs", 1, 4), ("Processes", 1, 64)),
        (1, 2, ("GPUs", 2, 1), ("GPUs", 2, 64)),
        (0, 1, ("Processes", 1, 6), ("GPUs", 1, 64)),
    ],
)
def test_a_place_offers_the_gpus_or_processes_that_it_has(
    workspace, monkeypatch, gpus, default, local, slurm
):
    monkeypatch.setattr(run_places, "visible_gpus", lambda: gpus)
    monkeypatch.setattr(run_places, "usable_processors", lambda: 6)
    monkeypatch.setattr(workspace.settings, "executors", "local,slurm")
    monkeypatch.setattr(workspace.settings, "run_gpus", default)
    found = offers(workspace, ADMIN)["places"]
    assert [(place["unit"], place["number"], place["limit"]) for place in found] == [local, slurm]


def test_a_run_is_resumed_on_as_many_processes_as_before_or_as_asked(
    workspace, nowhere, recipe, monkeypatch
):
    monkeypatch.setattr(workspace.settings, "executors", "local,slurm")
    monkeypatch.setattr(workspace.settings, "run_gpus", 2)
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=Placement("slurm", processes=3))
    first = lifecycle.resume_places(workspace, ADMIN, 1)[0]
    assert (first["value"], first["unit"], first["number"]) == ("slurm", "Processes", 3)

    def place(*asked):
        return lifecycle.placement_of_run(workspace, ADMIN, 1, *asked)

    assert place() == place("slurm") == Placement("slurm", processes=3)
    assert place(None, 1) == Placement("slurm")
    assert place("slurm", None, 4) == Placement("slurm", gpus=4)
    assert place("local") == Placement("local", gpus=2)
    assert place("local", 2) == Placement("local", processes=2)
    with pytest.raises(Refused, match="1 to 64 processes or GPUs"):
        place("local", 65)


def test_the_command_line_places_runs(workspace, recipe, monkeypatch, capsys):
    placed = []

    class Noted(Nowhere):
        def submit(self, folder):
            placed.append(placement_of(folder.path))
            return super().submit(folder)

    monkeypatch.setattr(run_jobs, "executor_of", lambda *_: Noted())
    labelled_dataset(workspace)
    words = ["--dataset", "caves", "--base", "embedded", "--json"]
    assert main(["train", *words, "--processes", "2"]) == 0
    assert main(["sweep", *words, "--recipe", "quick", "--recipe", "quality", "--seeds", "2"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [run["id"] for run in answer["runs"]] == [2, 3, 4, 5]
    assert answer["compare"] == "?tab=train&compare=2,3,4,5"
    assert placed == [Placement(processes=2), *[Placement()] * 4]
    monkeypatch.setattr(workspace.settings, "executors", "local,slurm")
    monkeypatch.setenv("RERANKER_UI_EXECUTORS", "local,slurm")
    slurm = lifecycle.start(workspace, ADMIN, "caves", recipe, placement=Placement("slurm"))
    RunFolder(slurm["folder"]).emit("failed", error="", traceback="")
    assert main(["resume", str(slurm["id"]), "--processes", "2"]) == 0
    assert placed[-1] == Placement("slurm", processes=2)
    monkeypatch.delenv("RERANKER_UI_EXECUTORS")
    assert main(["train", *words, "--executor", "slurm"]) == 1
    assert "RERANKER_UI_EXECUTORS" in capsys.readouterr().err


def test_a_run_that_was_not_submitted_ends_its_verb_with_1_and_is_resumed(
    workspace, nowhere, monkeypatch, capsys
):
    class Closed(Nowhere):
        def submit(self, folder):
            raise Refused("The cluster is closed.")

    labelled_dataset(workspace)
    words = ["--dataset", "caves", "--base", "embedded"]
    with monkeypatch.context() as closed:
        closed.setattr(run_jobs, "executor_of", lambda *_: Closed())
        assert main(["train", *words]) == 1
        assert "run 1: Failed: The cluster is closed." in capsys.readouterr().err
        assert main(["sweep", *words, "--recipe", "quick", "--seeds", "1"]) == 1
    assert lifecycle.find_run(workspace, ADMIN, 1)["resumable"]
    assert main(["resume", "1"]) == 0
