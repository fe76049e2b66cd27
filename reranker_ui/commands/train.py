"""The verbs train, recipe, resume and push."""

import argparse
import sys
import time
from functools import partial
from typing import Any, get_args

from reranker_ui.commands import Verbs
from reranker_ui.commands.placement_options import (
    add_placement,
    agreed_placement,
    chosen_placement,
)
from reranker_ui.commands.runs import Shape, code_of, run_line
from reranker_ui.commands.waiting import wait_for
from reranker_ui.core.training.advice.budget import MINUTES
from reranker_ui.core.values.recipe import Budget, Loss, Recipe
from reranker_ui.services.runs import push as publishing
from reranker_ui.services.runs.listing import contract_of
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.services.training import lifecycle, plan
from reranker_ui.services.training.advise import advised_recipe
from reranker_ui.services.training.checks import check_start
from reranker_ui.services.training.recipes import OPTIONS, as_yaml, changed, from_card, recipe_from

CHOICES = {
    "budget": list(MINUTES),
    "warm_start": ["auto", "on", "off"],
    "precision": ["auto", "fp32", "bf16", "fp16"],
    "negatives": ["none", "bm25", "encoder"],
}
NUMBERS = {
    "batch_size": int,
    "max_length": int,
    "seed": int,
}
METAVARS = {"base": "M", "epochs": "N", "batch_size": "N", "max_length": "N", "seed": "N"}
HELP = {
    "budget": "time for what is auto: about 4, 20 or 60 minutes on the machine that trains",
    "epochs": "times the training pairs are read, or auto",
    "learning_rate": "step size, or auto",
    "base": 'base model: a Hub id, a folder, embedded, or "run 12" to continue that run',
    "revision": "commit, tag or branch of a base on the Hub",
    "loss": f"one of {', '.join(get_args(Loss))}",
    "max_length": "tokens of query and passage",
    "max_steps": "number of steps, instead of epochs",
    "warmup": "fraction of all steps if below 1, else a number of steps",
    "best_by": "dev metric that selects the checkpoint, or last",
    "negatives": "how hard negatives are found among the passages",
    "passes": "chained runs, pairs of each: 2000,0,0 (0: all)",
    "card_texts": "true: show training examples in the model card",
}


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    train = verbs.add_parser("train", help="fine-tune a base model on a dataset's labels")
    _add_train(train)
    recipe = verbs.add_parser("recipe", help="print a recipe as YAML")
    recipe.add_argument("--dataset", metavar="NAME", help="dataset for the advisor")
    _add_recipe(recipe)
    recipe.set_defaults(run=_recipe, show=lambda result: result["yaml"].rstrip())
    resume = verbs.add_parser("resume", help="resume a lost, stopped or failed run")
    add_placement(resume)
    resume.set_defaults(run=_resume, show=run_line)
    push = verbs.add_parser("push", help="push a run's model to the Hub, private by default")
    push.add_argument("--to", metavar="TEAM/MODEL", required=True, help="its name on the Hub")
    push.add_argument("--public", action="store_true", help="readable by everyone")
    push.set_defaults(run=_push, show=lambda result: result.get("url") or result["error"])
    for verb in (resume, push):
        verb.add_argument("run_named", metavar="RUN", help="number or name of the run")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("--dataset", metavar="NAME", help="required unless a run is continued")
    train.add_argument(
        "--continue", dest="continued", metavar="RUN", help="start from this run's model"
    )
    _add_recipe(train)
    add_placement(train)
    train.add_argument("--plan", action="store_true", help="show what the run would do, and exit")
    train.add_argument("--wait", action="store_true", help="wait until the run ends")
    train.set_defaults(run=_train, show=_shown, usage=train.error)


def _add_recipe(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--recipe", metavar="NAME|FILE", help="a name, advised, a YAML file, or a model card (.md)"
    )
    verb.add_argument("--from-card", metavar="FILE|ID", help="a model card: a file or a Hub id")
    verb.add_argument(
        "--card-variant",
        choices=["printed", "fit"],
        default="printed",
        help="optimizer settings as the card prints them, or as CrossEncoder.fit() trained",
    )
    for field, option in OPTIONS.items():
        verb.add_argument(option, help=HELP.get(field), **_kind(field))


def _kind(field: str) -> dict[str, Any]:
    if field in CHOICES:
        return {"choices": CHOICES[field]}
    return {"type": NUMBERS.get(field, str), "metavar": METAVARS.get(field, "X")}


def _requested(arguments: argparse.Namespace) -> Recipe:
    changes = {field: getattr(arguments, field) for field in OPTIONS}
    if arguments.recipe == "advised":
        budget: Budget = arguments.budget or "quick"
        user_fields = [field for field, value in changes.items() if value is not None]
        recipe, reasons = advised_recipe(
            open_workspace(), LOCAL, arguments.dataset, arguments.base, budget, user_fields
        )
        print(*reasons, sep="\n", file=sys.stderr)
        return changed(recipe.model_dump(), **changes)
    card = arguments.from_card
    if card is None and str(arguments.recipe).endswith(".md"):
        card = arguments.recipe
    if card is None:
        return recipe_from(arguments.recipe, **changes)
    parsed = from_card(open_workspace(), LOCAL, card)
    for notice in parsed.notices:
        print(notice, file=sys.stderr)
    return changed(parsed.variant(arguments.card_variant).model_dump(), **changes)


def _recipe(arguments: argparse.Namespace) -> tuple[Shape, int]:
    recipe = _requested(arguments)
    return recipe.model_dump(mode="json") | {"yaml": as_yaml(recipe)}, 0


def _train(arguments: argparse.Namespace) -> tuple[Shape, int]:
    if arguments.continued is None and arguments.dataset is None:
        arguments.usage("the following arguments are required: --dataset")
    workspace = open_workspace()
    placed = chosen_placement(workspace, arguments)
    dataset, recipe = _dataset_and_recipe(workspace, arguments)
    if arguments.plan:
        return {**plan.plan(workspace, LOCAL, dataset, recipe, wait=True, placement=placed)}, 0
    check = partial(check_start, workspace, LOCAL, dataset, [recipe], placed)
    placed = agreed_placement(workspace, placed, arguments.yes, check, len(recipe.passes))
    run = lifecycle.start(workspace, LOCAL, dataset, recipe, placement=placed)
    if run["later"]:
        print(f"{len(run['later']) + 1} runs are chained: {run['name']} and those after it.",
              file=sys.stderr)  # fmt: skip
    for notice in run["notices"]:
        print(notice, file=sys.stderr)
    if not arguments.wait:
        return contract_of(run), code_of(run)
    return _waited(workspace, [run["id"], *run["later"]])


def _dataset_and_recipe(workspace: Workspace, arguments: argparse.Namespace) -> tuple[str, Recipe]:
    """What to train with: of a run that is continued, its own where no option says otherwise."""
    if arguments.continued is None:
        return arguments.dataset, _requested(arguments)
    dataset, recipe = lifecycle.continuation(workspace, LOCAL, arguments.continued)
    changes = {field: getattr(arguments, field) for field in OPTIONS}
    return arguments.dataset or dataset, changed(recipe.model_dump(), **changes)


def _waited(workspace: Workspace, numbers: list[int]) -> tuple[Shape, int]:
    for number in numbers:
        run = wait_for(workspace, number)
        if code := code_of(run):  # the later runs wait for its model
            return contract_of(run), code
    return contract_of(run), 0


def _resume(arguments: argparse.Namespace) -> tuple[Shape, int]:
    workspace = open_workspace()
    options = arguments.executor, arguments.processes, arguments.gpus
    placed = lifecycle.placement_of_run(workspace, LOCAL, arguments.run_named, *options)
    check = partial(lifecycle.check_resume, workspace, LOCAL, arguments.run_named, placed)
    placed = agreed_placement(workspace, placed, arguments.yes, check)
    run = lifecycle.resume(workspace, LOCAL, arguments.run_named, placed)
    return contract_of(run), code_of(run)


def _push(arguments: argparse.Namespace) -> tuple[Shape, int]:
    workspace = open_workspace()
    run = lifecycle.find_run(workspace, LOCAL, arguments.run_named)["id"]
    push_state = publishing.push(workspace, LOCAL, run, arguments.to, not arguments.public)
    while push_state["state"] == "pushing":
        time.sleep(0.5)
        push_state = publishing.state(workspace, LOCAL, run) or push_state
    return {**push_state}, 0 if push_state["state"] == "done" else 1


def _shown(payload: Shape) -> str:
    """A run, or the plan of one."""
    if "facts" not in payload:
        return run_line(payload)
    facts = [f"{fact['name']:<24} {fact['value']}" for fact in payload["facts"]]
    findings = [f"{finding['fact']}. {finding['mend']}" for finding in payload["findings"]]
    return "\n".join([payload["data"], *facts, *findings, *payload["notices"]])
