"""The facts of a plan are those of the run: what the base reads, and what a loss learns from."""

import pandas as pd
import pytest

from reranker_ui.__main__ import main
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import COLUMNS
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.training import advise, create, freeze, frozen_files, plan_facts
from reranker_ui.services.training.advise import advised
from reranker_ui.services.training.plan import plan
from reranker_ui.ui.form import filling
from reranker_ui.ui.form.fields import NAMES
from tests.support.labelled_dataset import labelled_dataset


@pytest.fixture
def facts(data_folder, tiny_base, workspace):
    def of(name, **recipe):
        import_file(workspace, LOCAL, data_folder / "cases" / name, "case")
        answer = plan(workspace, LOCAL, "case", Recipe(**{"base": str(tiny_base), **recipe}))
        return {fact["name"]: fact["value"] for fact in answer["facts"]}, answer["notices"]

    return of


def test_texts_are_cut_at_what_the_base_reads(facts):
    sentences, notices = facts("29-max-length/mid.csv", max_length=1024)
    assert sentences["Cut at 128 tokens"] == "100% of pairs"
    assert "This base reads at most 128 tokens, not 1024." in notices


def test_the_embedded_base_cuts_at_512_tokens(facts):
    sentences, notices = facts("29-max-length/mid.csv", base="embedded", max_length=1024)
    assert sentences["Cut at 512 tokens"] == "100% of pairs"
    assert "This base reads at most 512 tokens, not 1024." in notices


def test_each_process_has_its_own_memory(workspace, monkeypatch):
    monkeypatch.setattr(plan_facts, "free_memory", lambda: 3e9)
    one, _ = plan_facts.resources(workspace, {"memory": 1e9}, 0)
    assert (one["value"], one["warn"]) == ("about 1.0 GB", False)
    four, _ = plan_facts.resources(workspace, {"memory": 1e9}, 0, 4)
    assert (four["value"], four["warn"]) == ("about 1.0 GB in each of 4 processes", True)


@pytest.mark.parametrize("loss", ["lambda", "listnet", "ranknet", "margin_mse"])
def test_pairs_of_queries_with_equal_labels_are_counted(facts, loss):
    sentences, _ = facts("26-ranking-loss-ties/tied.csv", loss=loss)
    assert sentences["Queries with equal labels"] == "33 of 66 pairs have no effect"


def test_losses_of_single_pairs_have_none(facts):
    assert "Queries with equal labels" not in facts("26-ranking-loss-ties/tied.csv")[0]


def test_the_first_page_and_the_plan_count_the_same_pairs(tmp_path, tiny_base, workspace):
    """F37: pairs without a label are counted by neither."""
    rows = [f"query {n // 4},passage {n},{n % 2 if n % 3 else ''}" for n in range(48)]
    (tmp_path / "some.csv").write_text("\n".join(["query,passage,label", *rows]))
    import_file(workspace, LOCAL, tmp_path / "some.csv", "some")
    (dataset,) = list_datasets(workspace, LOCAL)
    counts = dataset["labelled_splits"]
    assert sum(counts.values()) == dataset["labelled"] == 32 < dataset["pairs"]
    planned = plan(workspace, LOCAL, "some", Recipe(base=str(tiny_base)))
    sentence = f"{counts['train']} labelled pairs to train on, {counts['dev']} dev"
    assert any(sentence in str(part) for part in planned.values())


def test_the_plan_of_a_large_dataset_reads_some_of_its_queries(
    tmp_path, tiny_base, workspace, monkeypatch
):
    rows = [f"query {n // 4},passage {n},{int(n % 4 == 0)}" for n in range(2_000)]
    (tmp_path / "many.csv").write_text("\n".join(["query,passage,label", *rows]))
    import_file(workspace, LOCAL, tmp_path / "many.csv", "many")
    recipe = Recipe(base=str(tiny_base), epochs=2, batch_size=10, loss="lambda")
    whole = plan(workspace, LOCAL, "many", recipe)
    monkeypatch.setattr(freeze, "MOST_SAMPLED", 500)
    sample = freeze.sampled_splits(workspace, LOCAL, "many")
    read = sum(map(len, sample.splits.values()))
    assert 300 < read < 700 and sample.counts == {
        split: len(pairs) for split, pairs in freeze.frozen_splits(workspace, LOCAL, "many").items()
    }
    for pairs in sample.splits.values():  # whole queries
        assert set(pairs.groupby("query_key").size()) == {4}
    some = plan(workspace, LOCAL, "many", recipe)
    assert some["data"] == whole["data"] and some["runs"] == whole["runs"]
    assert some["steps"] == pytest.approx(whole["steps"], rel=0.2)
    facts = {fact["name"]: fact["value"] for fact in some["facts"]}
    assert facts["Sampled"] == f"{read} of 2,000 pairs"
    assert "Sampled" not in str(whole["facts"])
    advice = advised(workspace, LOCAL, "many", str(tiny_base))
    assert advice.choices[-1].value == f"{read} of 2,000 pairs"


def test_the_advice_names_the_labels_that_the_worker_will_select(
    tmp_path, tiny_base, workspace, monkeypatch
):
    rows = [f"query {n // 4},passage {n},{int(n % 4 == 0)}" for n in range(1_200)]
    (tmp_path / "many.csv").write_text("\n".join(["query,passage,label", *rows]))
    import_file(workspace, LOCAL, tmp_path / "many.csv", "many")
    slow = {"pairs_per_second": 2.0}
    monkeypatch.setattr(advise.speed, "measured_speed", lambda *_: slow)
    budget = advised(workspace, LOCAL, "many", str(tiny_base)).choices[0]
    assert budget.name == "Budget" and "those of queries with both kinds first" in budget.reason


def test_the_command_gives_no_reason_for_what_is_set_by_hand(workspace, tiny_base, capsys):
    labelled_dataset(workspace)
    words = ["recipe", "--recipe", "advised", "--dataset", "caves", "--base", str(tiny_base)]
    assert main(words) == 0
    names = {line.partition(":")[0] for line in capsys.readouterr().err.splitlines()}
    assert {"Budget", "Loss", "Batch size"} <= names
    assert main([*words, "--batch-size", "64", "--epochs", "3"]) == 0
    printed = capsys.readouterr()
    assert "batch_size: 64" in printed.out
    shorter = {line.partition(":")[0] for line in printed.err.splitlines()}
    assert names - shorter == {"Budget", "Batch size"}


def test_the_form_takes_the_base_that_the_advisor_suggests(data_folder, workspace, monkeypatch):
    import_file(workspace, LOCAL, data_folder / "cases" / "29-max-length/mid.csv", "case")
    for module in (advise, create):
        monkeypatch.setattr(module, "hub_is_reachable", lambda _cache: True)
    default = workspace.settings.default_base

    def filled(suggest, budget="quick"):
        form = filling.by_name(workspace, LOCAL, "advised", "case", "embedded-en", suggest, budget)
        assert form["values"]["budget"] == budget
        choices = form["why"]["choices"]
        assert {field for choice in choices for field in choice["fields"]} <= set(NAMES)
        return form.get("base"), [choice["name"] for choice in choices]

    base, choices = filled(suggest=True)
    assert base == default and "Base" in choices
    assert filled(suggest=True, budget="thorough")[0] == "cross-encoder/ettin-reranker-150m-v1"
    base, choices = filled(suggest=False)  # chosen by the user
    assert base is None and "Base" not in choices
    monkeypatch.setattr(advise, "hub_is_reachable", lambda _cache: False)
    base, choices = filled(suggest=True)
    assert base == "embedded-en" and "Base" not in choices


@pytest.mark.both_databases
def test_a_run_is_frozen_in_batches(tmp_path, tiny_base, workspace, monkeypatch):
    rows = [f"query {n // 4},passage {n},{int(n % 4 == 0)}" for n in range(200)]
    (tmp_path / "some.csv").write_text("\n".join(["query,passage,label", *rows]))
    import_file(workspace, LOCAL, tmp_path / "some.csv", "some")
    monkeypatch.setattr(frozen_files, "BATCH", 7)
    data = frozen_files.freeze(workspace, LOCAL, "some", tmp_path)
    splits = freeze.frozen_splits(workspace, LOCAL, "some")
    for split, pairs in splits.items():
        found = pd.read_parquet(data.paths[split])
        pd.testing.assert_frame_equal(found, pairs[COLUMNS].reset_index(drop=True))
    drawn = data.drawn(20, seed=3)
    (tmp_path / "run").mkdir()
    drawn.link_into(tmp_path / "run")
    found = pd.read_parquet(tmp_path / "run" / "train.parquet")
    wanted = freeze.first_pairs(splits, 20, 3)["train"][COLUMNS].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted)
    assert drawn.counts == data.counts | {"train": 20} and drawn.hash(b"k") != data.hash(b"k")
    assert (drawn.hashes["train"] == frozen_files.row_hashes(wanted)).all()
