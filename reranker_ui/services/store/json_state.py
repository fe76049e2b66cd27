"""JSON files by which one process tells another: there whole, or not at all."""

import json
from pathlib import Path
from typing import Any


def save(path: Path, value: Any) -> None:
    """Write JSON aside and move it into place."""
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(value))
    aside.replace(path)


def load(path: Path) -> Any:
    """The JSON in a file, None where there is none."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
