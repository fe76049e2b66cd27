"""The places for processes on the Ray cluster that a worker's job runs on.

Ray is an extra, imported where it is used: only by the worker of a run placed on several processes.
"""

import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder

# Shares of a processor or GPU. The worker computes while its processes do not, so it is on the GPU
# of one of them. A process has more than half, so that no two are on one GPU, and leaves room for
# ten workers: those of runs that wait for places must not keep a process from its GPU.
WORKER, PROCESS = 0.01, 0.9
NODE_PATIENCE = 120.0  # seconds for a node to start a process
RESERVE_SECONDS = 3.0  # seconds in which free places are reserved
EVERY = 1.0  # seconds between two checks for a stop request
EXTRA = "ray[train,data]"


def resources_of_job(placed: Placement) -> dict[str, float]:
    """What the job of a run reserves for its worker, by the names of Ray's Jobs API."""
    processors, gpus = float(placed.processes), float(placed.gpus)
    if placed.several_nodes:
        processors, gpus = WORKER, WORKER if placed.gpus else 0
    # Without a number of processors or GPUs Ray would run it on its head node at once.
    return {"entrypoint_num_cpus": processors, "entrypoint_num_gpus": gpus}


def place_of(placed: Placement) -> dict[str, float]:
    """What each process of a run reserves, by the names of Ray's resources."""
    return {"CPU": PROCESS, "GPU": PROCESS} if placed.gpus else {"CPU": PROCESS}


def check_installed(placed: Placement) -> None:
    """Refuse several processes where Ray is not in this Python environment, which is the nodes'."""
    if placed.several_nodes and find_spec("ray") is None:
        raise Refused(
            f"Several processes on Ray need a package that is not installed here. Run"
            f" `pip install '{EXTRA}'` with the cluster's version of Ray, then try again."
        )


def connect() -> None:
    """Connect this worker to the cluster of its job. Refused where the cluster does not let it."""
    import ray

    if ray.is_initialized():
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        # The other nodes need this Python, not that of the cluster.
        environment = {"py_executable": sys.executable}
        ray.init(address="auto", runtime_env=environment, logging_level="WARNING")
    except (RuntimeError, ValueError, ConnectionError) as error:
        raise Refused(
            f"The worker cannot connect to its Ray cluster: {' '.join(str(error).split())[:300]}."
            " Install the cluster's versions of Ray and Python, then try again."
        ) from error
    signal.signal(signal.SIGTERM, handler)  # Ray's own handler ends this process


def check_nodes(folder: Path, place: dict[str, float]) -> None:
    """Refuse a cluster with a node that has such places, but does not see `folder`."""
    import ray
    from ray.exceptions import RayError

    nodes = [
        node
        for node in ray.nodes()
        if node["Alive"] and all(node["Resources"].get(kind) for kind in place)
    ]
    try:
        answers = ray.get(
            [_check_node(node["NodeID"], folder) for node in nodes], timeout=NODE_PATIENCE
        )
    except RayError as error:
        raise Refused(
            f"A node of the Ray cluster cannot start {sys.executable} with this program:"
            f" {reason_of(error)}. Put the Python environment on storage that all nodes share,"
            " at the same path, then try again."
        ) from error
    pairs = zip(nodes, answers, strict=True)
    without = {node["NodeManagerHostname"] for node, sees in pairs if not sees}
    if without:
        raise Refused(
            f"{', '.join(sorted(without))} of the Ray cluster does not see {folder}: put the home"
            " on storage that all nodes share, at the same path, then try again."
        )


def _check_node(node: str, folder: Path) -> Any:
    """Ask the node with this id whether it sees `folder`; returns Ray's reference to the answer."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    on_node = NodeAffinitySchedulingStrategy(node, soft=False)
    check = ray.remote(num_cpus=0, max_retries=0, scheduling_strategy=on_node)(_sees)
    return check.remote(str(folder))


def wait_for_places(
    folder: RunFolder, place: dict[str, float], count: int, obey: Callable[[RunFolder], None]
) -> None:
    """Wait until so many places are free at once; `obey` raises what a stop request asks for.

    Ray's own libraries cannot be stopped while they wait.
    """
    from ray.util import placement_group, remove_placement_group

    group: Any = placement_group([place] * count, strategy="PACK")
    try:
        if not group.wait(RESERVE_SECONDS):
            kind = "GPUs" if "GPU" in place else "processors"
            folder.emit("notice", message=f"Waiting until {count} {kind} of the cluster are free.")
            while not group.wait(EVERY):
                obey(folder)
    finally:
        remove_placement_group(group)


def _sees(folder: str) -> bool:
    return Path(folder).is_dir()


def reason_of(error: Exception, text: str = "") -> str:
    """The last line of `text` or of the error: Ray's errors are whole tracebacks."""
    lines = (text.strip() or str(error).strip()).splitlines()
    return (lines or [type(error).__name__])[-1][:200].rstrip(". ")
