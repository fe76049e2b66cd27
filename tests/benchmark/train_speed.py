"""Training speed against the plain script: python tests/benchmark/train_speed.py [SHAPE ...]

The plain script is a CrossEncoderTrainer with its defaults: fp32, random batches, all weights,
dropout. Ours is the loop of a run with the quick recipe. Both on the embedded base, with the same
batch, max length, threads and texts: random English words of the lengths that the five published
rerankers were trained on. The training loop alone is on the clock, from its beginning to the end
of its last step. The two take turns, three pairs of runs a shape, and the ratio is the median of
the three; that of processor seconds stands beside it, which says more on a machine that is shared.

`--quality SET ...` compares what they learn instead, from the same start and for the same epochs:
mean nDCG@10 and AP over seeds 1 to 3, and the gain of each, on the test split of a set of
RERANKER_UI_TEST_DATA.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.training.fitting import learn, open_model
from reranker_ui.core.training.phase import PhaseSpec, phase_spec
from reranker_ui.core.training.run_events import Reporter
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.values.machine import Machine, keep_memory, this_machine
from reranker_ui.core.values.recipe import EMBEDDED_BASE, PRESETS, Recipe
from reranker_ui.core.values.run_folder import RunFolder

# Batch, max length, and characters of query and passage: mean, least, most.
SHAPES: dict[str, tuple[int, int, tuple[int, int, int], tuple[int, int, int]]] = {
    "seed-en": (16, 512, (695, 46, 2290), (713, 34, 2215)),
    "seed-ru": (16, 512, (41, 13, 151), (361, 88, 1019)),
    "seed-vi": (16, 224, (25, 13, 47), (258, 205, 288)),
    "seed-zh": (8, 512, (12, 1, 99), (12, 1, 99)),
}
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
WORDS = 4000
Took = tuple[float, float]
ROUNDS = 3
TRIED = 4  # steps from which the length of a run is guessed


class Clock(Pace):
    """A pace that notes when the loop began and when its last step ended."""

    begun = ended = (0.0, 0.0)

    def skipped(self, pairs: float) -> None:
        """The loop begins."""
        super().skipped(pairs)
        self.begun = now()

    def learned(self, pairs: float, seconds: float) -> None:
        """A step has ended."""
        super().learned(pairs, seconds)
        self.ended = now()

    @property
    def took(self) -> Took:
        """Seconds of the loop, and processor seconds."""
        return self.ended[0] - self.begun[0], self.ended[1] - self.begun[1]


def now() -> Took:
    """Seconds by the wall and of the processor."""
    return time.perf_counter(), time.process_time()


def texts(count: int, lengths: tuple[int, int, int], chance: np.random.Generator) -> list[str]:
    """Random English words; the numbers of characters have this mean and this range."""
    mean, least, most = lengths
    share = (mean - least) / (most - least)
    sizes = least + (most - least) * chance.beta(4 * share, 4 * (1 - share), count)
    vocabulary = english(chance)
    return [
        " ".join(chance.choice(vocabulary, int(size) // 5 + 1))[: max(1, int(size))]
        for size in sizes
    ]


def english(chance: np.random.Generator) -> list[str]:
    """Words of the sample, as often as they stand in it."""
    sample = Path(__file__).resolve().parents[2] / "assets" / "sample" / "argkp.csv"
    found = sample.read_text(encoding="utf-8").replace(",", " ").split()
    return list(chance.choice(np.array(found, dtype=object), WORDS))


def pairs_of_shape(name: str, count: int) -> tuple[pd.DataFrame, Recipe]:
    """`count` labelled pairs of the shape, and the quick recipe with its batch and max length."""
    batch, length, queries, passages = SHAPES[name]
    chance = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "pair_id": range(count),
            "query_key": [str(n // 4) for n in range(count)],
            "query": texts(count, queries, chance),
            "passage": texts(count, passages, chance),
            "grade": chance.integers(0, 2, count).astype(float),
        }
    )
    recipe = PRESETS["quick"].model_copy(update={"batch_size": batch, "max_length": length})
    return frame, recipe


def plain(spec: PhaseSpec, base: Path, length: int, machine: Machine) -> tuple[Any, Took]:
    """The script anyone would write; returns the model and the seconds of the loop."""
    from datasets import Dataset
    from sentence_transformers.cross_encoder import (
        CrossEncoder,
        CrossEncoderTrainer,
        CrossEncoderTrainingArguments,
        losses,
    )
    from transformers import TrainerCallback, set_seed

    clock = Clock.of(1, 0)

    class Timer(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            clock.skipped(0)

        def on_step_end(self, *_: Any, **__: Any) -> None:
            clock.learned(0, 0)

    set_seed(spec.seed)
    model = CrossEncoder(str(base), max_length=length, local_files_only=True)
    with tempfile.TemporaryDirectory() as folder:
        trainer = CrossEncoderTrainer(
            model=model,
            args=CrossEncoderTrainingArguments(
                output_dir=folder,
                num_train_epochs=spec.epochs,
                per_device_train_batch_size=spec.batch_size,
                learning_rate=spec.learning_rate,
                warmup_steps=spec.warmup,
                seed=spec.seed,
                use_cpu=machine.device == "cpu",
                save_strategy="no",
                disable_tqdm=True,
                report_to="none",
            ),
            train_dataset=Dataset.from_dict(dict(spec.columns)),
            loss=losses.BinaryCrossEntropyLoss(model),
            callbacks=[Timer()],
        )
        trainer.train()
    return model.eval(), clock.took


def ours(spec: PhaseSpec, base: Path, length: int, machine: Machine) -> tuple[Any, Took]:
    """The loop of a run, without a dev split; returns the model and the seconds of the loop."""
    clock = Clock.of(1, 0)
    model = open_model(base, length, spec.seed)
    with tempfile.TemporaryDirectory() as home:
        folder = RunFolder(Path(home) / "runs" / "00001")
        folder.path.mkdir(parents=True)
        learn(model, replace(spec, phase="warm_start"), folder, machine, clock)
    return model, clock.took


def own_cost() -> Callable[[], float]:
    """Time spent in the callbacks of a run, added up from now on: events, stop file, pace."""
    spent = [0.0]

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return method(*arguments, **named)
            finally:
                spent[0] += time.perf_counter() - begun

        return call

    for name in ("on_step_begin", "on_step_end", "on_log"):
        setattr(Reporter, name, timed(getattr(Reporter, name)))
    return lambda: spent[0]


def one(name: str, way: str, steps: int, threads: int | None) -> None:
    """One run in this process; prints [wall, processor, own cost] in seconds."""
    if way == "ours":
        keep_memory()
    machine = this_machine("auto" if way == "ours" else "fp32", threads)
    frame, recipe = pairs_of_shape(name, steps * SHAPES[name][0])
    cost = own_cost()
    with tempfile.TemporaryDirectory() as cache:
        base = resolve_base(EMBEDDED_BASE, Path(cache)).path
        fit = ours if way == "ours" else plain
        _, took = fit(phase_spec(recipe, frame, 1.0), base, recipe.max_length, machine)
    print(json.dumps([*took, cost()]))


def apart(name: str, way: str, steps: int, threads: int | None) -> list[float]:
    """`one` in a process of its own: how memory is kept belongs to the process."""
    words = [sys.executable, __file__, name, "--one", way, "--steps", str(steps)]
    words += ["--threads", str(threads)] if threads else []
    # Idle threads of a worker sleep; the plain script is left as it comes.
    policy = {"OMP_WAIT_POLICY": "PASSIVE"} if way == "ours" else {}
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        env={**os.environ, **policy},
    )
    return [float(value) for value in json.loads(done.stdout.splitlines()[-1])]


def speed(name: str, seconds: float, threads: int | None) -> None:
    """Three paired runs of a shape, each of about `seconds` by the plain script."""
    took = apart(name, "plain", TRIED, threads)[0]
    steps = max(2 * TRIED, round(TRIED * seconds / took))
    ways = [(apart(name, "plain", steps, threads), apart(name, "ours", steps, threads))
            for _ in range(ROUNDS)]  # fmt: skip
    slow, fast = (np.array(found) for found in zip(*ways, strict=True))
    wall, work, _ = np.sort(slow / np.maximum(fast, 1e-9), axis=0).T
    pairs = steps * SHAPES[name][0]
    print(
        f"{name:8} {pairs / np.median(slow[:, 0]):7.1f} ->{pairs / np.median(fast[:, 0]):7.1f}"
        f" pairs/s {wall[1]:5.2f}x ({wall[0]:.2f}-{wall[-1]:.2f})   processor {work[1]:5.2f}x"
        f" ({work[0]:.2f}-{work[-1]:.2f})   own cost {fast[:, 2].sum() / fast[:, 0].sum():6.2%}"
        f"   {steps} steps",
        flush=True,
    )


def rows(name: str, split: str, most: int) -> pd.DataFrame:
    """At most about `most` labelled pairs of a set, whole queries; as a run's frame."""
    folder = Path(os.environ.get("RERANKER_UI_TEST_DATA", DATA)) / name
    with gzip.open(folder / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        frame = pd.DataFrame([json.loads(line) for line in lines])
    keys = frame["query"].drop_duplicates().sample(frac=1, random_state=0)
    sizes = frame["query"].value_counts().reindex(keys).cumsum()
    kept = frame[frame["query"].isin(keys[(sizes <= most).to_numpy()])]
    return pd.DataFrame(
        {
            "pair_id": range(len(kept)),
            "query_key": kept["query"].to_numpy(),
            "query": kept["query"].to_numpy(),
            "passage": kept["passage"].to_numpy(),
            "grade": kept["label"].astype(float).to_numpy(),
        }
    )


def quality(name: str, most: int, base: Path, machine: Machine) -> None:
    """What both learn of a set: warm-started alike, then one epoch, seeds 1 to 3."""
    from reranker_ui.core.evaluation.baselines import metrics_of, pairs_of
    from reranker_ui.core.training.fitting import save_model
    from reranker_ui.core.training.warm_start.preparation import warm_start_of

    train, test = rows(name, "train", most), rows(name, "test", most)
    recipe = PRESETS["quick"].model_copy(update={"max_length": 128, "batch_size": 16})
    found: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        bed = resolve_base(EMBEDDED_BASE, Path(folder))
        warm = warm_start_of(recipe, bed, base, train, Path(folder))
        start = base
        if warm is not None:
            model, _ = ours(warm.targets(), base, recipe.max_length, machine)
            start = Path(folder) / "start"
            save_model(model, start, Path(folder) / "aside")
        for seed in (1, 2, 3):
            spec = phase_spec(recipe.model_copy(update={"seed": seed}), train, 1.0)
            for way, fit in (("plain", plain), ("ours", ours)):
                model, _ = fit(spec, start, recipe.max_length, machine)
                save_model(model, Path(folder) / way, Path(folder) / "aside")
                scores = Reranker(Path(folder) / way).scores(pairs_of(test), raw=True)
                metrics = metrics_of(test, scores)
                found[way].append((metrics["ndcg@10"] or 0.0, metrics["average_precision"] or 0.0))
    slow, fast = (np.array(found[way]) for way in ("plain", "ours"))
    metrics = [
        f"{word} {slow[:, n].mean():.4f} -> {fast[:, n].mean():.4f}"
        f" ({', '.join(f'{gain:+.4f}' for gain in fast[:, n] - slow[:, n])})"
        for n, word in enumerate(("nDCG@10", "AP"))
    ]
    print(f"{name:12} {len(train):6,} pairs  " + "   ".join(metrics), flush=True)


def main() -> None:
    """Measure the shapes, or the sets, that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", help=", ".join(SHAPES))
    parser.add_argument("--seconds", type=float, default=8, help="of the plain script, one run")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--quality", nargs="+", metavar="SET", help="what is learned, not how fast")
    parser.add_argument("--pairs", type=int, default=1500, help="of a set, at most")
    parser.add_argument("--one", choices=["plain", "ours"], help="one run, its seconds as JSON")
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    if arguments.one:
        one(arguments.shapes[0], arguments.one, arguments.steps, arguments.threads)
        return
    machine = this_machine("auto", arguments.threads)
    print(f"{machine.device}, {machine.threads} threads, ours in {machine.precision}", flush=True)
    with tempfile.TemporaryDirectory() as cache:
        base = resolve_base(EMBEDDED_BASE, Path(cache)).path
        for name in arguments.quality or ():
            quality(name, arguments.pairs, base, machine)
    for name in () if arguments.quality else arguments.shapes or SHAPES:
        speed(name, arguments.seconds, arguments.threads)


if __name__ == "__main__":
    main()
