"""Command-line options of a scale, shared by the verbs import and dataset."""

import argparse
from collections.abc import Sequence

from reranker_ui.core.values.labels import HIGHEST


def add_scale_options(verb: argparse.ArgumentParser) -> None:
    """Add --scale, --max-grade, --min-grade, --grade-names and --relevant-from."""
    verb.add_argument("--scale", choices=tuple(HIGHEST))
    verb.add_argument("--max-grade", type=float, metavar="N", help="the highest label")
    verb.add_argument("--min-grade", type=float, metavar="N", help="the lowest grade; 0 if empty")
    verb.add_argument(
        "--grade-names", type=_names, default=[], metavar="A,B,C",
        help="names of the grades, lowest first, separated by commas",
    )  # fmt: skip
    verb.add_argument(
        "--relevant-from", type=float, metavar="N",
        help="the lowest label that is relevant; any above 0, or the upper half of stars, if empty",
    )  # fmt: skip


def add_label_map(verb: argparse.ArgumentParser, described: str) -> None:
    """Add --map-label."""
    verb.add_argument(
        "--map-label", action="append", default=[], metavar="VALUE=GRADE", type=_mapped,
        help=f"{described}; repeatable",
    )  # fmt: skip


def joined_labels(argv: Sequence[str]) -> list[str]:
    """The arguments with `--map-label -2=0` joined, which argparse would read as two options."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] == "--map-label" and word.startswith("-"):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _mapped(text: str) -> tuple[str, float]:
    name, mark, grade = text.rpartition("=")
    if not mark:
        raise argparse.ArgumentTypeError(f"{text} is not VALUE=GRADE")
    return name, float(grade)
