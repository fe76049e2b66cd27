"""The verbs backup and restore: verified copies of database and runs."""

import argparse
import time
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.services.operating import backup as backups
from reranker_ui.services.operating import overview
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace

Told = dict[str, Any]
PLACE = "a folder or hf://datasets/ORG/NAME; RERANKER_UI_BACKUP or HOME/backups without it"


def add(verbs: Verbs) -> None:
    """Add the two verbs."""
    backup = verbs.add_parser("backup", help="write a verified backup of database and runs")
    backup.add_argument("--to", metavar="PLACE", help=PLACE)
    backup.set_defaults(run=_backup, show=_written)
    restore = verbs.add_parser(
        "restore", help="restore the newest backup, also into another kind of database"
    )
    restore.add_argument("--from", dest="place", metavar="PLACE", help=PLACE)
    restore.add_argument("--snapshot", metavar="NAME", help="a snapshot other than the newest")
    restore.add_argument("--list", action="store_true", help="only list the snapshots")
    restore.add_argument("--replace", action="store_true", help="overwrite current data")
    restore.set_defaults(run=_restore, show=_restored)


def _backup(arguments: argparse.Namespace) -> tuple[Told, int]:
    workspace = open_workspace()
    copies = backups.copies_of(workspace, arguments.to)
    return backups.back_up(workspace, LOCAL, copies) | {"place": copies.place.title}, 0


def _restore(arguments: argparse.Namespace) -> tuple[Any, int]:
    workspace = open_workspace()
    copies = backups.copies_of(workspace, arguments.place)
    if arguments.list:
        return copies.newest_first(), 0
    with overview.serving(workspace.home):  # no server may write meanwhile
        book = backups.restore(
            workspace, LOCAL, copies, arguments.snapshot, replace=arguments.replace
        )
    return book | {"place": copies.place.title}, 0


def _written(book: Told) -> str:
    return f"{book['name']} at {book['place']}: verified, {_what(book)}."


def _restored(told: Any) -> str:
    if isinstance(told, list):
        lines = [f"{book['name']}  {_when(book)}  {_what(book)}" for book in told]
        return "\n".join(lines) or "No snapshots there."
    return f"Restored {told['name']} of {_when(told)}: {_what(told)}."


def _what(book: Told) -> str:
    counts = book["counts"]
    told = ("datasets", "pairs", "annotations", "runs")
    return ", ".join(f"{counts[name]:,} {name}" for name in told)


def _when(book: Told) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(book["at"]))
