"""What millions of pairs cost on PostgreSQL: `python -m tests.benchmark.many_pairs PAIRS ...`.

For each number of PAIRS, of about 400 characters and ten to a query, in a database of its own:
import with statistics and search index, pages and searches of Data, the label stream, the quality
report, freezing for a run and export. Prints the seconds of each step, its pairs a second, and the
most memory meanwhile of this process and of those it starts, without the pages of mapped files.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.datasets.quality import check, quality
from reranker_ui.services.imports.read_state import end_reading, start_reading, wait_for_reading
from reranker_ui.services.imports.storing import store_reading
from reranker_ui.services.labels.index_job import fill_index, finish_index
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.services.training.frozen_files import freeze
from reranker_ui.settings import Settings
from tests.benchmark.import_speed import write
from tests.benchmark.large_run import own_memory
from tests.support.postgres import Cluster, start

TIMES, MAI, NAME = 60, User("Mai", "annotator"), "many"
# As an operator sets up a server: PostgreSQL's own values are for a machine with little memory.
SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
ORDERS = ("unlabelled", "query", "random")
PAGES: list[dict[str, str]] = [
    {}, {"label": "1"}, {"label": "none"}, {"split": "dev"}, {"search": "word17"},
    {"search": "question 77777"}, {"search": "nowhere"}, {"search": "word5", "label": "1"},
]  # fmt: skip


class Memory:
    """The most memory seen of this process and of its children together, in bytes."""

    def __init__(self) -> None:
        self.own = self.children = 0

    def look(self, process: psutil.Process) -> None:
        """Take note of the memory in use now."""
        self.own = max(self.own, _anonymous(process.pid))
        try:
            started = [child.pid for child in process.children(recursive=True)
                       if "postgres" not in child.name()]  # fmt: skip
        except psutil.NoSuchProcess:  # it has ended
            return
        self.children = max(self.children, sum(map(_anonymous, started)))


def _anonymous(pid: int) -> int:
    try:
        return own_memory(pid)
    except (OSError, StopIteration):  # it has ended
        return 0


@contextmanager
def measured(step: str, pairs: int) -> Iterator[None]:
    """Print what the block cost."""
    memory, ended, process = Memory(), threading.Event(), psutil.Process()

    def watch() -> None:
        while not ended.wait(0.05):
            memory.look(process)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    begun = time.perf_counter()
    try:
        yield
    finally:
        took = time.perf_counter() - begun
        ended.set()
        watching.join()
        print(f"{step:16} {took:8.1f} s {pairs / took:10,.0f} pairs/s"
              f"  {memory.own / 1e6:6.0f} MB, children {memory.children / 1e6:6.0f} MB",
              flush=True)  # fmt: skip


def timed(name: str, act: Callable[[int], Any]) -> None:
    """Print the middle and the 95th percentile of TIMES calls."""
    taken = []
    for number in range(TIMES):
        begun = time.perf_counter()
        act(number)
        taken.append((time.perf_counter() - begun) * 1000)
    middle, high, most = np.percentile(taken, [50, 95, 100])
    print(f"  {name:34} {middle:6.0f} ms, p95 {high:6.0f}, at most {most:6.0f}", flush=True)


def import_as_the_page(workspace: Workspace, path: Path, count: int) -> None:
    """Read the file, store its pairs with statistics and search index, and tidy up.

    "import" is all of it, up to the moment when every pair is found.
    """
    with measured("import", count):
        token = start_reading(workspace, LOCAL, path, ReadOptions())
        with measured("  reading", count):
            result = wait_for_reading(workspace, LOCAL, token)
        path.unlink()
        with measured("  storing, index", count):
            store_reading(workspace, LOCAL, token, NAME, result=result)
        with measured("  rest of index", count):
            finish_index(workspace, NAME)
        with measured("  tidying up", count):
            end_reading(workspace, LOCAL, token)
    assert not fill_index(workspace, NAME), "the search index lacks pairs"


def labels(workspace: Workspace) -> None:
    """The stream of an annotator in each order, and a label."""
    for order in ORDERS:
        timed(f"stream by {order}", lambda _, order=order: next_pairs(workspace, MAI, NAME, order))
    ahead = [pair["id"] for pair in next_pairs(workspace, MAI, NAME, n=TIMES)["pairs"]]
    timed("a label", lambda n: annotate(workspace, MAI, ahead[n % len(ahead)], n % 2, f"{n}"))


def pages(workspace: Workspace, count: int) -> None:
    """Pages of Data at places across the dataset."""
    for asked in PAGES:
        name = ", ".join(f"{key} {value}" for key, value in asked.items()) or "a page"
        timed(name, lambda n, asked=asked: page_of_pairs(
            workspace, LOCAL, NAME, after=n * count // TIMES, **asked))  # fmt: skip


def report(workspace: Workspace) -> None:
    """Check the quality in a process of its own, as the page does."""
    state = check(workspace, LOCAL, NAME)
    while state["checking"] is not None:
        time.sleep(0.2)
        state = quality(workspace, LOCAL, NAME)
    assert state["report"], state["failed"]


def measure(cluster: Cluster, count: int) -> None:
    """Print what `count` pairs cost."""
    with tempfile.TemporaryDirectory() as folder:
        home, path = Path(folder) / "home", Path(folder) / "pairs.jsonl"
        write(path, count, waiting=count // 10)
        settings = Settings(
            home=home, database_url=cluster.new_database(),
            max_rows=count, max_upload_bytes=count * 1000,  # as the guide says for large files
        )  # fmt: skip
        workspace = open_workspace(settings)
        print(f"{count:,} pairs", flush=True)
        import_as_the_page(workspace, path, count)
        pages(workspace, count)
        labels(workspace)
        with measured("freeze", count):
            (home / "frozen").mkdir()
            freeze(workspace, LOCAL, NAME, home / "frozen")
        with measured("export", count):
            export_dataset(workspace, LOCAL, NAME, "jsonl", Path(folder) / "out.jsonl")
        with measured("quality report", count):
            report(workspace)
        workspace.engine.dispose()


def main(counts: list[int]) -> None:
    """Measure each number of pairs on one server."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = start(Path(folder), **SERVER)
        try:
            for count in counts:
                measure(cluster, count)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [100_000])
