"""What a large run costs its worker: `python -m tests.benchmark.large_run PAIRS ... --loss LOSS`.

For each number of PAIRS and each LOSS (one of each shape, if none is given), freezes so many train
pairs of about 400 characters, ten to a query, and trains 20 steps on MiniLM in a process of its
own. Prints the seconds until the first step, and the most memory of that process: its own, without
the pages of mapped files, which a system takes back. With `--warm-start` a warm start comes before.
With `--rows` the process only makes the rows and their lengths, and prints what these add.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import get_args

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.training.phase import phase_spec
from reranker_ui.core.training.rows.mapped_pairs import SCHEMA, forget, train_pairs
from reranker_ui.core.training.rows.row_columns import characters_of
from reranker_ui.core.values.recipe import Loss, Recipe
from reranker_ui.core.values.run_folder import COLUMNS, RunFolder

WORDS = [f"word{number}" for number in range(5000)]
BATCH = 20_000


PASSAGES = [
    " ".join([WORDS[(number * 7919 + step * 104_729) % 5000] for step in range(45)])
    for number in range(5000)
]
SHAPES: list[Loss] = ["bce", "lambda", "mnrl", "margin_mse"]  # pairs, lists, triplets, margins
WARM = 300  # pairs of a warm start


def frame(split: str, numbers: range) -> pd.DataFrame:
    """Pairs of a split with these numbers."""
    return pd.DataFrame(
        {
            "pair_id": number,
            "query_key": f"{split}{number // 10}",
            "query": f"question {number // 10} about {WORDS[number // 10 % 5000]} in {split}",
            "passage": f"{PASSAGES[number % 5000]} {number}",
            "grade": float(number % 10 == 0),
        }
        for number in numbers
    )[COLUMNS]


def freeze_pairs(file: Path, pairs: int) -> None:
    """Write so many train pairs."""
    with parquet.ParquetWriter(file, SCHEMA) as writer:
        for begin in range(0, pairs, BATCH):
            part = frame("train", range(begin, min(begin + BATCH, pairs)))
            writer.write_table(pa.Table.from_pandas(part, SCHEMA, preserve_index=False))


def freeze(folder: RunFolder, train: Path, pairs: int, loss: Loss, warm: bool) -> None:
    """Write the inputs of a run on the `pairs` train pairs in the file `train`."""
    few = {split: frame(split, range(100)) for split in ("dev", "test")}
    counts = {"train": pairs, "dev": 100, "test": 100}
    lineage = {"dataset": "large", "scale": {"kind": "binary", "max": 1}, "counts": counts}
    start = {"warm_start": "on" if warm else "off", "warm_start_pairs": WARM}
    recipe = Recipe(base="embedded-en", loss=loss, max_steps=20, max_length=64, **start)
    folder.write_inputs(recipe, few, lineage)
    os.link(train, folder.path / "train.parquet")


def own_memory(pid: int | str = "self") -> int:
    """Bytes of a process, by default this one, that no file holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


def make_rows(folder: RunFolder) -> None:
    """Make the rows of a run, and their lengths, by which they are put into batches."""
    spec = phase_spec(folder.recipe(), train_pairs(folder), folder.scale())
    characters_of(spec.columns)
    forget(folder)


def train_in_this_process(path: str, rows_alone: bool) -> None:
    """Train the run in the folder `path`, or make its rows; prints what it cost as JSON."""
    from reranker_ui.core.training.run import train

    before = own_memory() if rows_alone else 0
    folder, memory, ended = RunFolder(path), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            memory.append(own_memory())

    threading.Thread(target=watch, daemon=True).start()
    began = time.time()
    (make_rows if rows_alone else train)(folder)
    ended.set()
    logs = [event["time"] for event in folder.events()[0] if event["event"] == "log"]
    seconds = (logs or [time.time()])[0] - began
    print(json.dumps({"seconds": seconds, "memory": max(memory) - before}))


def cost_of(home: Path, train: Path, pairs: int, loss: Loss, asked: argparse.Namespace) -> str:
    """What one run costs, in words."""
    folder = RunFolder(home / "runs" / f"{len([*home.glob('runs/*')]):05d}")
    freeze(folder, train, pairs, loss, asked.warm_start)
    command = [sys.executable, "-m", __spec__.name, "--train", str(folder.path)]
    command += ["--rows"] * asked.rows
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    cost = json.loads(printed.stdout.splitlines()[-1])
    what = "rows" if asked.rows else "first step"
    return f"{what} after {cost['seconds']:.1f} s, at most {cost['memory'] / 1e6:.0f} MB"


def main(asked: argparse.Namespace) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        home, train = Path(name), Path(name) / "train.parquet"
        resolve_base("embedded-en", home / "cache")  # unpacks it
        for count in asked.pairs:
            train.unlink(missing_ok=True)  # earlier runs have it too
            freeze_pairs(train, count)
            for loss in asked.loss or SHAPES:
                cost = cost_of(home, train, count, loss, asked)
                print(f"{count:,} pairs, {loss}: {cost}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", type=int, metavar="PAIRS")
    parser.add_argument("--loss", action="append", choices=get_args(Loss))
    parser.add_argument("--warm-start", action="store_true")
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--train", metavar="FOLDER", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.train:
        train_in_this_process(asked.train, asked.rows)
    else:
        main(asked)
