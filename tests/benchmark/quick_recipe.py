"""What the quick recipe gains on the sample: python tests/benchmark/quick_recipe.py [SEED ...]

Options of the verb train may follow the seeds, such as `--epochs 3`.

Each seed trains in a home of its own, so that the warm start is not found in a cache. Prints the
test metrics of all rankers, the seconds from Start to the final metrics, and the processor
seconds of the worker, which say more on a machine that is shared.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = CHECKOUT / "assets" / "sample" / "argkp.csv"
METRICS = ("ndcg@10", "mrr@10", "map", "average_precision")


def verb(home: Path, *words: str) -> dict:
    """Run `python -m reranker_ui WORDS --json` on `home`; returns what it prints."""
    environment = {**os.environ, "RERANKER_UI_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "reranker_ui", *words, "--json"]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def run(seed: int, extra: list[str]) -> dict:
    """One run of the quick recipe on the sample, with its seconds."""
    with tempfile.TemporaryDirectory() as home:
        verb(Path(home), "import", str(SAMPLE), "--dataset", "starter")
        begun = time.monotonic()
        words = ["train", "--dataset", "starter", "--seed", str(seed), "--wait", *extra]
        found = verb(Path(home), *words)
        found["seconds"] = time.monotonic() - begun
        lines = (Path(found["folder"]) / "events.jsonl").read_text().splitlines()
        events = {event["event"]: event for event in map(json.loads, lines)}
        found["precision"] = events["started"]["precision"]
        found["processor"] = events["finished"]["processor_seconds"]
    return found


def main(arguments: list[str]) -> None:
    """Seeds come first, by default 1, 2 and 3; the rest goes to the verb train."""
    count = next((n for n, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    seeds, extra = [int(word) for word in arguments[:count]] or [1, 2, 3], arguments[count:]
    print(f"{'':18}" + "".join(f"{name:>20}" for name in METRICS))
    for seed in seeds:
        found = run(seed, extra)
        for ranker, metrics in found["metrics"].items():
            cells = "".join(f"{(metrics or {}).get(name) or 0:20.4f}" for name in METRICS)
            print(f"seed {seed} {ranker:11}{cells}")
        print(
            f"seed {seed} {found['status']} after {found['seconds']:.0f} s "
            f"({found['processor']:.0f} processor seconds, {found['precision']})",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
