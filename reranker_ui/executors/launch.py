"""How the processes of a run that is placed on several are started."""

from reranker_ui.core.training.parallel.task import Launch
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.executors.ray_ranks import run_on_ray
from reranker_ui.executors.torchrun import run_ranks


def launch_of(placed: Placement) -> Launch:
    """On any nodes of the worker's Ray cluster, or by torchrun on the worker's machine."""
    return run_on_ray if placed.several_nodes else run_ranks
