"""How long a page of 50 pairs takes: `python -m tests.benchmark.data_pages [PAIRS]`.

Makes a dataset of PAIRS pairs of about 300 characters with rare and common words, labels, splits
and people, fills its search index, and prints that ratio and the middle and longest time of pages
at the beginning, in the middle and at the end, by filter, for one process that does nothing else.
"""

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from reranker_ui.core.values.pairs import pair_key, passage_key, query_key
from reranker_ui.services.datasets.pages import filter_choices, page_of_pairs
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.labels.index_job import fill_index
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import (
    annotations,
    datasets,
    decisions,
    imported_labels,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import Settings

FILTERS = [
    {}, {"split": "dev"}, {"label": "1"}, {"label": "0"}, {"label": "none"},
    {"label": "disputed"}, {"label": "left out"}, {"label": "1", "split": "test"},
    {"annotator": "ann"}, {"annotator": "bob"}, {"annotator": "bob", "label": "0"},
    {"source": "import"}, {"search": "everywhere"}, {"search": "seldom"}, {"search": "common"},
    {"search": "everyw"}, {"search": '"everywhere common"'}, {"search": "nowhere"},
    {"search": "everywhere", "label": "disputed"}, {"search": "everywhere", "split": "dev"},
    {"search": "common", "annotator": "bob"}, {"search": "seldom", "label": "0"},
    {"search": "common", "label": "1", "split": "dev", "annotator": "ann", "source": "import"},
]  # fmt: skip


def make(workspace: Workspace, count: int) -> None:
    """Rows as an import writes them: a word of each pair is rare, one common, one everywhere."""
    rng = random.Random(0)
    words = [f"w{number:x}" for number in range(50_000)]
    now = time.time()
    with workspace.writing() as connection:
        connection.execute(datasets.insert().values(
            name="big", scale="binary", max_grade=1, created_by="x", created_at=now,
            updated_at=now))  # fmt: skip
    for begin in range(0, count, 20_000):
        rows = []
        for number in range(begin, min(begin + 20_000, count)):
            passage = rng.choices(words, k=45)
            passage += (
                ["everywhere"] + ["common"] * (number % 9 == 0) + ["seldom"] * (number % 9973 == 0)
            )
            rows.append(
                _row(f"question {number // 10} about {passage[0]}", " ".join(passage), number, now)
            )
        with workspace.writing() as connection:
            connection.execute(pairs.insert(), rows)
    with workspace.writing() as connection:
        _people(connection, rng, count, now)


def _row(query: str, passage: str, number: int, now: float) -> dict:
    label = None if number % 997 == 0 else float(number % 10 == 0)
    split = {0: "dev", 1: "test"}.get(number // 10 % 10, "train")
    return {
        "dataset_id": 1, "query": query, "passage": passage, "query_key": query_key(query),
        "passage_key": passage_key(passage), "pair_key": pair_key(query, passage), "label": label,
        "split": split, "source": "import", "created_at": now,
    }  # fmt: skip


def _people(connection, rng: random.Random, count: int, now: float) -> None:
    voted = rng.sample(range(1, count + 1), count // 20)
    times = {"created_at": now, "updated_at": now}
    votes = [
        {"pair_id": one, "annotator": "ann", "label": rng.choice([0, 1]), **times} for one in voted
    ]
    votes += [
        {**vote, "annotator": "bob", "label": rng.choice([0, 1])} for vote in votes[: count // 1000]
    ]
    connection.execute(annotations.insert(), votes)
    for one, n in ((voted[count // 1000 :], 1), (voted[: count // 1000], 2)):
        for at in range(0, len(one), 10_000):
            mine = pairs.c.id.in_(one[at : at + 10_000])
            connection.execute(pairs.update().where(mine).values(votes=n))
    values, decided = (rng.sample(range(1, count + 1), count // 5000) for _ in range(2))
    rows = [{"pair_id": one, "value": 1.0, "source": "import"} for one in values]
    connection.execute(imported_labels.insert(), rows)
    last = {"decided_by": "eve", "decided_at": now}
    rows = [{"pair_id": one, "label": rng.choice([None, 0.0, 1.0]), **last} for one in decided]
    connection.execute(decisions.insert(), rows)


def times(workspace: Workspace, count: int, asked: dict) -> list[float]:
    """Milliseconds of pages forwards and backwards from several places, each twice."""
    answers = []
    places = [
        {},
        {"after": count // 2},
        {"after": count - 1000},
        {"before": count},
        {"before": 600},
    ]
    for place in places * 2:
        begun = time.perf_counter()
        page_of_pairs(workspace, LOCAL, "big", **place, **asked)
        answers.append((time.perf_counter() - begun) * 1000)
    return answers


def measure(count: int) -> None:
    """Print what pages of a dataset of `count` pairs take."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Settings(home=Path(folder) / "home"))
        begun = time.perf_counter()
        make(workspace, count)
        made = time.perf_counter() - begun
        begun = time.perf_counter()
        fill_index(workspace, "big")
        took = time.perf_counter() - begun
        index = sum(p.stat().st_size for p in workspace.cache.glob("search/*/index.db*")) / 1e6
        rows = sum(p.stat().st_size for p in workspace.home.glob("reranker-ui.db")) / 1e6
        print(f"{count:,} pairs made in {made:.0f} s ({rows:.0f} MB); search index"
              f" {took:.0f} s, {count / took:,.0f}/s ({index:.0f} MB)", flush=True)  # fmt: skip
        for name, act in (("the list of datasets", list_datasets), ("choices", filter_choices)):
            begun = time.perf_counter()
            act(*(workspace, LOCAL) if act is list_datasets else (workspace, LOCAL, "big"))
            print(f"{name}: {(time.perf_counter() - begun) * 1000:.0f} ms")
        for asked in FILTERS:
            taken = times(workspace, count, asked)
            shown = ", ".join(f"{k} {v}" for k, v in asked.items()) or "no filter"
            middle, longest = statistics.median(taken), max(taken)
            print(f"  {shown:<60} {middle:6.0f} ms, at most {longest:6.0f} ms", flush=True)


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
