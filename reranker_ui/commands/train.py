"""The verbs train, runs."""

import argparse
import sys
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.services import runs
from reranker_ui.services.recipes import OPTIONS, recipe_from
from reranker_ui.services.users import LOCAL
from reranker_ui.services.workspace import open_workspace

Shape = dict[str, Any]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    train = verbs.add_parser("train", help="fine-tune a base model on a dataset's labels")
    train.add_argument("--dataset", required=True, metavar="NAME")
    train.add_argument("--base", metavar="M", help="base model: a Hub id, a folder, or embedded")
    train.add_argument("--recipe", metavar="NAME|FILE", help="quick, quality, or a YAML file")
    train.add_argument("--epochs", type=float, metavar="N")
    train.add_argument("--batch-size", type=int, metavar="N")
    train.add_argument("--learning-rate", type=float, metavar="X")
    train.add_argument("--max-length", type=int, metavar="N", help="tokens of query and passage")
    train.add_argument("--seed", type=int, metavar="N")
    train.add_argument("--warm-start", choices=["auto", "on", "off"])
    train.add_argument("--precision", choices=["auto", "fp32", "bf16", "fp16"])
    train.add_argument("--wait", action="store_true", help="return when the run has ended")
    train.set_defaults(run=_train, show=_line)
    listing = verbs.add_parser("runs", help="list the runs, newest first")
    listing.set_defaults(run=_runs, show=_lines)


def _train(arguments: argparse.Namespace) -> tuple[Shape, int]:
    recipe = recipe_from(
        arguments.recipe, **{field: getattr(arguments, field) for field in OPTIONS}
    )
    workspace = open_workspace()
    run = runs.start(workspace, LOCAL, arguments.dataset, recipe)
    for notice in run["notices"]:
        print(notice, file=sys.stderr)
    if not arguments.wait:
        return _shape(run), 0
    run = runs.wait(workspace, LOCAL, run["id"])
    done = run["status"] in ("finished", "stopped")
    if not done:
        print(f"{run['name']}: {run['sentence']}", file=sys.stderr)
    return _shape(run), 0 if done else 1


def _runs(_arguments: argparse.Namespace) -> tuple[list[Shape], int]:
    return [_shape(run) for run in runs.list_runs(open_workspace(), LOCAL)], 0


def _lines(rows: list[Shape]) -> str:
    return "\n".join(map(_line, rows)) or "No runs yet. Start one with the verb train."


def _shape(run: runs.Run) -> Shape:
    return {name: run[name] for name in runs.CONTRACT}


def _line(run: Shape) -> str:
    told = "  ".join(
        f"{ranker} {metrics['ndcg@10']:.3f}"
        for ranker, metrics in run["metrics"].items()
        if metrics and metrics.get("ndcg@10") is not None
    )
    return f"{run['id']:>4}  {run['name']:<12} {run['status']:<10} {told or '-'}  {run['folder']}"
