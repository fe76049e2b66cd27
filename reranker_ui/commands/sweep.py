"""The verb sweep: a grid of recipes and seeds, and their comparison."""

import argparse
import sys
from functools import partial

from reranker_ui.commands import Verbs
from reranker_ui.commands.placement_options import (
    add_placement,
    agreed_placement,
    chosen_placement,
)
from reranker_ui.commands.runs import Shape, code_of, comparison_table, run_line
from reranker_ui.commands.waiting import wait_for
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.runs.comparison import comparison
from reranker_ui.services.runs.listing import contract_of
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.services.training.advise import advised_recipe
from reranker_ui.services.training.grid import check_sweep, sweep
from reranker_ui.services.training.recipes import recipe_from


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("sweep", help="train several recipes with several seeds, and compare")
    verb.add_argument("--dataset", metavar="NAME", required=True)
    verb.add_argument(
        "--recipe", metavar="NAME|FILE", action="append", required=True, dest="recipes",
        help="a name, advised, or a YAML file; once for each recipe",
    )  # fmt: skip
    verb.add_argument("--base", metavar="M", help="base model of all recipes")
    verb.add_argument("--seeds", type=int, metavar="N", default=3, help="runs of each recipe")
    add_placement(verb)
    verb.add_argument("--wait", action="store_true", help="wait until all have ended, and compare")
    verb.set_defaults(run=_sweep, show=_shown)


def _sweep(arguments: argparse.Namespace) -> tuple[Shape, int]:
    workspace = open_workspace()
    placed = chosen_placement(workspace, arguments)
    dataset, base = arguments.dataset, arguments.base
    recipes = [_recipe(workspace, name, dataset, base) for name in arguments.recipes]
    parts = (workspace, LOCAL, dataset, recipes, arguments.seeds)
    jobs = len(recipes) * arguments.seeds
    check = partial(check_sweep, *parts, placed)
    placed = agreed_placement(workspace, placed, arguments.yes, check, jobs)
    runs = sweep(*parts, placed)
    numbers = [run["id"] for run in runs]
    if not arguments.wait:
        answer = {"runs": [contract_of(run) for run in runs], "compare": _address(numbers)}
        return answer, code_of(*runs)
    ended = [wait_for(workspace, number) for number in numbers]
    compared = comparison(workspace, LOCAL, numbers) if len(numbers) > 1 else None
    answer = {"runs": [contract_of(run) for run in ended], "compare": _address(numbers)}
    return answer | {"comparison": compared}, code_of(*ended)


def _recipe(workspace: Workspace, name: str, dataset: str, base: str | None) -> Recipe:
    if name == "advised":
        recipe, reasons = advised_recipe(workspace, LOCAL, dataset, base)
        print(*reasons, sep="\n", file=sys.stderr)
        return recipe
    return recipe_from(name, base=base) if base else recipe_from(name)


def _address(numbers: list[int]) -> str:
    """The end of the page's address that compares these runs."""
    return f"?tab=train&compare={','.join(map(str, numbers))}"


def _shown(answer: Shape) -> str:
    lines = [run_line(run) for run in answer["runs"]]
    numbers = " ".join(str(run["id"]) for run in answer["runs"])
    lines.append(f"Compare them: python -m reranker_ui compare {numbers}")
    lines.append(f"or with the page: {answer['compare']}")
    table = answer.get("comparison")
    return "\n".join([*lines, "", comparison_table(table)] if table else lines)
