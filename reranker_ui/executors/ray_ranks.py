"""The processes of a run on nodes of a Ray cluster: they train by Ray Train, score by Ray Data."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reranker_ui.core.training.parallel.process import take_part
from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.values.execution.placement import placement_of
from reranker_ui.core.values.execution.stops import obey_cancel, obey_while_waiting
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_cluster import check_nodes, connect, place_of, wait_for_places
from reranker_ui.executors.ray_scoring import score, scored

# Without the print of Ray Train, whose output dill (of datasets) looks for in vain, without its log
# of every library at level INFO, and without watching for preemptions: none is answered here.
OPTIONS = {
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
    "RAY_TRAIN_ENABLE_WORKER_STRUCTURED_LOGGING": "0",
    "RAY_TRAIN_ENABLE_CONTROLLER_STRUCTURED_LOGGING": "0",
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",
}
START_ATTEMPTS = 3  # times that Ray tries to start the processes again


def run_on_ray(folder: Path, ranks: int) -> bool:
    """As `torchrun.run_ranks`, on any nodes of the cluster that the worker's job runs on.

    Waits for free places. Raises Cancelled or Waited where the run is stopped meanwhile; Refused
    where a node does not see `folder`, or cannot start this program.
    """
    place = place_of(placement_of(folder))
    connect()
    check_nodes(TaskFolder(folder).path, place)
    if TaskFolder(folder).scores:
        wait_for_places(RunFolder(folder), place, 1, obey_cancel)
        return score(folder, ranks, place)
    wait_for_places(RunFolder(folder), place, ranks, obey_while_waiting)
    return _train(folder, ranks, place)


def scored_on_ray(folder: Path, ranks: int) -> Iterator[tuple[Any, Any]]:
    """Places of rows and their values, as `ranks` processes of the cluster compute them.

    Waits for free places. Refused as `run_on_ray`; RayError where a process failed.
    """
    place = place_of(placement_of(folder))
    connect()
    check_nodes(TaskFolder(folder).path, place)
    wait_for_places(RunFolder(folder), place, 1, obey_cancel)
    yield from scored(folder, ranks, place)


def _train(folder: Path, ranks: int, place: dict[str, float]) -> bool:
    from ray.train import FailureConfig, RunConfig, ScalingConfig, TrainingFailedError
    from ray.train.torch import TorchTrainer

    os.environ.update(OPTIONS)
    trainer = TorchTrainer(
        _take_part,
        train_loop_config={"folder": str(folder)},
        scaling_config=ScalingConfig(
            num_workers=ranks,
            use_gpu="GPU" in place,
            resources_per_worker=place,
            placement_strategy="PACK",
        ),
        run_config=RunConfig(
            name="ray",
            storage_path=str(TaskFolder(folder).path),
            # A lost run is resumed from its checkpoint; Ray would begin the phase again.
            failure_config=FailureConfig(
                max_failures=0, max_preemption_failures=0, controller_failure_limit=START_ATTEMPTS
            ),
        ),
    )
    try:
        trainer.fit()
    except TrainingFailedError as error:
        print(error, file=sys.stderr)
        failures = getattr(error, "worker_failures", {}).values()
        return bool(failures) and all(isinstance(failure, RankError) for failure in failures)
    return True


class RankError(Exception):
    """Raised by a process that failed while the others lived; the reason is in the run folder."""


def _take_part(config: dict[str, Any]) -> None:
    """Runs in each process, after Ray Train has set RANK and connected all of them."""
    try:
        take_part(Path(config["folder"]))
    except Exception as error:
        # A process that fails lives until Ray ends it: a connection is lost to a killed one only.
        if _is_lost_connection(error):
            raise
        raise RankError(str(error)) from None


def _is_lost_connection(error: Exception) -> bool:
    from torch.distributed import DistError

    return isinstance(error, DistError) or "/gloo/transport/" in str(error)
