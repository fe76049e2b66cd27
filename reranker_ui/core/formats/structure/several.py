"""Several files read as one, in the order given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reranker_ui.core.formats.container import Record
from reranker_ui.core.formats.judgments import Plan
from reranker_ui.core.values.pairs import Judged, LeftOut


@dataclass
class FilesPlan(Plan):
    """The plans of several files as one plan; described by the first.

    `source` is the file of the record that `records` gave last: `read` and `beside` go by it.
    """

    plans: Sequence[tuple[str, Plan]] = field(default_factory=list)
    current: Plan | None = None

    def records(self) -> Iterator[Record]:
        """The records of every file."""
        for name, plan in self.plans:
            self.source, self.current = name, plan
            yield from plan.records()


def plan_of_files(plans: Sequence[tuple[str, Plan]]) -> Plan:
    """One plan for the plans of several files, each with the file's name."""
    name, first = plans[0]
    if len(plans) == 1:
        return first
    each = [plan for _, plan in plans]
    columns = dict.fromkeys(column for plan in each for column in plan.names)
    joined = FilesPlan(
        **{key: value for key, value in vars(first).items() if key not in ("notes", "source")},
        source=name,
        plans=plans,
    )
    joined.container = replace(first.container, notes=[])
    joined.names = list(columns)
    joined.one_label = all(plan.one_label and plan.label == first.label for plan in each)
    joined.labelled = any(plan.labelled for plan in each)
    joined.sided = any(plan.sided for plan in each)
    joined.keeps_rest = all(plan.keeps_rest for plan in each)
    joined.notes = [
        f"{file}: {note}" for file, plan in plans for note in plan.notes + plan.container.notes
    ]

    def read(value: Mapping[Any, Any]) -> Iterator[Judged | LeftOut]:
        return (joined.current or first).read(value)

    def beside(value: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
        return (joined.current or first).beside(value)

    joined.read, joined.beside = read, beside
    return joined
