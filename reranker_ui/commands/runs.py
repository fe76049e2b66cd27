"""The verbs runs, run, compare, stop and delete-run."""

import argparse
import sys
from typing import Any, Literal

from reranker_ui.commands import Verbs, confirmed
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.runs.comparison import comparison
from reranker_ui.services.runs.details import archive_runs, edit_run
from reranker_ui.services.runs.listing import contract_of
from reranker_ui.services.runs.outcomes import outcome
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle, several

Shape = dict[str, Any]
RUN_HELP = "number or name of the run"
ORDERS = {
    "newest": lambda run: -run["id"],
    "name": lambda run: run["name"].casefold(),
    "ndcg": lambda run: -_ndcg(run),
    "time": lambda run: run["seconds"] or 0.0,
}


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    listing = verbs.add_parser("runs", help="list the runs")
    listing.add_argument("--dataset", metavar="NAME", help="runs of this dataset only")
    listing.add_argument("--status", metavar="STATUS", help="finished, failed, running, ...")
    listing.add_argument("--archived", action="store_true", help="archived runs too")
    listing.add_argument("--sort", choices=list(ORDERS), default="newest", help="best first")
    listing.set_defaults(run=_runs, show=_lines)
    single = verbs.add_parser("run", help="show, rename, annotate or archive a run")
    single.add_argument("run_named", metavar="RUN", help=RUN_HELP)
    single.add_argument("--name", metavar="NAME", help="rename it")
    single.add_argument("--note", metavar="TEXT", help="write its note; empty removes it")
    shelf = single.add_mutually_exclusive_group()
    shelf.add_argument("--archive", action="store_true", help="hide it from lists and menus")
    shelf.add_argument("--unarchive", action="store_true", help="show it again")
    single.set_defaults(run=_run, show=_details)
    comparing = verbs.add_parser("compare", help="compare runs, or recipes over their seeds")
    comparing.add_argument("runs_named", metavar="RUN", nargs="+", help=RUN_HELP)
    comparing.set_defaults(run=_compare, show=comparison_table)
    stop = verbs.add_parser("stop", help="stop a run, or its whole chain, and save its model")
    stop.add_argument("run_named", metavar="RUN", help=RUN_HELP)
    stop.add_argument("--cancel", action="store_true", help="discard the model")
    stop.set_defaults(run=_stop, show=run_line)
    delete = verbs.add_parser("delete-run", help="delete runs with all their files")
    delete.add_argument("runs_named", metavar="RUN", nargs="+", help=RUN_HELP)
    delete.add_argument("--yes", action="store_true", help="do not ask")
    delete.set_defaults(run=_delete, show=_deleted)


def code_of(*runs: lifecycle.Run) -> int:
    """The exit code of a verb that started `runs`: 1 where one did not succeed, with its reason."""
    failed = [run for run in runs if run["status"] in ("failed", "lost", "cancelled")]
    for run in failed:
        print(f"{run['name']}: {run['sentence']}", file=sys.stderr)
    return 1 if failed else 0


def run_line(run: Shape) -> str:
    """A run in one line."""
    scores = "  ".join(
        f"{ranker} {metrics['ndcg@10']:.3f}"
        for ranker, metrics in run["metrics"].items()
        if metrics and metrics.get("ndcg@10") is not None
    )
    damage = f"  {run['damage']}" if run["damage"] else ""
    row = f"{run['id']:>4}  {run['name']:<12} {run['status']:<10} {scores or '-'}  {run['folder']}"
    return row + damage


def _runs(arguments: argparse.Namespace) -> tuple[list[Shape], int]:
    rows = [
        run
        for run in lifecycle.list_runs(open_workspace(), LOCAL)
        if (arguments.archived or not run["archived"])
        and arguments.dataset in (None, run["dataset"])
        and arguments.status in (None, run["status"])
    ]
    return [contract_of(run) for run in sorted(rows, key=ORDERS[arguments.sort])], 0


def _ndcg(run: lifecycle.Run) -> float:
    metrics = run["metrics"].get("combined") or run["metrics"].get("tuned") or {}
    return float(metrics.get("ndcg@10") or 0.0)


def _lines(rows: list[Shape]) -> str:
    none = "No runs yet. Start one: python -m reranker_ui train --dataset NAME"
    return "\n".join(map(run_line, rows)) or none


def _run(arguments: argparse.Namespace) -> tuple[Shape, int]:
    workspace = open_workspace()
    run = edit_run(workspace, LOCAL, arguments.run_named, arguments.name, arguments.note)
    if arguments.archive or arguments.unarchive:
        (run,) = archive_runs(workspace, LOCAL, [run["id"]], arguments.archive)
    more = ["note", "archived", "chain", "dataset", "base", "parent", "sentence", "verdict"]
    fields: Shape = {**run}
    if verdict := outcome(workspace, LOCAL, run["id"])["verdict"]:
        fields["verdict"] = f"{verdict['sentence']} {verdict['numbers']}"
    return contract_of(run) | {name: fields[name] for name in [*more, "place"]}, 0


def _details(run: Shape) -> str:
    texts = [run_line(run), run["sentence"], run["verdict"], run["note"]]
    return "\n".join(text for text in texts if text) + ("\nArchived" if run["archived"] else "")


def _compare(arguments: argparse.Namespace) -> tuple[Shape, int]:
    return {**comparison(open_workspace(), LOCAL, arguments.runs_named)}, 0


def comparison_table(table: Shape) -> str:
    """A comparison as a table."""
    heads = [run["name"] for run in table["runs"]]
    rows = [["", *heads]]
    for row in table["metrics"]:
        rows.append([row["metric"], *map(_value, row["values"])])
        if any(gains := ["", *map(_gain, row["values"][1:])]):
            rows.append(["  gain", *gains])
    rows += [[row["field"], *row["values"]] for row in table["recipe"]]
    for query in table["changed"] or []:
        rows.append([query["query"][:40], *(f"{value:.3f}" for value in query["values"])])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
             for row in rows]  # fmt: skip
    return "\n".join([text.rstrip() for text in lines] + [table["notice"]])


def _value(value: dict[str, Any]) -> str:
    if value["value"] is None:
        return "-"
    interval = "" if value["low"] is None else f" ({value['low']:.3f} to {value['high']:.3f})"
    return f"{value['value']:.3f}{interval}"


def _gain(value: dict[str, Any]) -> str:
    """The gain over the first column; "" where it is unknown."""
    if value["gain"] is None:
        return ""
    low, high = value["gain_low"], value["gain_high"]
    interval = "" if low is None else f" ({low:+.3f} to {high:+.3f})"
    return f"{value['gain']:+.3f}{interval}"


def _stop(arguments: argparse.Namespace) -> tuple[Shape, int]:
    how: Literal["keep", "cancel"] = "cancel" if arguments.cancel else "keep"
    return contract_of(several.stop_all(open_workspace(), LOCAL, arguments.run_named, how)), 0


def _delete(arguments: argparse.Namespace) -> tuple[Shape | list[Shape], int]:
    workspace = open_workspace()
    rows = [lifecycle.find_run(workspace, LOCAL, name) for name in arguments.runs_named]
    # Scripts of 0.1 delete without --yes.
    if not arguments.yes and sys.stdin.isatty():
        names = ", ".join(row["name"] for row in rows)
        if not confirmed(f"Delete {names} with all files? It cannot be undone."):
            raise Refused("Nothing was deleted.")
    several.delete_runs(workspace, LOCAL, [row["id"] for row in rows])
    shapes = [contract_of(row) for row in rows]
    return shapes[0] if len(shapes) == 1 else shapes, 0


def _deleted(deleted: Shape | list[Shape]) -> str:
    rows = deleted if isinstance(deleted, list) else [deleted]
    return "\n".join(f"Deleted {row['name']}." for row in rows)
