"""What a plan says of the place where a run trains."""

from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.values.execution.placement import LOCAL, Placement
from reranker_ui.core.values.machine import usable_processors
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.runs import executors
from reranker_ui.services.store.workspace import Workspace


def options_of(workspace: Workspace, placement: Placement) -> str:
    """The options of the command line that choose this placement; empty for the default one."""
    default = executors.placement(workspace)
    options = "" if placement.executor == default.executor else f" --executor {placement.executor}"
    if placement.processes > 1:
        return f"{options} --processes {placement.processes}"
    return options if placement.gpus == default.gpus else f"{options} --gpus {placement.gpus}"


def time_of(placement: Placement) -> str:
    """The name of the fact that says how long the run takes."""
    if placement.executor == LOCAL:
        return "Time on this machine"
    return f"Time on {executors.title_of(placement.executor)}"


def batch_of(spec: PhaseSpec, recipe: Recipe, placement: Placement) -> str:
    """How a batch is dealt to the processes: the total stays the recipe's, if it divides."""
    unit = "GPUs" if placement.gpus else "processes"
    each = f"{spec.row_batch // spec.ranks} on each of {spec.ranks} {unit}"
    processors = usable_processors()
    if placement.executor == LOCAL and not placement.gpus and spec.ranks > processors:
        each = f"{each}, more than the {processors} processors here"
    total = f"{spec.batch_pairs:.0f}"
    rounded = f" instead of {recipe.batch_size}" if total != str(recipe.batch_size) else ""
    rows = " (rows of several pairs)" if spec.rows and spec.rows.width != 1 else ""
    return f"{total}{rounded}: {each}{rows}"
