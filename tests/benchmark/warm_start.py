"""What the warm start gains: python tests/benchmark/warm_start.py [SET ...] [--pairs 3000]

For each set of RERANKER_UI_TEST_DATA the embedded MiniLM, which has no ranking start, learns about
so many labelled pairs by a preset, with its warm start and without, one seed; metrics on as many
pairs of the set's test split, and the time and the pairs of the warm start.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.evaluation.baselines import metrics_of, pairs_of
from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.training.fitting import save_model
from reranker_ui.core.training.phase import phase_spec
from reranker_ui.core.training.warm_start.preparation import warm_start_of
from reranker_ui.core.values.machine import Machine, this_machine
from reranker_ui.core.values.recipe import EMBEDDED_ENGLISH, PRESETS
from tests.benchmark.train_speed import ours, rows

SETS = ("wikiqa", "argkp2021", "tatqa", "zh_atec")
METRICS = ("ndcg@10", "map", "average_precision")


def compare(name: str, most: int, preset: str, length: int, machine: Machine) -> None:
    """One set: BM25, cosine, labels alone, the warm start alone, and both."""
    train, test = rows(name, "train", most), rows(name, "test", most)
    recipe = PRESETS[preset].model_copy(update={"max_length": length, "warm_start": "on"})
    pairs = pairs_of(test)
    keys = test["query_key"].tolist()
    metrics = metrics_of(
        test, bm25_scores(keys, *(list(part) for part in zip(*pairs, strict=True)))
    )
    print(f"{name}: {len(train):,} training pairs, {metrics['queries']} test queries", flush=True)

    def tell(word: str, found: dict[str, Any], note: str = "") -> None:
        cells = "".join(f"{found[metric] or 0:9.3f}" for metric in METRICS)
        print(f"  {word:24}{cells}  {note}", flush=True)

    tell("BM25", metrics)
    with tempfile.TemporaryDirectory() as folder:
        base = resolve_base(EMBEDDED_ENGLISH, Path(folder))
        tell("cosine", metrics_of(test, Encoder(base.path).scores(pairs)))
        spec = phase_spec(recipe, train, 1.0)

        def learned(what: Any, start: Path, name: str) -> tuple[Path, float, dict[str, Any]]:
            begun = time.monotonic()
            model, _ = ours(what, start, length, machine)
            seconds, kept = time.monotonic() - begun, Path(folder) / name
            save_model(model, kept, Path(folder) / "aside")
            return kept, seconds, metrics_of(test, Reranker(kept).scores(pairs, raw=True))

        tell("labels alone", learned(spec, base.path, "labels")[2])
        warm = warm_start_of(recipe, base, base.path, pairs_of(train), Path(folder))
        assert warm is not None
        start, seconds, found = learned(warm.targets(), base.path, "warm")
        tell("warm start alone", found, f"{warm.spec.learned:,} pairs, {seconds:.0f} s")
        tell("warm start, then labels", learned(spec, start, "both")[2])


def main() -> None:
    """Compare on the sets that are named, all four if none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--recipe", default="quick", choices=["quick", "quality"])
    parser.add_argument("--max-length", type=int, default=96)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    machine = this_machine("auto")
    print(f"{'':26}{'nDCG@10':>9}{'MAP':>9}{'AP':>9}", flush=True)
    for name in arguments.sets:
        compare(name, arguments.pairs, arguments.recipe, arguments.max_length, machine)


if __name__ == "__main__":
    main()
