"""How long the stream takes over many pairs: `python -m tests.benchmark.stream_speed [PAIRS ...]`.

For each size (1,000 and 1,000,000 by default) the middle time of 30 batches of 20 pairs
in each order, a label, its query's candidates and the progress, with 20,000 pairs labelled already.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reranker_ui.core.values.pairs import pair_key, passage_key, query_key
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.labelling_progress import progress
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.annotating.recent_labels import candidates_of
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import annotations, datasets, pairs, runs, scores
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import Settings

TIMES, MAI = 30, User("Mai", "annotator")
ORDERS = ("unlabelled", "query", "random", "disputed", "uncertain")


def make(workspace: Workspace, count: int) -> None:
    """Pairs wanting two labels: of those labelled a half has both, and each tenth is disputed."""
    now = time.time()
    with workspace.writing() as connection:
        run = {"name": "run 1", "dataset_id": 1, "dataset_name": "big", "executor": "local"}
        run |= {"recipe": {}, "counts": {}, "created_by": "Sara", "created_at": now}
        values = {"name": "big", "scale": "binary", "max_grade": 1, "created_by": "Sara"}
        values |= {"created_at": now, "updated_at": now, "overlap": 2}
        connection.execute(datasets.insert().values(**values))
        connection.execute(runs.insert().values(**run))
        connection.execute(datasets.update().values(order_run=1))
    for begin in range(0, count, 20_000):
        numbers = range(begin, min(begin + 20_000, count))
        at = {"created_at": now, "updated_at": now}
        votes = [
            {"pair_id": n + 1, "annotator": who, "label": label, **at}
            for n in numbers
            for who, label in (("Linh", 1), ("Zoe", int(n % 20 != 0)))[: _votes(n)]
        ]
        with workspace.writing() as connection:
            connection.execute(pairs.insert(), [_row(n, now) for n in numbers])
            if votes:
                connection.execute(annotations.insert(), votes)
            scored = [{"run_id": 1, "pair_id": n + 1, "score": 0.5, "distance": n * 7919 % count}
                      for n in numbers if n % 5 == 0]  # fmt: skip
            connection.execute(scores.insert(), scored)


def _votes(number: int) -> int:
    return 0 if number % 3 == 2 or number > 30_000 else 2 - number % 2


def _row(number: int, now: float) -> dict:
    query, passage = f"how is cave {number // 10} formed?", f"Passage {number} on ice. " * 8
    return {
        "dataset_id": 1, "query": query, "passage": passage, "query_key": query_key(query),
        "passage_key": passage_key(passage), "pair_key": pair_key(query, passage),
        "votes": _votes(number), "split": "train", "created_at": now,
    }  # fmt: skip


def middle(act: Callable[[int], object]) -> float:
    """The middle of TIMES times of `act`, in milliseconds."""
    seconds = []
    for number in range(TIMES):
        begun = time.perf_counter()
        act(number)
        seconds.append((time.perf_counter() - begun) * 1000)
    return statistics.median(seconds)


def measure(count: int) -> dict[str, float]:
    """Milliseconds of everything that a labelling page asks, by what it asks."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Settings(home=Path(folder) / "home"))
        make(workspace, count)
        seconds = {}
        for order in ORDERS:
            seconds[order] = middle(lambda _, order=order: next_pairs(workspace, MAI, "big", order))
        ahead = [pair["id"] for pair in next_pairs(workspace, MAI, "big", n=TIMES)["pairs"]]
        seconds["a label"] = middle(lambda n: annotate(workspace, MAI, ahead[n], 1, f"{n}"))
        seconds["its query"] = middle(lambda n: candidates_of(workspace, MAI, ahead[n]))
        seconds["progress"] = middle(lambda _: progress(workspace, MAI, "big", 0.0))
        workspace.engine.dispose()
        return seconds


def main(sizes: list[int]) -> None:
    """Print one line for each thing that is asked, one column for each size."""
    found = [measure(count) for count in sizes]
    print(f"{'ms, middle of ' + str(TIMES):20}" + "".join(f"{count:>12,}" for count in sizes))
    for name in found[0]:
        print(f"{name:20}" + "".join(f"{seconds[name]:12.1f}" for seconds in found))


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [1_000, 1_000_000])
