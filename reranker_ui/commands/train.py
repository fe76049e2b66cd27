"""The verbs train, recipe, resume, push."""

import argparse
import sys
import time
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.commands.runs import Shape, line, shape
from reranker_ui.core.training.advice.budget import MINUTES
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.runs import push as publishing
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.services.training import advise, lifecycle, plan
from reranker_ui.services.training.recipes import OPTIONS, as_yaml, changed, from_card, recipe_from

CHOICES = {
    "warm_start": ["auto", "on", "off"],
    "precision": ["auto", "fp32", "bf16", "fp16"],
    "negatives": ["none", "bm25", "encoder"],
}
NUMBERS = {
    "epochs": float,
    "batch_size": int,
    "learning_rate": float,
    "max_length": int,
    "seed": int,
}
METAVARS = {"base": "M", "epochs": "N", "batch_size": "N", "max_length": "N", "seed": "N"}
HELP = {
    "base": 'base model: a Hub id, a folder, embedded, or "run 12" to continue that run',
    "revision": "commit, tag or branch of a base on the Hub",
    "loss": "bce, mse, cross_entropy, mnrl, lambda, listnet, ranknet or margin_mse",
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
    recipe.set_defaults(run=_recipe, show=lambda answer: answer["yaml"].rstrip())
    resume = verbs.add_parser("resume", help="resume a lost, stopped or failed run")
    resume.set_defaults(run=_resume, show=line)
    push = verbs.add_parser("push", help="push a run's model to the Hub, private by default")
    push.add_argument("--to", metavar="TEAM/MODEL", required=True, help="its name on the Hub")
    push.add_argument("--public", action="store_true", help="readable by everyone")
    push.set_defaults(run=_push, show=lambda answer: answer.get("url") or answer["error"])
    for verb in (resume, push):
        verb.add_argument("run_named", metavar="RUN", help="number or name of the run")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("--dataset", metavar="NAME", help="required unless a run is continued")
    train.add_argument(
        "--continue", dest="go_on", metavar="RUN", help="start from this run's model"
    )
    _add_recipe(train)
    train.add_argument("--plan", action="store_true", help="show what the run would do, and exit")
    train.add_argument("--wait", action="store_true", help="wait until the run ends")
    train.set_defaults(run=_train, show=_shown, usage=train.error)


def _add_recipe(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--recipe", metavar="NAME|FILE", help="a name, advised, a YAML file, or a model card (.md)"
    )
    verb.add_argument(
        "--budget",
        choices=list(MINUTES),
        default="quick",
        help="what the advisor fills: about 4, 20 or 60 minutes of this machine",
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


def _asked(arguments: argparse.Namespace) -> Recipe:
    changes = {field: getattr(arguments, field) for field in OPTIONS}
    if arguments.recipe == "advised":
        advice = advise.advised(
            open_workspace(), LOCAL, arguments.dataset, arguments.base, arguments.budget
        )
        for choice in advice.choices:
            print(f"{choice.name}: {choice.value}. {choice.reason}", file=sys.stderr)
        return changed(advice.recipe.model_dump(), **changes)
    card = arguments.from_card
    if card is None and str(arguments.recipe).endswith(".md"):
        card = arguments.recipe
    if card is None:
        return recipe_from(arguments.recipe, **changes)
    found = from_card(open_workspace(), LOCAL, card)
    for notice in found.notices:
        print(notice, file=sys.stderr)
    return changed(found.variant(arguments.card_variant).model_dump(), **changes)


def _recipe(arguments: argparse.Namespace) -> tuple[Shape, int]:
    recipe = _asked(arguments)
    return recipe.model_dump(mode="json") | {"yaml": as_yaml(recipe)}, 0


def _train(arguments: argparse.Namespace) -> tuple[Shape, int]:
    if arguments.go_on is None and arguments.dataset is None:
        arguments.usage("the following arguments are required: --dataset")
    workspace = open_workspace()
    if arguments.plan:
        return plan.plan(workspace, LOCAL, arguments.dataset, _asked(arguments), wait=True), 0
    if arguments.go_on is not None:
        changes = {field: getattr(arguments, field) for field in OPTIONS}
        run = lifecycle.continue_run(
            workspace, LOCAL, arguments.go_on, arguments.dataset, **changes
        )
    else:
        run = lifecycle.start(workspace, LOCAL, arguments.dataset, _asked(arguments))
    if run["later"]:
        print(f"{len(run['later']) + 1} runs are chained: {run['name']} and those after it.",
              file=sys.stderr)  # fmt: skip
    for notice in run["notices"]:
        print(notice, file=sys.stderr)
    if not arguments.wait:
        return shape(run), 0
    return _waited(workspace, [run["id"], *run["later"]])


def _waited(workspace: Workspace, numbers: list[int]) -> tuple[Shape, int]:
    for number in numbers:
        run = lifecycle.wait(workspace, LOCAL, number)
        if run["status"] not in ("finished", "stopped"):  # those behind it wait for its model
            print(f"{run['name']}: {run['sentence']}", file=sys.stderr)
            return shape(run), 1
    return shape(run), 0


def _resume(arguments: argparse.Namespace) -> tuple[Shape, int]:
    return shape(lifecycle.resume(open_workspace(), LOCAL, arguments.run_named)), 0


def _push(arguments: argparse.Namespace) -> tuple[Shape, int]:
    workspace = open_workspace()
    run = lifecycle.find_run(workspace, LOCAL, arguments.run_named)["id"]
    answer = publishing.push(workspace, LOCAL, run, arguments.to, not arguments.public)
    while answer["state"] == "pushing":
        time.sleep(0.5)
        answer = publishing.state(workspace, LOCAL, run) or answer
    return answer, 0 if answer["state"] == "done" else 1


def _shown(answer: Shape) -> str:
    """A run, or the plan of one."""
    if "facts" not in answer:
        return line(answer)
    facts = [f"{fact['name']:<24} {fact['value']}" for fact in answer["facts"]]
    findings = [f"{finding['fact']}. {finding['mend']}" for finding in answer["findings"]]
    return "\n".join([answer["data"], *facts, *findings, *answer["notices"]])
