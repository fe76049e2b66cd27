"""The verbs backup and restore: verified copies of database and runs."""

import argparse
import sys
import time
from dataclasses import asdict
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.services.operating import backup as backups
from reranker_ui.services.operating import restore
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.faults import DamagedDatabase
from reranker_ui.services.store.serving import not_serving
from reranker_ui.services.store.workspace import Workspace, open_workspace, workspace_to_restore

Payload = dict[str, Any]
PLACE = "a folder or hf://datasets/ORG/NAME; RERANKER_UI_BACKUP or HOME/backups without it"


def add(verbs: Verbs) -> None:
    """Add the two verbs."""
    backup = verbs.add_parser("backup", help="write a verified backup of database and runs")
    backup.add_argument("--to", metavar="PLACE", help=PLACE)
    backup.set_defaults(run=_backup, show=_written)
    verb = verbs.add_parser(
        "restore", help="restore the newest backup, also into another kind of database"
    )
    verb.add_argument("--from", dest="place", metavar="PLACE", help=PLACE)
    verb.add_argument("--snapshot", metavar="NAME", help="a snapshot other than the newest")
    verb.add_argument("--list", action="store_true", help="only list the snapshots")
    verb.add_argument("--replace", action="store_true", help="overwrite the current database")
    verb.add_argument(
        "--runs", action="store_true",
        help="only restore run folders that are missing or damaged; the database is kept",
    )  # fmt: skip
    verb.set_defaults(run=_restore, show=_restored)


def _backup(arguments: argparse.Namespace) -> tuple[Payload, int]:
    workspace = open_workspace()
    copies = backups.copies_of(workspace, arguments.to)
    return backups.back_up(workspace, LOCAL, copies) | {"place": copies.place.title}, 0


def _restore(arguments: argparse.Namespace) -> tuple[Any, int]:
    workspace = _opened()
    copies = backups.copies_of(workspace, arguments.place)
    if arguments.list:
        return copies.newest_first(), 0
    if arguments.runs:
        done = asdict(restore.restore_runs(workspace, LOCAL, copies, arguments.snapshot))
    else:
        with not_serving(workspace.settings):  # no labels can be saved meanwhile
            done = restore.restore(
                workspace, LOCAL, copies, arguments.snapshot, replace=arguments.replace
            )
    for number, name in done["older"].items():
        print(f"Run {number} came from an older copy, {name}.", file=sys.stderr)
    for number, reason in done["left_out"].items():
        print(f"Run {number} was not restored. {reason}", file=sys.stderr)
    return done | {"place": copies.place.title}, 1 if done["left_out"] else 0


def _opened() -> Workspace:
    try:
        return open_workspace()
    except DamagedDatabase:  # a restore replaces it
        return workspace_to_restore()


def _written(manifest: Payload) -> str:
    return f"{manifest['name']} at {manifest['place']}: verified, {_what(manifest)}."


def _restored(result: Any) -> str:
    if isinstance(result, list):
        lines = [f"{manifest['name']}  {_when(manifest)}  {_what(manifest)}" for manifest in result]
        return "\n".join(lines) or "No snapshots there."
    if "name" not in result:
        return f"Restored from {result['place']}: {', '.join(result['restored']) or 'no run'}."
    return f"Restored {result['name']} of {_when(result)}: {_what(result)}."


def _what(manifest: Payload) -> str:
    counts = manifest["counts"]
    names = ("datasets", "pairs", "annotations", "runs")
    return ", ".join(f"{counts[name]:,} {name}" for name in names)


def _when(manifest: Payload) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(manifest["at"]))
