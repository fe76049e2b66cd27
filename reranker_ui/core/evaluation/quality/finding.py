"""One line of the quality report."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from reranker_ui.core.evaluation.quality.table import Array, Table

Severity = Literal["blocks", "look", "note"]
Act = Literal["join sides", "decide", "choose a base"]  # what the page offers


class QualityFinding(TypedDict):
    """A finding: the fact, how to fix it, and how many pairs it affects."""

    key: str
    severity: Severity
    fact: str
    mend: str
    act: Act | None
    rows: int


@dataclass(frozen=True)
class Finding:
    """One line of the report: the fact with its number, cause and fix, and the affected pairs."""

    key: str
    severity: Severity
    fact: str
    fix: str
    rows: Array = field(repr=False)
    act: Act | None = None
    examples: tuple[Any, ...] = ()

    def as_json(self) -> QualityFinding:
        """Plain values for the report."""
        return {"key": self.key, "severity": self.severity, "fact": self.fact, "mend": self.fix,
                "act": self.act, "rows": len(self.rows)}  # fmt: skip


def finding(
    key: str, severity: Severity, n: int, rows: Array, table: Table, fact: str, fix: str,
    act: Act | None = None,
) -> Finding | None:  # fmt: skip
    """A finding about the pairs at `rows`; None where there are none (`n` is 0)."""
    return Finding(key, severity, fact, fix, table.ids[rows], act) if n else None


def count_of(n: int, singular: str, plural: str) -> str:
    """A number with its noun."""
    return f"{n:,} {singular if n == 1 else plural}"
