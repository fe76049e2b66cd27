"""The verb export-model."""

import argparse
from pathlib import Path
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.core.values.machine import bytes_in_words
from reranker_ui.services.runs.export_model import export_model
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("export-model", help="write a run's model to a folder")
    verb.add_argument("run_named", metavar="RUN", help="number or name of the run")
    verb.add_argument("--to", metavar="FOLDER", type=Path, required=True, help="a new folder")
    verb.add_argument(
        "--trim-vocabulary",
        action="store_true",
        help="leave out tokens that the run's texts never use; scores are compared first",
    )
    verb.set_defaults(run=_export, show=_exported)


def _export(arguments: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run, target, trim = arguments.run_named, arguments.to, arguments.trim_vocabulary
    return export_model(open_workspace(), LOCAL, run, target, trim), 0


def _exported(exported: dict[str, Any]) -> str:
    line = f"Wrote {exported['folder']}, {bytes_in_words(exported['bytes'])}."
    if "tokens" not in exported:
        return line
    cosines = ""
    if "encoder_difference" in exported:
        cosines = f", cosines by {exported['encoder_difference']:.1e}"
    return (
        f"{line} {exported['tokens']:,} of {exported['of']:,} tokens are kept. On the run's texts "
        f"logits differ by {exported['difference']:.1e} at most{cosines}. A text with other words "
        "can get another score."
    )
