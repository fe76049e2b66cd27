"""The options of verbs that start a run: executor, GPUs, processes."""

import argparse

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.services.runs.executors import placement
from reranker_ui.services.store.workspace import Workspace


def add_placement(verb: argparse.ArgumentParser) -> None:
    """Add `--executor`, and either of `--gpus` and `--processes`."""
    verb.add_argument(
        "--executor", metavar="NAME", help="local or slurm; the first of RERANKER_UI_EXECUTORS"
    )
    several = verb.add_mutually_exclusive_group()
    several.add_argument("--gpus", type=int, metavar="N", help="train on N GPUs of one machine")
    several.add_argument("--processes", type=int, metavar="N", help="train in N CPU processes")


def chosen_placement(workspace: Workspace, arguments: argparse.Namespace) -> Placement:
    """The placement that the options ask for, by the settings where they do not."""
    return placement(workspace, arguments.executor, arguments.processes, arguments.gpus)
