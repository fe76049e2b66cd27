"""The verb export."""

import argparse
from pathlib import Path
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.core.formats.exports import FORMATS, form_of
from reranker_ui.core.formats.hub import is_hub_id
from reranker_ui.core.values.refused import Refused


def add(verbs: Verbs) -> None:
    """Add the verb."""
    _add_export(verbs.add_parser("export", help="write a dataset's pairs to a file or the Hub"))


def _add_export(verb: argparse.ArgumentParser) -> None:
    verb.set_defaults(run=_export, show=_show_export)
    verb.add_argument("--dataset", required=True, metavar="NAME")
    verb.add_argument("--format", required=True, type=_form, metavar="F", help=", ".join(FORMATS))
    verb.add_argument(
        "--output", required=True, metavar="PATH",
        help="a file; for datasets also a folder, a .zip, or hf:ORG/NAME, private unless --public",
    )  # fmt: skip
    verb.add_argument("--public", action="store_true", help="on the Hub: readable by everyone")
    verb.add_argument(
        "--plain", action="store_true",
        help="CSV and TSV: do not escape texts that a spreadsheet would run as formulas",
    )  # fmt: skip


def _export(arguments: argparse.Namespace) -> tuple[Any, int]:
    from reranker_ui.services.datasets.export import export_dataset
    from reranker_ui.services.datasets.hub_export import export_to_hub
    from reranker_ui.services.store.access import LOCAL
    from reranker_ui.services.store.workspace import open_workspace

    workspace, name, output = open_workspace(), arguments.dataset, arguments.output
    if is_hub_id(output):
        if arguments.format != "datasets":
            raise Refused("Only --format datasets goes to the Hub. Write other formats to a file.")
        return export_to_hub(workspace, LOCAL, name, output, public=arguments.public), 0
    safe = not arguments.plain
    form = arguments.format
    return export_dataset(workspace, LOCAL, name, form, Path(output), safe_for_excel=safe), 0


def _show_export(done: dict[str, Any]) -> str:
    lines = [f"{done['pairs']:,} pairs of {done['dataset']} are in {done['path']}"]
    return "\n".join(lines + [f"  not exported: {what}" for what in done["lost"]])


def _form(name: str) -> str:
    try:
        return form_of(name)
    except Refused as refused:
        raise argparse.ArgumentTypeError(str(refused)) from None
