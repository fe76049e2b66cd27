"""A run's ranker before its cross-encoder: python tests/benchmark/probe_quality.py SET...

What labels gain before any cross-encoder learns: the linear probe of the embeddings, cosine and
BM25, chosen on dev as a run chooses. Prints, for each set and number of labels, nDCG@10 and
average precision on test, the gain over the stronger of BM25 and cosine, p by a paired
randomisation test, and the expected calibration error (ECE).
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from reranker_ui.core.bases.multilingual import multilingual_folder
from reranker_ui.core.evaluation.baselines import metrics_of, pairs_of
from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.evaluation.combining.combination import combination_of, enough
from reranker_ui.core.evaluation.combining.combined_ranker import meaning_of
from reranker_ui.core.evaluation.combining.linear_probe import LinearProbe
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.evaluation.metrics import per_query
from reranker_ui.core.evaluation.outcome import randomisation_p
from reranker_ui.core.evaluation.text_vectors import TextVectors
from tests.benchmark.ranking_quality import cut, rows

LABELS, SEEDS, BINS = (100, 500, 1500), (1, 2, 3), 10
HEAD = "| set | labels | best free | ranker | used | gain | p | wins, losses | ECE |"


def measured(name: str, arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each number of labels and each seed."""
    train = cut(rows(name, "train"), arguments.most)
    dev, test = (cut(rows(name, split), arguments.scored) for split in ("dev", "test"))
    embeddings = TextVectors(multilingual_folder(arguments.home / "cache"))
    terms = TermWeights.of(train["passage"].tolist())
    free = _free(test, embeddings)
    best = max(free, key=lambda ranker: free[ranker].mean())
    for labels in arguments.labels:
        for seed in SEEDS if labels < len(train) else SEEDS[:1]:
            some = train.sample(min(labels, len(train)), random_state=seed)
            row = _ranker(some, dev, test, embeddings, terms, free[best])
            yield {"set": name, "labels": len(some), "best": best, "value": free[best].mean()} | row


def _free(test: pd.DataFrame, embeddings: TextVectors) -> dict[str, "pd.Series[float]"]:
    words = bm25_scores(*(test[name].tolist() for name in ("query_key", "query", "passage")))
    cosine = meaning_of(pairs_of(test), embeddings.of_pairs, None, words)["cosine"]
    return {"BM25": _ndcg(test, words), "cosine": _ndcg(test, cosine)}


def _ranker(
    some: pd.DataFrame,
    dev: pd.DataFrame,
    test: pd.DataFrame,
    embeddings: TextVectors,
    terms: TermWeights,
    free: "pd.Series[float]",
) -> dict[str, Any]:
    truth, probe = (some["grade"] > 0).to_numpy(), None
    if enough(truth):
        pairs = pairs_of(some)
        probe = LinearProbe.of(truth, *embeddings.of_pairs(pairs), terms.scores(pairs))
    scores = {}
    for split, frame in (("dev", dev), ("test", test)):
        words = terms.scores(pairs_of(frame))
        meaning = meaning_of(pairs_of(frame), embeddings.of_pairs, probe, words)
        scores[split] = {"bm25": words} | meaning
    found = combination_of(dev["query_key"].tolist(), dev["grade"].tolist(), scores["dev"])
    assert found is not None, "too few dev labels"
    logits = found.logits(scores["test"])
    gains = (_ndcg(test, logits) - free).to_numpy()
    return {
        "metrics": metrics_of(test, logits),
        "used": found.used,
        "gain": gains.mean(),
        "p": randomisation_p(gains),
        "wins": f"{(gains > 1e-9).sum()}, {(gains < -1e-9).sum()}",
        "ece": _calibration_error(test["grade"].to_numpy() > 0, np.array(logits)),
    }


def _ndcg(frame: pd.DataFrame, scores: list[float]) -> "pd.Series[float]":
    found = per_query(frame["query_key"].tolist(), frame["grade"].tolist(), scores)
    return found.set_index("query_key")["ndcg@10"]


def _calibration_error(truth: Any, logits: Any) -> float:
    found = 1 / (1 + np.exp(-logits))
    bins = np.minimum((found * BINS).astype(int), BINS - 1)
    parts = [bins == at for at in np.unique(bins)]
    return float(sum(abs(found[p].mean() - truth[p].mean()) * p.mean() for p in parts))


def main() -> None:
    """Print the table, line by line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--labels", nargs="*", type=int, default=LABELS)
    parser.add_argument("--most", type=int, default=1500, help="pairs of the train split, about")
    parser.add_argument("--scored", type=int, default=1500, help="pairs of dev and of test, about")
    parser.add_argument("--home", type=Path, required=True, help="keeps the base")
    arguments = parser.parse_args()
    print(f"{HEAD}\n|---|---:|---|---|---|---:|---:|---|---:|")
    for name in arguments.sets:
        for row in measured(name, arguments):
            ours = row["metrics"]
            print(
                f"| {name} | {row['labels']} | {row['best']} {row['value']:.3f} | "
                f"{ours['ndcg@10']:.3f} / {ours['average_precision']:.3f} | "
                f"{', '.join(row['used'])} | {row['gain']:+.3f} | {row['p']:.3f} | "
                f"{row['wins']} | {row['ece']:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
