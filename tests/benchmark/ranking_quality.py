"""Quality of whole runs: python tests/benchmark/ranking_quality.py RESULTS.jsonl [options]

For each set of RERANKER_UI_TEST_DATA with at least 30 scored test queries, number of labels and
seed, the set is imported into a home and a sweep trains each budget on it. `--old` trains as
version 0.1 did beside them: MiniLM, 4,200 warm-start pairs, one epoch at 1e-4. Sizes follow from
the speed measured as each run begins, so leave the machine to it.
A line of RESULTS.jsonl is one run; runs that have a line are left out, so the command can be
stopped and started again. At the end, or with `--table` alone, a table is printed: metrics of the
run's ranker, its gain over the strongest of base, BM25 and cosine on test, p by a paired
randomisation test, and the expected calibration error (ECE) on test. Choose nothing by it: what is
chosen is chosen on dev.

`--most` and `--scored` cut the train, dev and test splits by whole queries for slow machines.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from reranker_ui.core.training.advice.budget import MINUTES
from reranker_ui.core.values.recipe import EMBEDDED, EMBEDDED_ENGLISH, Recipe
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.grid import sweep
from reranker_ui.settings import Settings

DATA = Path(os.environ.get("RERANKER_UI_TEST_DATA", "../shared/data"))
FREE = ("base", "bm25", "cosine")
FEWEST = 30  # scored test queries
SEEDS = (1, 2, 3)
KEY = ("set", "recipe", "base", "labels", "seed", "most", "scored")
OLD = {
    "epochs": 1,
    "learning_rate": 1e-4,
    "warm_start_pairs": 4_200,
    "warm_start_learning_rate": 2e-4,
}


def sets() -> list[str]:
    """Sets with enough scored test queries, by name."""
    names = sorted(path.parent.name for path in DATA.glob("*/train.jsonl.gz"))
    return [name for name in names if queries_scored(rows(name, "test")) >= FEWEST]


def rows(name: str, split: str) -> pd.DataFrame:
    """The pairs of a split in the columns of a run folder."""
    with gzip.open(DATA / name / f"{split}.jsonl.gz", "rt", encoding="utf-8") as file:
        found = pd.DataFrame(map(json.loads, file))
    grade = found["grade"].fillna(found["label"]) if "grade" in found else found["label"]
    return pd.DataFrame(
        {
            "pair_id": range(len(found)),
            "query_key": found["query_id"].astype(str),
            "query": found["query"],
            "passage": found["passage"],
            "grade": grade.astype(float),
        }
    )


def queries_scored(pairs: pd.DataFrame) -> int:
    """Queries with a relevant pair and another."""
    return int((pairs["grade"].gt(0).groupby(pairs["query_key"]).nunique() > 1).sum())


def cut(pairs: pd.DataFrame, most: int, seed: int = 0) -> pd.DataFrame:
    """About `most` pairs, whole queries, those first that can be scored; all for 0."""
    if not 0 < most < len(pairs):
        return pairs
    mixed = pairs["grade"].gt(0).groupby(pairs["query_key"]).nunique() > 1
    order = mixed.sample(frac=1, random_state=seed).sort_values(ascending=False, kind="stable")
    sizes = pairs.groupby("query_key").size()[order.index].cumsum()
    return pairs[pairs["query_key"].isin(order.index[sizes <= most])]


def recipe_for(case: dict[str, Any]) -> Recipe:
    """The recipe of a case: a budget, or `old`."""
    common = {"name": case["recipe"], "seed": case["seed"], "max_length": case["max_length"]}
    if case["recipe"] == "old":
        return Recipe(base=EMBEDDED_ENGLISH, **common, **OLD)
    return Recipe(budget=case["recipe"], base=case["base"], **common)


def splits_of(case: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """The pairs of a case by split. Those of train that have no label keep their texts.

    A number of labels is that of whole queries of train, of which a tenth becomes dev, as where so
    few are all there are.
    """
    train, dev, test = (
        cut(rows(case["set"], split), case["scored" if split != "train" else "most"])
        for split in ("train", "dev", "test")
    )
    if not case["labels"]:
        return {"train": train, "dev": dev, "test": test}
    sizes = train.groupby("query_key").size().sample(frac=1, random_state=case["seed"]).cumsum()
    labelled = sizes.index[sizes <= case["labels"]]
    held_out = train["query_key"].isin(labelled[: max(1, len(labelled) // 10)])
    rest = train[~held_out]
    grade = rest["grade"].where(rest["query_key"].isin(labelled))
    return {"train": rest.assign(grade=grade), "dev": train[held_out], "test": test}


def import_set(workspace: Workspace, case: dict[str, Any]) -> str:
    """Import the pairs of a case; the name of the dataset."""
    name = "-".join(str(case[key]) for key in ("set", "labels", "seed"))
    parts = [pairs.assign(split=split) for split, pairs in splits_of(case).items()]
    pairs = pd.concat(parts).rename(columns={"grade": "label"})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pairs.jsonl"
        pairs[["query", "passage", "label", "split"]].to_json(
            file, orient="records", lines=True, force_ascii=False
        )
        import_file(workspace, LOCAL, file, name)
    return name


def result(run: Run) -> dict[str, Any]:
    """The metrics of a run that has ended, and what its outcome says."""
    outcome = json.loads(RunFolder(Path(run["folder"])).outcome_file.read_text())
    return {"seconds": round(run["seconds"] or 0), "metrics": run["metrics"],
            "ranker": outcome["ranker"], "against": outcome["against"],
            "probabilities": outcome["probabilities"]}  # fmt: skip


def sweeps(arguments: argparse.Namespace) -> Iterator[list[dict[str, Any]]]:
    """The cases that are asked for, those on the same pairs together, the cheapest first."""
    recipes = [*arguments.budgets, *(["old"] if arguments.old else [])]
    for seed, labels, name in product(arguments.seeds, arguments.labels, arguments.sets):
        yield [
            {
                "set": name, "recipe": recipe, "labels": labels, "seed": seed,
                "base": EMBEDDED_ENGLISH if recipe == "old" else arguments.base,
                "most": arguments.most, "scored": arguments.scored,
                "max_length": arguments.max_length,
            }
            for recipe in recipes
        ]  # fmt: skip


def table(file: Path) -> str:
    """All runs of the file in a Markdown table."""
    lines = [
        "| set | recipe | base | labels | seed | ranker | nDCG@10 | MAP | AP | tuned nDCG@10 | "
        "best free | gain | p | wins, losses | ECE | s |",
        "|---|---|---|---:|---:|---|---:|---:|---:|---:|---|---:|---:|---|---:|---:|",
    ]
    for row in read(file):
        metrics, ours = row["metrics"], row["metrics"][row["ranker"]]
        best = max(FREE, key=lambda name: metrics[name]["ndcg@10"] or 0)
        found, probabilities = row["against"][best], row.get("probabilities")
        cells = [
            row["set"], row["recipe"], row["base"].removeprefix("embedded-"),
            row["labels"] or "all", row["seed"], row["ranker"],
            *(f"{ours[name]:.3f}" for name in ("ndcg@10", "map", "average_precision")),
            f"{metrics['tuned']['ndcg@10']:.3f}", f"{best} {metrics[best]['ndcg@10']:.3f}",
            f"{found['difference']:+.3f}", f"{found['p']:.3f}",
            f"{found['wins']}, {found['losses']}",
            f"{probabilities['error']:.3f}" if probabilities else "–", row["seconds"],
        ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def read(file: Path) -> list[dict[str, Any]]:
    """The runs in a file of results."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line.strip()]


def main() -> None:
    """Run what is asked for and not done yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--sets", nargs="*", default=None)
    parser.add_argument("--budgets", nargs="*", default=["quick"], choices=list(MINUTES))
    parser.add_argument("--base", default=EMBEDDED[0], choices=EMBEDDED)
    parser.add_argument("--labels", nargs="*", type=int, default=[0], help="0 for all")
    parser.add_argument("--seeds", nargs="*", type=int, default=SEEDS)
    parser.add_argument("--old", action="store_true", help="the old recipe too")
    parser.add_argument("--most", type=int, default=0, help="pairs of the train split, about")
    parser.add_argument("--scored", type=int, default=0, help="pairs of dev and of test, about")
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--home", type=Path, help="keeps bases and warm starts between commands")
    parser.add_argument("--table", action="store_true", help="print the table and end")
    arguments = parser.parse_args()
    if not arguments.table:
        arguments.sets = sets() if arguments.sets is None else arguments.sets
        with tempfile.TemporaryDirectory() as folder:
            work(arguments, arguments.home or Path(folder))
    print(table(arguments.results))


def work(arguments: argparse.Namespace, home: Path) -> None:
    """Run each case that has no line yet."""
    done = {tuple(row[name] for name in KEY) for row in read(arguments.results)}
    cache = _cache(home)
    for cases in sweeps(arguments):
        missing = [case for case in cases if tuple(case[name] for name in KEY) not in done]
        if not missing:
            continue
        with tempfile.TemporaryDirectory(dir=home if arguments.home else None) as folder:
            (Path(folder) / "cache").symlink_to(cache)
            workspace = open_workspace(Settings(home=Path(folder)))
            dataset = import_set(workspace, missing[0])
            runs = sweep(workspace, LOCAL, dataset, list(map(recipe_for, missing)), seeds=1)
            for case, run in zip(missing, runs, strict=True):
                found = result(lifecycle.wait(workspace, LOCAL, run["id"]))
                with arguments.results.open("a") as file:
                    file.write(json.dumps(case | found) + "\n")
                measured = found["metrics"][found["ranker"]]
                print({name: case[name] for name in KEY}, measured, flush=True)
            workspace.engine.dispose()


def _cache(home: Path) -> Path:
    cache = (home / "cache").resolve()
    cache.mkdir(parents=True, exist_ok=True)
    return cache


if __name__ == "__main__":
    main()
