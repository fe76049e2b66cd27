"""How much faster a cascade ranks 1,000 candidates, and how often its ten best are those of all.

Run: python -m tests.benchmark.cascade RUN_FOLDER SET [--queries N] [--results FILE.jsonl]
RUN_FOLDER is a run that was trained on SET of RERANKER_UI_TEST_DATA and combines its cross-encoder
with cosine. The candidates are the same 1,000 passages of the set for each test query. They are
embedded before, as the passages of a dataset are. A line of the results is one query; queries that
have a line are left out, so the command can be stopped and given again. For each query the cascade
comes first, then all candidates are scored in the same process.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from reranker_ui.core.bases.base_models import resolve_encoder
from reranker_ui.core.evaluation.combining.cascade import TOP
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.metrics import ranking_metrics
from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.settings import Settings

DATA = Path(os.environ.get("RERANKER_UI_TEST_DATA", "../shared/data"))
CANDIDATES = 1000


def splits_of(name: str) -> pd.DataFrame:
    """All pairs of a set, with their split."""
    parts = [
        pd.read_json(DATA / name / f"{split}.jsonl.gz", lines=True).assign(split=split)
        for split in ("train", "dev", "test")
    ]
    return pd.concat(parts, ignore_index=True)


def chosen(pairs: pd.DataFrame, queries: int) -> tuple[list[str], list[str]]:
    """Test queries with both kinds of labels, and the candidates: theirs, filled up at random."""
    test, chance = pairs[pairs["split"] == "test"], np.random.default_rng(0)
    kinds = test["label"].gt(0).groupby(test["query"]).nunique()
    asked = chance.permutation(kinds.index[kinds > 1])[:queries].tolist()
    own = list(dict.fromkeys(test.loc[test["query"].isin(asked), "passage"]))
    others = [text for text in dict.fromkeys(pairs["passage"]) if text not in set(own)]
    filled = [*own, *chance.permutation(others).tolist()]
    return asked, filled[:CANDIDATES]


def measured(
    ranker: CombinedRanker, model: Reranker, encoder: Encoder, query: str, passages: list[str]
) -> dict[str, Any]:
    """One query: seconds, candidates scored, and how the ten best differ."""

    def tuned(pairs: Any) -> list[float]:
        return model.scores(pairs, raw=True)

    pairs = [(query, passage) for passage in passages]
    begun = time.perf_counter()
    found = ranker.cascade(pairs, tuned, encoder.of_pairs)
    middle = time.perf_counter()
    every = ranker.logits(pairs, tuned, encoder.of_pairs)
    ended = time.perf_counter()
    best, ours = (np.argsort(-np.array(logits))[:TOP] for logits in (every, found.logits))
    return {
        "query": query,
        "scored": found.scored,
        "cascade_seconds": middle - begun,
        "all_seconds": ended - middle,
        "shared": len(set(best) & set(ours)),
        "first": bool(best[0] == ours[0]),
        "logits": [every, found.logits],
    }


def with_metrics(line: dict[str, Any], labels: list[float]) -> dict[str, Any]:
    """nDCG@10 of both orders, where a passage that is not paired with the query is not relevant."""
    logits = line.pop("logits")
    keys = [0] * len(labels)
    ndcg = [ranking_metrics(keys, labels, side)["ndcg@10"] for side in logits]
    return line | {"ndcg@10": ndcg}


def report(lines: list[dict[str, Any]]) -> None:
    """Print what the lines of a set say."""
    ratio = median(one["all_seconds"] / one["cascade_seconds"] for one in lines)
    same = sum(one["shared"] == TOP for one in lines)
    shared = sum(one["shared"] for one in lines)
    gains = [b - a for a, b in (one["ndcg@10"] for one in lines) if a is not None and b is not None]
    print(
        f"{len(lines)} queries: {ratio:.1f}x as fast, median of"
        f" {median(one['scored'] for one in lines):.0f} candidates scored; same ten best in {same},"
        f" {shared} of {TOP * len(lines)} of the ten best, same best one in"
        f" {sum(one['first'] for one in lines)}; nDCG@10 {np.mean(gains):+.4f}"
    )


def main(arguments: argparse.Namespace) -> None:
    """Measure the queries that have no line yet, then print the report."""
    folder, file = RunFolder(arguments.run), Path(arguments.results)
    pairs = splits_of(arguments.set)
    asked, passages = chosen(pairs, arguments.queries)
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    missing = [query for query in asked if query not in {one["query"] for one in lines}]
    ranker = CombinedRanker.open(folder.combined_file)
    if ranker is None or not ranker.embeds or "tuned" not in ranker.combination.used:
        sys.exit("This run does not combine its cross-encoder with cosine.")
    if missing:
        cache = Settings().home_folder() / "cache"
        encoder = Encoder(resolve_encoder(ranker.encoder, cache, ranker.revision))
        encoder.scores([("warm", passage) for passage in passages])
        model = Reranker(folder.model)
    for query in missing:
        line = measured(ranker, model, encoder, query, passages)
        own = pairs[(pairs["query"] == query) & pairs["label"].notna()]
        labels = dict(zip(own["passage"], own["label"].astype(float), strict=True))
        lines.append(with_metrics(line, [labels.get(passage, 0.0) for passage in passages]))
        with file.open("a") as opened:
            opened.write(json.dumps(lines[-1], ensure_ascii=False) + "\n")
    report(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("set")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--results", default="cascade.jsonl")
    main(parser.parse_args())
