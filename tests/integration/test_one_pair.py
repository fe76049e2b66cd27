"""One pair from a file to a better ranking: through the services and a real worker process."""

import csv

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.annotating.result_labels import label_result
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.ranking import compare
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from tests.support.labelling import ADMIN, MAI

THINGS = ["glacier", "volcano", "river", "desert", "forest", "island", "canyon", "geyser"]
CANARY = "hf_CanaryOfTheCardAndTheLog000001"
WAYS = ["formed", "named", "mapped", "measured", "protected"]


def write(path):
    """40 queries with three passages each; the right one of each glacier query has no label."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["query", "passage", "label"])
        for thing in THINGS:
            for way in WAYS:
                query = f"how is a {thing} {way}?"
                known = "" if thing == "glacier" else 1
                rows.writerow([query, f"A {thing} is {way} in this way, step by step.", known])
                rows.writerow([query, f"Prices of {way} goods rose again this year.", 0])
                rows.writerow([query, f"He wrote a song about a {thing} and his dog.", 0])


def test_one_pair_travels_from_a_file_to_a_ranking_and_back(
    workspace, tmp_path, tiny_model, monkeypatch
):
    monkeypatch.setenv("HF_TOKEN", CANARY)

    # A file
    write(tmp_path / "caves.csv")
    report = import_file(workspace, ADMIN, tmp_path / "caves.csv", "caves")
    assert (report["kept"], report["unlabelled"], report["positives"]) == (115, 5, 35)

    # A row, and a person who labels it
    waiting = next_pairs(workspace, MAI, "caves", n=5)["pairs"]
    assert all("glacier" in pair["passage"] for pair in waiting)
    pair = waiting[0]
    annotate(workspace, MAI, pair["id"], 1.0, "one")
    labelled = labelled_pairs(workspace, ADMIN, "caves").set_index("pair_id")
    assert labelled.loc[pair["id"], "grade"] == 1.0

    # A run's frozen split
    recipe = recipe_from(base=str(tiny_model), warm_start="off", precision="fp32", epochs=1)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    frozen = RunFolder(run["folder"]).pairs(labelled.loc[pair["id"], "split"])
    mine = frozen[frozen["pair_id"] == pair["id"]].iloc[0]
    assert (mine["query"], mine["passage"], mine["grade"]) == (pair["query"], pair["passage"], 1.0)
    assert sum(run["counts"].values()) == len(labelled) == 116

    # A worker, and a model
    run = lifecycle.wait(workspace, ADMIN, run["id"], every=0.1)
    log = RunFolder(run["folder"]).log_file.read_text()
    assert run["status"] == "finished", log
    assert run["step"] == run["steps"] > 0
    for ranker in ("base", "tuned", "bm25", "cosine"):
        assert run["metrics"][ranker]["queries"] > 0
    left = [path for path in RunFolder(run["folder"]).path.rglob("*") if path.is_file()]
    assert any(path.name == "README.md" for path in left)
    assert not [path for path in left if CANARY.encode() in path.read_bytes()]

    # A ranking, the same each time
    passages = [pair["passage"], "He wrote a song.", "Prices rose again."]
    ranking = compare.rank(workspace, MAI, run["name"], pair["query"], passages)
    assert [row["rank"] for row in ranking] == [1, 2, 3]
    assert sorted(row["passage"] for row in ranking) == sorted(passages)
    assert all(0 <= row["score"] <= 1 for row in ranking)
    assert ranking == compare.rank(workspace, MAI, str(run["id"]), pair["query"], passages)

    # And a result that is labelled is a row again, which the next run learns from
    last = ranking[-1]["passage"]
    label_result(workspace, MAI, "caves", pair["query"], last, 0.0, "two", ranking[-1]["score"])
    again = labelled_pairs(workspace, ADMIN, "caves")
    found = again[(again["query"] == pair["query"]) & (again["passage"] == last)]
    assert len(found) == 1
