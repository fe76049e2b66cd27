"""The scale that our own exports state, so that it comes back where labels do not show it."""

import json
from collections.abc import Mapping
from typing import Any

from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused

LABEL_SCALE = "label_scale"  # the scale as JSON: in a table's first row, in each record of a tool
_INVALID = (AttributeError, KeyError, TypeError, ValueError, OverflowError, Refused)


def scale_cell(scale: Scale) -> dict[str, str]:
    """The scale as a column and its cell; none for labels 0 and 1, which need no statement."""
    if scale == Scale("binary"):
        return {}
    return {LABEL_SCALE: json.dumps(scale.as_json(), ensure_ascii=False)}


def scale_in(record: Mapping[Any, Any]) -> Scale | None:
    """The scale that a record states, itself or in its data or metadata; None without a valid one.

    Other programs may have changed it, so that anything may be in its place.
    """
    for place in (record, record.get("data"), record.get("metadata")):
        cell = place.get(LABEL_SCALE) if place and isinstance(place, Mapping) else None
        if not isinstance(cell, str) or not cell:
            continue
        try:
            return Scale.from_json(json.loads(cell)).checked()
        except _INVALID:
            continue
    return None
