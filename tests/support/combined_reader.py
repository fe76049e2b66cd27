"""The reader that comes with a model, as its user runs it."""

import runpy
from pathlib import Path
from typing import Any


def reader_in(folder: Path) -> Any:
    """The CombinedReranker of the model in `folder`, by the reader beside it.

    Run, not imported: an import writes bytecode into the folder.
    """
    return runpy.run_path(str(folder / "combined_reader.py"))["CombinedReranker"](folder)
