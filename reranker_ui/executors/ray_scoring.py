"""Scores and embeddings of many texts by Ray Data, on as many places of the cluster as are free."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reranker_ui.core.training.parallel.process import failure_noted, prepare
from reranker_ui.core.training.parallel.task import TaskFolder

BLOCK = 2048  # rows that one process computes at once


def score(folder: Path, ranks: int, place: dict[str, float]) -> bool:
    """Compute what the scoring in `folder` asks for, in at most `ranks` processes.

    Rows of a process that is killed are computed by another. Returns True; where one failed, why
    is in the folder, and nothing else.
    """
    import numpy as np
    from ray.exceptions import RayError

    try:
        places, parts = zip(*scored(folder, ranks, place), strict=True)
    except RayError as error:
        print(error, file=sys.stderr)
        return True
    values = np.concatenate(parts)[np.argsort(np.concatenate(places))]
    for rank in range(ranks):
        TaskFolder(folder).save_part(rank, values[rank::ranks])
    return True


def scored(folder: Path, ranks: int, place: dict[str, float]) -> Iterator[tuple[Any, Any]]:
    """As `score`, but yields places of rows and their values, in the order they are computed.

    RayError where a process failed.
    """
    import ray

    ray.data.DataContext.get_current().enable_progress_bars = False
    computed = ray.data.from_blocks(_blocks(folder)).map_batches(
        Process,
        fn_constructor_args=(str(folder),),
        batch_size=None,
        batch_format="numpy",
        compute=ray.data.ActorPoolStrategy(min_size=1, initial_size=ranks, max_size=ranks),
        num_cpus=place["CPU"],
        num_gpus=place.get("GPU"),
    )
    for batch in computed.iter_batches(batch_size=None, batch_format="numpy"):
        yield batch["row"], batch["value"]


def _blocks(folder: Path) -> list[Any]:
    """The numbered rows as Arrow tables; `from_arrow` would start tasks that need a processor."""
    import pyarrow as pa

    rows = TaskFolder(folder).rows()
    table = pa.Table.from_pandas(rows.assign(row=range(len(rows))), preserve_index=False)
    return [table.slice(start, BLOCK) for start in range(0, len(rows), BLOCK)]


class Process:
    """What a process of the pool keeps: the model, loaded once."""

    def __init__(self, folder: str) -> None:
        from reranker_ui.core.training.parallel.scoring import Scorer

        self._folder = Path(folder)
        prepare(self._folder)
        with failure_noted(self._folder):
            self._scorer = Scorer(self._folder)

    def __call__(self, block: dict[str, Any]) -> dict[str, Any]:
        """`row` and `value` of each row of `block`."""
        rows = list(zip(block["query"], block["passage"], strict=True))
        with failure_noted(self._folder):
            return {"row": block["row"], "value": self._scorer.of(rows)}
