"""How fast 100 candidates of about 400 characters are ranked, against plain CrossEncoder.predict.

Run: python -m tests.benchmark.rank_speed [FOLDER OF A MODEL]
Without a folder it is the embedded 6-layer base with a fresh head: its order means nothing, its
time and how well the engines agree do. The engines take turns, so that what else the machine does
meets all of them alike; a ratio is the median over the rounds.

At the end: how much longer such a model takes combined with the cosine of E5 and BM25 than alone.
The query is a new one in each round; the passages are embedded before, or new too.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from reranker_ui.core.bases.base_models import resolve_encoder
from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import Encoder, RecentVectors, embedded_encoder
from reranker_ui.core.models.engine import FastEngine, has_bf16
from reranker_ui.core.models.engine_build import make
from reranker_ui.core.models.onnx_export import export
from reranker_ui.core.models.torch_engine import TorchEngine
from reranker_ui.core.values.recipe import EMBEDDED_MULTILINGUAL
from reranker_ui.settings import ASSETS

CANDIDATES, CHARACTERS, ROUNDS = 100, (250, 600), 5
QUERY = "school uniforms reduce the individuality of children"
Score = Callable[[], Sequence[float]]


def candidates() -> list[Pair]:
    """One query and passages of 250 to 600 characters, made of the sample's arguments."""
    rows = pd.read_csv(ASSETS / "sample" / "argkp.csv")
    text = " ".join(dict.fromkeys(rows["query"].astype(str)))
    random, place, pairs = np.random.default_rng(0), 0, []
    for length in random.integers(*CHARACTERS, CANDIDATES):
        pairs.append((QUERY, text[place : place + int(length)]))
        place += int(length)
    if place > len(text) or len(set(pairs)) < CANDIDATES:
        raise ValueError("The sample holds too little text for candidates that differ.")
    return pairs


def plain(folder: Path, pairs: list[Pair]) -> Score:
    """What anyone would write."""
    import torch
    from sentence_transformers import CrossEncoder

    torch.manual_seed(0)  # a fresh head is drawn as the engines draw it
    model = CrossEncoder(str(folder), local_files_only=True)
    return lambda: model.predict(pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False)


def onnx_runtime(file: Path, fast: FastEngine, pairs: list[Pair]) -> Score:
    """ONNX Runtime in fp32, fed with the same batches as the fast engine."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def score() -> Sequence[float]:
        found = np.zeros(len(pairs))
        for places, inputs in fast._batches(pairs):
            found[places] = session.run(None, inputs)[0].reshape(-1)
        return list(found)

    return score


def main(folder: Path) -> None:
    """Print one line an engine."""
    pairs = candidates()
    with tempfile.TemporaryDirectory() as temporary:
        space = Path(temporary)
        model = TorchEngine(folder)
        kept = make(folder, space / "engine")
        if "fault" in kept:
            sys.exit(f"No fast engine: {kept['fault']}")
        engines = {
            f"OpenVINO {name}": FastEngine(space / "engine", name)
            for name in (["f32", "bf16"] if has_bf16() else ["f32"])
        }
        scores: dict[str, Score] = {"plain torch": plain(folder, pairs)}
        scores["torch"] = lambda: model.logits(pairs)
        for name, engine in engines.items():
            scores[name] = lambda engine=engine: engine.logits(pairs)  # type: ignore[misc]
        export(model.model, space / "model.onnx")
        fast = engines["OpenVINO f32"]
        scores["onnxruntime fp32"] = onnx_runtime(space / "model.onnx", fast, pairs)
        report(scores, kept["precision"])
        served = engines.get("OpenVINO bf16", fast) if kept["precision"] == "bf16" else fast
        report_combined(served, space, pairs)


def report(scores: dict[str, Score], taken: str) -> None:
    """Time each in turn and print seconds, ratio and agreement with torch."""
    expected = np.asarray(scores["plain torch"]()).reshape(-1)
    found = {name: np.asarray(score()).reshape(-1) for name, score in scores.items()}
    times: dict[str, list[float]] = {name: [] for name in scores}
    for _ in range(ROUNDS):
        for name, score in scores.items():
            times[name].append(seconds(score))
    print(f"{CANDIDATES} candidates, {ROUNDS} rounds; this processor takes OpenVINO {taken}")
    for name, values in found.items():
        ratio = median(a / b for a, b in zip(times["plain torch"], times[name], strict=True))
        best = [set(np.argsort(-one)[:10].tolist()) for one in (expected, values)]
        print(
            f"{name:<18} {1000 * median(times[name]):7.0f} ms  {ratio:.2f}x"
            f"  Spearman {spearmanr(expected, values).statistic:.5f}"
            f"  {len(best[0] & best[1])} of 10 the same"
        )


def report_combined(engine: FastEngine, cache: Path, pairs: list[Pair]) -> None:
    """Time the cross-encoder alone and combined with cosine and BM25, in turn; print the ratios."""
    encoder = Encoder(resolve_encoder(EMBEDDED_MULTILINGUAL, cache))
    found = Combination(0.0, {"tuned": 1.0, "cosine": 1.0, "bm25": 1.0}, {})
    passages = [passage for _, passage in pairs]
    ranker = CombinedRanker(found, EMBEDDED_MULTILINGUAL, None, TermWeights.of(passages))
    ratios: dict[str, list[float]] = {"embedded before": [], "new": []}
    for number in range(ROUNDS):
        asked = [(f"{QUERY} {number}", passage) for passage in passages]
        alone = seconds(lambda asked=asked: engine.logits(asked))  # type: ignore[misc]
        for state, kept in ratios.items():
            encoder._recent = RecentVectors()
            if state != "new":
                encoder.scores([("warm", passage) for passage in passages])
            took = seconds(
                lambda asked=asked: ranker.logits(asked, engine.logits, encoder.of_pairs)  # type: ignore[misc]
            )
            kept.append(took / alone)
    for state, kept in ratios.items():
        print(f"combined, passages {state}: {median(kept):.2f} of the time of the model alone")


def seconds(score: Score) -> float:
    """How long a call takes."""
    begun = time.perf_counter()
    score()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else embedded_encoder())
