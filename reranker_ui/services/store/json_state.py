"""JSON files by which one process tells another: there whole, or not at all."""

import json
from pathlib import Path
from typing import Any

from reranker_ui.core.values.json_files import read_object


def save(path: Path, value: Any) -> None:
    """Write JSON aside and move it into place; on a full disk nothing is left of it."""
    aside = path.with_suffix(".part")
    try:
        aside.write_text(json.dumps(value))
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def load(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None where there is none, or the file is damaged."""
    return read_object(path)
