"""The facts of a plan are those of the run: what the base reads, and what a loss learns from."""

import pytest

from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.training.plan import plan


@pytest.fixture
def facts(data_folder, tiny_base, workspace):
    def of(name, **recipe):
        import_file(workspace, LOCAL, data_folder / "cases" / name, "case")
        told = plan(workspace, LOCAL, "case", Recipe(**{"base": str(tiny_base), **recipe}))
        return {fact["name"]: fact["value"] for fact in told["facts"]}, told["notices"]

    return of


def test_texts_are_cut_at_what_the_base_reads(facts):
    told, notices = facts("29-max-length/mid.csv", max_length=1024)
    assert told["Cut at 128 tokens"] == "100% of pairs"
    assert "This base reads at most 128 tokens, not 1024." in notices


def test_the_embedded_base_cuts_at_512_tokens(facts):
    told, notices = facts("29-max-length/mid.csv", base="embedded", max_length=1024)
    assert told["Cut at 512 tokens"] == "100% of pairs"
    assert "This base reads at most 512 tokens, not 1024." in notices


@pytest.mark.parametrize("loss", ["lambda", "listnet", "ranknet", "margin_mse"])
def test_pairs_of_queries_with_equal_labels_are_counted(facts, loss):
    told, _ = facts("26-ranking-loss-ties/tied.csv", loss=loss)
    assert told["Queries with equal labels"] == "33 of 66 pairs teach nothing here"


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
