"""The command line: the same verbs as the page, one file a group of verbs.

Each file has `add(verbs)`. A verb sets `run(arguments) -> (JSON value, exit code)` and
`show(value) -> str` for people.
"""

import argparse
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
