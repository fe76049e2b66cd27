"""How fast and how flat an import is: `python -m tests.benchmark.import_speed [PAIRS ...]`.

Writes files of PAIRS pairs of about 400 characters, imports each into a fresh home, and prints
seconds, pairs a second, the most memory of this process and of the reader, and the longest that
a label had to wait for the write lock meanwhile. Then it times a page of the dataset.
"""

import json
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings

WORDS = [f"word{number}" for number in range(5000)]


def write(path: Path, pairs: int, waiting: int = 0) -> None:
    """A JSON Lines file of `pairs` pairs, ten to a query; the last `waiting` have no label."""
    with path.open("w") as out:
        for number in range(pairs):
            words = (WORDS[(number * 7919 + step * 104_729) % 5000] for step in range(45))
            query = f"question {number // 10} about {WORDS[number // 10 % 5000]}"
            record = {"query": query, "passage": " ".join(words) + f" {number}"}
            label = None if number >= pairs - waiting else int(number % 10 == 0)
            out.write(json.dumps({**record, "label": label}) + "\n")


def longest_wait(workspace, stop: threading.Event, waits: list[float]) -> None:
    """Take the write lock ten times a second, as people who label do."""
    while not stop.is_set():
        begun = time.perf_counter()
        with workspace.writing():
            waits.append(time.perf_counter() - begun)
        time.sleep(0.1)


def measure(pairs: int) -> None:
    """Import `pairs` pairs into a fresh home and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.jsonl"
        write(path, pairs)
        workspace = open_workspace(Settings(home=Path(folder) / "home"))
        waits: list[float] = []
        stop = threading.Event()
        watch = threading.Thread(target=longest_wait, args=(workspace, stop, waits))
        watch.start()
        begun = time.perf_counter()
        report = import_file(workspace, LOCAL, path, "speed")
        took = time.perf_counter() - begun
        stop.set()
        watch.join()
        begun = time.perf_counter()
        page = page_of_pairs(workspace, LOCAL, "speed", after=pairs // 2)
        paged = time.perf_counter() - begun
        megabytes = [
            resource.getrusage(who).ru_maxrss // 1024
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        print(
            f"{report['kept']:>9,} pairs  {took:7.1f} s  {report['kept'] / took:8,.0f}/s"
            f"  memory {megabytes[0]} MB, reader {megabytes[1]} MB"
            f"  longest wait {max(waits) * 1000:.0f} ms"
            f"  page of {len(page['pairs'])} in {paged * 1000:.0f} ms"
        )


if __name__ == "__main__":
    for pairs in [int(size) for size in sys.argv[1:]] or [10_000, 100_000]:
        measure(pairs)
