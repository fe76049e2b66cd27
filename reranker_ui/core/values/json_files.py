"""JSON objects in files: written whole, and read from files that may be missing or garbled."""

import json
import math
from pathlib import Path
from typing import Any


def parse_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in `text`; ValueError where it is not one.

    NaN and infinite numbers become None: browsers and strict JSON accept neither.
    """
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=lambda _name: None)
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error
    if not isinstance(value, dict):
        raise ValueError("The JSON is not an object.")
    return value


def read_object(file: Path) -> dict[str, Any] | None:
    """The JSON object in `file`; None where the file is missing or has none."""
    try:
        return parse_object(file.read_bytes())
    except (OSError, ValueError):
        return None


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def save(path: Path, value: Any) -> None:
    """Write JSON to a temporary file and move it into place; on a full disk nothing is left."""
    draft = path.with_suffix(".part")
    try:
        draft.write_text(json.dumps(value))
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
