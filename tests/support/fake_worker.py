"""A stand-in for the worker that writes a run's events at a chosen pace, without a model.

`python tests/support/fake_worker.py FOLDER [--seconds 40] [--end finished|stopped|failed|none]`
"""

import argparse
import math
import random
import time
from pathlib import Path

from reranker_ui.core.values.run_folder import RunFolder

WARM, TRAIN = 300, 700


def metrics(ndcg: float) -> dict[str, float | int]:
    return {
        "ndcg@10": ndcg,
        "mrr@10": ndcg + 0.03,
        "map": ndcg - 0.06,
        "average_precision": ndcg - 0.2,
        "queries": 79,
    }


def main(folder: RunFolder, seconds: float, end: str) -> None:
    """Write the whole life of a run into `folder`."""
    random.seed(7)
    pause = seconds / 125
    with folder.lock():
        plan = {"warm_start_steps": WARM, "train_steps": TRAIN}
        folder.emit(
            "started",
            base_asked="a/base",
            base_used="embedded",
            precision="bf16",
            threads=2,
            device="cpu",
            pairs=11200,
            plan=plan,
            phase="warm_start",
            notice="The Hub cannot be reached, so the embedded base is used.",
        )
        for when, value in (("base", 0.412), ("bm25", 0.571), ("cosine", 0.604)):
            folder.emit(
                "evaluated", "warm_start", when=when, split="dev", step=0, metrics=metrics(value)
            )
        if not steps(folder, "warm_start", WARM, pause, 0.25, seconds, 0.0):
            return
        if not steps(folder, "train", TRAIN, pause, 0.6, seconds, 0.3):
            return
        finish(folder, end, seconds)


def steps(folder, phase, count, pause, height, seconds, share) -> bool:
    for step in range(0, count + 1, 10):
        how = folder.stop_requested()
        if how:
            finish(folder, "cancelled" if how == "cancel" else "stopped", seconds)
            return False
        fall = math.exp(-4 * step / count)
        done = share + (0.3 if phase == "warm_start" else 0.7) * step / count
        folder.emit(
            "log",
            phase,
            step=step,
            max_steps=count,
            epoch=2 * step / count,
            loss=height * (0.3 + 0.7 * fall) + random.gauss(0, 0.05 * height),
            learning_rate=5e-5 * (1 - step / count),
            grad_norm=1.0,
            pairs_per_second=55 + random.gauss(0, 2),
            eta=seconds * (1 - done),
        )
        if step % 100 == 0 and (phase == "train"):
            value = 0.60 + 0.17 * (1 - fall)
            folder.emit(
                "evaluated", phase, when="during", split="dev", step=step, metrics=metrics(value)
            )
        time.sleep(pause)
    return True


def finish(folder: RunFolder, end: str, seconds: float) -> None:
    precision = {"base": 0.403, "bm25": 0.566, "cosine": 0.612, "tuned": 0.781}
    if end in ("finished", "stopped"):
        folder.emit("evaluated", when="tuned", split="dev", step=TRAIN, metrics=metrics(0.775))
        folder.emit(
            end,
            metrics={name: metrics(value) for name, value in precision.items()},
            seconds=seconds,
        )
    elif end == "failed":
        folder.emit("failed", error="out of memory. Try batch size 8.", traceback="...")
    elif end == "cancelled":
        folder.emit("cancelled")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--end", default="finished")
    given = parser.parse_args()
    main(RunFolder(given.folder), given.seconds, given.end)
