"""Quality of whole runs: python tests/benchmark/ranking_quality.py RESULTS.jsonl [options]

For each set of RERANKER_UI_TEST_DATA with at least 30 scored test queries, each budget, number of
labels and seed, a run is trained as the app trains it, and its test split measured. `--old` trains
as version 0.1 did beside it: MiniLM, 4,200 warm-start pairs, one epoch at 1e-4. Sizes follow from
the speed measured as each run begins, so leave the machine to it.
A line of RESULTS.jsonl is one run; runs that have a line are left out, so the command can be
stopped and started again. At the end, or with `--table` alone, a table is printed: metrics of the
run's ranker, its gain over the strongest of base, BM25 and cosine on test, and p by a paired
randomisation test. Choose nothing by it: what is chosen is chosen on dev.

`--most` and `--scored` cut the train, dev and test splits by whole queries for slow machines.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from reranker_ui.core.training.advice.budget import MINUTES
from reranker_ui.core.training.run import train
from reranker_ui.core.values.machine import keep_memory
from reranker_ui.core.values.recipe import EMBEDDED, EMBEDDED_ENGLISH, Recipe
from reranker_ui.core.values.run_folder import RunFolder

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
    common = {"seed": case["seed"], "max_length": case["max_length"]}
    if case["recipe"] == "old":
        return Recipe(base=EMBEDDED_ENGLISH, **common, **OLD)
    return Recipe(name=case["recipe"], budget=case["recipe"], base=case["base"], **common)


def run(case: dict[str, Any], home: Path, number: int) -> dict[str, Any]:
    """Train one case in a folder of `home`; its metrics and what its outcome says."""
    pairs = cut(rows(case["set"], "train"), case["most"])
    labelled = pairs.sample(
        min(case["labels"] or len(pairs), len(pairs)), random_state=case["seed"]
    )
    rest = pairs.drop(labelled.index)
    splits = {"train": labelled} | {
        split: cut(rows(case["set"], split), case["scored"]) for split in ("dev", "test")
    }
    folder = RunFolder(home / "runs" / f"{number:05d}")
    top = max(float(pairs["grade"].max()) for pairs in splits.values())
    scale = {"kind": "binary" if top == 1 else "graded", "max": top}
    counts = {split: len(pairs) for split, pairs in splits.items()}
    lineage = {"dataset": case["set"], "scale": scale, "counts": counts}
    texts = list(zip(rest["query"], rest["passage"], strict=True))
    folder.write_inputs(recipe_for(case), splits, lineage, texts)
    begun = time.monotonic()
    train(folder)
    ended = folder.events()[0][-1]
    outcome = json.loads(folder.outcome_file.read_text())
    return {"seconds": round(time.monotonic() - begun), "metrics": ended["metrics"],
            "ranker": outcome["ranker"], "against": outcome["against"]}  # fmt: skip


def cases(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """What is asked for, the cheapest first."""
    recipes = [*arguments.budgets, *(["old"] if arguments.old else [])]
    for seed, labels, name, recipe in product(
        arguments.seeds, arguments.labels, arguments.sets, recipes
    ):
        base = EMBEDDED_ENGLISH if recipe == "old" else arguments.base
        yield {
            "set": name, "recipe": recipe, "base": base, "labels": labels, "seed": seed,
            "most": arguments.most, "scored": arguments.scored, "max_length": arguments.max_length,
        }  # fmt: skip


def table(file: Path) -> str:
    """All runs of the file in a Markdown table."""
    lines = [
        "| set | recipe | base | labels | seed | ranker | nDCG@10 | MAP | AP | tuned nDCG@10 | "
        "best free | gain | p | wins, losses | s |",
        "|---|---|---|---:|---:|---|---:|---:|---:|---:|---|---:|---:|---|---:|",
    ]
    for row in read(file):
        metrics, ours = row["metrics"], row["metrics"][row["ranker"]]
        best = max(FREE, key=lambda name: metrics[name]["ndcg@10"] or 0)
        found = row["against"][best]
        cells = [
            row["set"], row["recipe"], row["base"].removeprefix("embedded-"),
            row["labels"] or "all", row["seed"], row["ranker"],
            *(f"{ours[name]:.3f}" for name in ("ndcg@10", "map", "average_precision")),
            f"{metrics['tuned']['ndcg@10']:.3f}", f"{best} {metrics[best]['ndcg@10']:.3f}",
            f"{found['difference']:+.3f}", f"{found['p']:.3f}",
            f"{found['wins']}, {found['losses']}", row["seconds"],
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
        keep_memory()
        arguments.sets = sets() if arguments.sets is None else arguments.sets
        with tempfile.TemporaryDirectory() as folder:
            work(arguments, arguments.home or Path(folder))
    print(table(arguments.results))


def work(arguments: argparse.Namespace, home: Path) -> None:
    """Run each case that has no line yet."""
    done = {tuple(row[name] for name in KEY) for row in read(arguments.results)}
    for case in cases(arguments):
        if tuple(case[name] for name in KEY) in done:
            continue
        with tempfile.TemporaryDirectory(dir=home if arguments.home else None) as folder:
            (Path(folder) / "cache").symlink_to(_cache(home))
            found = run(case, Path(folder), 1)
        with arguments.results.open("a") as file:
            file.write(json.dumps(case | found) + "\n")
        print({name: case[name] for name in KEY}, found["metrics"][found["ranker"]], flush=True)


def _cache(home: Path) -> Path:
    cache = (home / "cache").resolve()
    cache.mkdir(parents=True, exist_ok=True)
    return cache


if __name__ == "__main__":
    main()
