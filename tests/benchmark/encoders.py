"""Cosine of the embedded encoders beside BM25: python tests/benchmark/encoders.py SET... --home F

For dev and test of each set: nDCG@10 / average precision, and the seconds of the embeddings.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from reranker_ui.core.bases.multilingual import multilingual_folder
from reranker_ui.core.evaluation.baselines import metrics_of, pairs_of
from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.models.encoder import embedded_encoder
from tests.benchmark.ranking_quality import cut, rows


def line(name: str, split: str, most: int, encoders: dict[str, Path]) -> str:
    """The line of one split, its pairs cut to `most`."""
    pairs = cut(rows(name, split), most)
    keys, queries, passages = (
        pairs[column].tolist() for column in ("query_key", "query", "passage")
    )
    found = {"BM25": (bm25_scores(keys, queries, passages), 0.0)}
    for title, folder in encoders.items():
        begun = time.monotonic()
        scores = TextVectors(folder).cosines(pairs_of(pairs))
        found[title] = scores, time.monotonic() - begun
    cells = []
    for scores, seconds in found.values():
        metrics = metrics_of(pairs, scores)
        took = f" ({seconds:.0f} s)" if seconds else ""
        cells.append(
            f"{metrics['ndcg@10'] or 0:.3f} / {metrics['average_precision'] or 0:.3f}{took}"
        )
    return f"| {name} | {split} | {metrics['queries']} | {' | '.join(cells)} |"


def main() -> None:
    """Print the table, line by line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--most", type=int, default=1200, help="pairs of a split, about")
    parser.add_argument("--home", type=Path, required=True, help="keeps the base")
    arguments = parser.parse_args()
    encoders = {"MiniLM": embedded_encoder(), "E5": multilingual_folder(arguments.home / "cache")}
    print("| set | split | queries | BM25 | MiniLM | E5 |\n|---|---|---:|---|---|---|")
    for name in arguments.sets:
        for split in ("dev", "test"):
            print(line(name, split, arguments.most, encoders), flush=True)


if __name__ == "__main__":
    main()
