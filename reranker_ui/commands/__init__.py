"""The command line: one file per group of verbs.

Each file has `add(verbs)`. A verb sets `run(arguments) -> (JSON value, exit code)` and
`show(value) -> str` for people.
"""

import argparse
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
