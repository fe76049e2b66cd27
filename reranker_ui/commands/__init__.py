"""The command line: one file per group of verbs.

Each file has `add(verbs)`. A verb sets `run(arguments) -> (JSON value, exit code)` and
`show(value) -> str` for people.
"""

import argparse
import sys
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def confirmed(question: str) -> bool:
    """Whether the user at the terminal answers a question with yes."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
