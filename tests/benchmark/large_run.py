"""What a large run costs its worker: `python -m tests.benchmark.large_run PAIRS ...`.

For each number of PAIRS, freezes so many train pairs of about 400 characters, ten to a query, and
trains 20 steps on MiniLM in a process of its own. Prints the seconds until the first step, and the
most memory of that process: its own, without the pages of mapped files, which a system takes back.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from reranker_ui.core.training.rows.mapped_pairs import SCHEMA
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import COLUMNS, RunFolder

WORDS = [f"word{number}" for number in range(5000)]
BATCH = 20_000


def frame(split: str, numbers: range) -> pd.DataFrame:
    """Pairs of a split with these numbers."""
    return pd.DataFrame(
        {
            "pair_id": number,
            "query_key": f"{split}{number // 10}",
            "query": f"question {number // 10} about {WORDS[number // 10 % 5000]} in {split}",
            "passage": " ".join(
                [WORDS[(number * 7919 + step * 104_729) % 5000] for step in range(45)]
            )
            + f" {number}",
            "grade": float(number % 10 == 0),
        }
        for number in numbers
    )[COLUMNS]


def freeze(folder: RunFolder, pairs: int) -> None:
    """Write the inputs of a run on so many train pairs."""
    few = {split: frame(split, range(100)) for split in ("dev", "test")}
    counts = {"train": pairs, "dev": 100, "test": 100}
    lineage = {"dataset": "large", "scale": {"kind": "binary", "max": 1}, "counts": counts}
    recipe = Recipe(base="embedded-en", max_steps=20, max_length=64, warm_start="off")
    folder.write_inputs(recipe, few, lineage)
    with parquet.ParquetWriter(folder.path / "train.parquet", SCHEMA) as writer:
        for begin in range(0, pairs, BATCH):
            part = frame("train", range(begin, min(begin + BATCH, pairs)))
            writer.write_table(pa.Table.from_pandas(part, SCHEMA, preserve_index=False))


def own_memory(pid: int | str = "self") -> int:
    """Bytes of a process, by default this one, that no file holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


def train_in_this_process(path: str) -> None:
    """Train the run in the folder `path`; prints what it cost as JSON."""
    from reranker_ui.core.training.run import train

    folder, memory, ended = RunFolder(path), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            memory.append(own_memory())

    threading.Thread(target=watch, daemon=True).start()
    began = time.time()
    train(folder)
    ended.set()
    first = next(event["time"] for event in folder.events()[0] if event["event"] == "log")
    print(json.dumps({"seconds": first - began, "memory": max(memory)}))


def main(counts: list[int]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        for number, count in enumerate([1_000, 1_000, *counts]):  # the first one unpacks a model
            folder = RunFolder(Path(home) / "runs" / f"{number:05d}")
            freeze(folder, count)
            command = [sys.executable, "-m", __spec__.name, "--train", str(folder.path)]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            cost = json.loads(printed.stdout.splitlines()[-1])
            print(
                f"{count:,} pairs: first step after {cost['seconds']:.1f} s,"
                f" at most {cost['memory'] / 1e6:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1] == "--train":
        train_in_this_process(sys.argv[2])
    else:
        main([int(count) for count in sys.argv[1:]])
