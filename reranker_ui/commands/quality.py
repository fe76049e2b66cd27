"""The verb quality."""

import argparse
import sys
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.core.values.labels import Scale

_MARKS = {"blocks": "!!", "look": " !", "note": "  "}


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("quality", help="check a dataset: leakage, duplicates, labels, tokens")
    verb.add_argument("--dataset", required=True, metavar="NAME")
    verb.add_argument("--base", metavar="MODEL", help="base model whose tokenizer reads the texts")
    verb.add_argument("--max-length", type=int, metavar="N", help="max length of a run, in tokens")
    verb.add_argument(
        "--meaning",
        action="store_true",
        help="also look for dev and test queries that mean the same as one of train",
    )
    verb.set_defaults(run=_quality, show=_lines)


def _quality(arguments: argparse.Namespace) -> tuple[Any, int]:
    from reranker_ui.services.datasets.quality import check_now
    from reranker_ui.services.store.access import LOCAL
    from reranker_ui.services.store.workspace import open_workspace

    report = check_now(
        open_workspace(), LOCAL, arguments.dataset, arguments.base, arguments.max_length,
        arguments.meaning,
    )  # fmt: skip
    if report["notice"]:
        print(report["notice"], file=sys.stderr)
    return report, 0


def _lines(report: dict[str, Any]) -> str:
    balance, name = report["balance"], report["dataset"]
    scale = Scale.from_json(report["scale"])
    labels = ", ".join(f"{n:,} x {scale.word_of(label)}" for label, n in balance["labels"])
    median = balance["median_per_query"]
    lines = [f"{name}: {report['pairs']:,} pairs, {median:g} per query, labels {labels}"]
    lines += [
        f"  {split}: {n['queries']:,} queries, {n['pairs']:,} pairs, {n['positives']:,} positive"
        for split, n in balance["splits"].items()
    ]
    lines += _read(report)
    for finding in report["findings"]:
        lines += [f"{_MARKS[finding['severity']]} {finding['fact']}", f"     {finding['mend']}"]
    return "\n".join([*lines, *(f"ok Passed: {check}" for check in report["clean"])])


def _read(report: dict[str, Any]) -> list[str]:
    coverage, lengths = report["coverage"], report["lengths"]
    if not coverage:
        return []
    return [
        f"  {report['base']}: {100 * coverage['unknown']:.1f}% [UNK],"
        f" {coverage['tokens_per_character']:.2f} tokens per character,"
        f" {lengths['median']:g} tokens per pair, {100 * lengths['cut']:.1f}% of pairs cut at"
        f" {lengths['max_length']}"
    ]
