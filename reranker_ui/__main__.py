"""`python -m reranker_ui VERB`: the command line, with the functions of the page.

With `--json` standard output is exactly one JSON value.
Exit codes: 0 done, 1 refused or partly done, with a sentence on standard error, 2 wrong usage,
141 standard output was closed early, as by `head`.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from reranker_ui.core.values.execution.signals import stop_at_once


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    try:
        from reranker_ui.commands.scale_options import joined_labels

        code = _run(parser().parse_args(joined_labels(sys.argv[1:] if argv is None else argv)))
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered would raise again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return code


def _run(arguments: argparse.Namespace) -> int:
    """Run the verb and print its answer; returns the exit code."""
    from reranker_ui.core.values.filesystems import as_refused

    run: Callable[[argparse.Namespace], tuple[Any, int]] = arguments.run
    try:
        value, code = run(arguments)
    except Exception as error:
        if (refused := as_refused(error)) is None:
            raise
        print(refused, file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(value, ensure_ascii=False, allow_nan=False))
    elif value is not None:
        print(arguments.show(value))
    return code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from reranker_ui.commands import (
        backup,
        data,
        dataset,
        deploy,
        export_model,
        quality,
        rank,
        runs,
        serve,
        sweep,
        train,
        users,
    )

    top = argparse.ArgumentParser(prog="python -m reranker_ui", description=__doc__)
    verbs = top.add_subparsers(required=True, metavar="VERB")
    groups = (
        data,
        dataset,
        quality,
        train,
        sweep,
        runs,
        export_model,
        rank,
        serve,
        users,
        backup,
        deploy,
    )
    for group in groups:
        group.add(verbs)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="one JSON value on standard output")
    return top


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        stop_at_once()
    sys.exit(main())
