"""The options of verbs that start a run: executor, GPUs, processes."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace

from reranker_ui.commands import confirmed
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.runs.executors import placement, price_of
from reranker_ui.services.store.workspace import Workspace


def add_placement(verb: argparse.ArgumentParser) -> None:
    """Add `--executor`, and either of `--gpus` and `--processes`."""
    verb.add_argument(
        "--executor",
        metavar="NAME",
        help="local, slurm, ray or hf-jobs; default: the first of RERANKER_UI_EXECUTORS",
    )
    verb.add_argument("--yes", action="store_true", help="agree to the price of a paid job")
    several = verb.add_mutually_exclusive_group()
    several.add_argument(
        "--gpus",
        type=int,
        metavar="N",
        help="train on N GPUs of one machine, or of several nodes on Ray",
    )
    several.add_argument("--processes", type=int, metavar="N", help="train in N CPU processes")


def chosen_placement(workspace: Workspace, arguments: argparse.Namespace) -> Placement:
    """The placement that the options ask for, by the settings where they do not."""
    return placement(workspace, arguments.executor, arguments.processes, arguments.gpus)


def agreed_placement(
    workspace: Workspace,
    placed: Placement,
    yes: bool,
    check: Callable[[], object],
    jobs: int = 1,
) -> Placement:
    """The placement with the price that the user agrees to, by `yes` or when asked.

    `check` refuses what would not start, before the price of a paid job is shown.
    Refused without an agreement.
    """
    if (price := price_of(workspace, placed)) is None:
        return placed
    check()
    text = f"Hugging Face Jobs, {price.hardware}: {price.text_of(jobs)}."
    print(text, file=sys.stderr)
    if not yes:
        if not sys.stdin.isatty():
            raise Refused(
                "Nothing was started: without a terminal, add --yes to agree to the price."
            )
        if not confirmed("Start?"):
            raise Refused("Nothing was started.")
    return replace(placed, agreed=price.hourly)
