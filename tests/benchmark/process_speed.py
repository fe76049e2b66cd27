"""Two processes on the CPUs against one: `python -m tests.benchmark.process_speed [ROUNDS]`.

Trains the same recipe on MiniLM with one and with two processes, each with its share of the
processor, in turn and in changing order, so that what else the machine does meets both alike. Steps
a second are those of the loop, without its first steps; dev is not evaluated. A line for each
round, then the medians; ratios are those of two processes to one in the same round.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.settings import worker_environment
from tests.benchmark.large_run import frame

STEPS, FIRST = 12, 2


def steps_a_second(path: Path, processes: int) -> float:
    """The speed of a run of so many processes, trained in the new folder `path`."""
    folder, train = RunFolder(path), frame("train", range(STEPS * 32))
    splits = {"train": train, "dev": train.head(0), "test": frame("test", range(20))}
    lineage = {"dataset": "speed", "scale": {"kind": "binary", "max": 1}}
    counts = {split: len(pairs) for split, pairs in splits.items()}
    recipe = Recipe(base="embedded-en", max_steps=STEPS, max_length=128, warm_start="off")
    folder.write_inputs(recipe, splits, lineage | {"counts": counts})
    Placement(processes=processes).save(path)
    command = [sys.executable, "-m", "reranker_ui.worker", str(path)]
    with (path / "output").open("w") as output:
        environment = worker_environment()
        subprocess.run(command, check=True, env=environment, stdout=output, stderr=output)
    times = [event["time"] for event in folder.events()[0] if event["event"] == "log"]
    return (len(times) - 1 - FIRST) / (times[-1] - times[FIRST])


def main(rounds: int) -> None:
    """Measure and print."""
    speeds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds):
            for place, processes in enumerate((1, 2) if number % 2 == 0 else (2, 1)):
                path = Path(home) / "runs" / f"{2 * number + place + 1:05d}"
                speeds[processes].append(steps_a_second(path, processes))
            load = os.getloadavg()[0]
            one, two = speeds[1][-1], speeds[2][-1]
            print(f"{one:.2f} {two:.2f} steps/s: {two / one:.2f}, load {load:.1f}", flush=True)
    ratios = [two / one for one, two in zip(speeds[1], speeds[2], strict=True)]
    print(
        f"median {median(speeds[1]):.2f} and {median(speeds[2]):.2f} steps/s,"
        f" ratio {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
