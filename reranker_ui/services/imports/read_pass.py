"""The second pass over a file: every record becomes staged pairs or is skipped with a reason."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from reranker_ui.core.formats.clean import clean
from reranker_ui.core.formats.labels.label_cells import with_plain_labels
from reranker_ui.core.formats.mojibake import Mojibake
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.plan import Plan
from reranker_ui.core.formats.structure.further import further_of, plain_cells
from reranker_ui.core.values.labels import GRADES, LabelReader
from reranker_ui.core.values.pairs import REASONS, Judged, LeftOut, Pair, Report
from reranker_ui.core.values.refused import Refused, excerpt
from reranker_ui.services.imports.stage import Stage


class Staging:
    """Puts the pairs of a file on a stage. Afterwards `mojibake` has what it found."""

    def __init__(self, plan: Plan, reader: LabelReader, options: ReadOptions, stage: Stage) -> None:
        self.plan, self.reader, self.options, self.stage = plan, reader, options, stage
        self.report, self.mojibake = Report(), Mojibake(options.repair)

    def run(self, on_progress: Callable[[], None]) -> Report:
        """Read every record and call `on_progress` for each. Returns the counts."""
        report, limit = self.report, self.options.limits.rows
        file = self.plan.source
        for line, value in self.plan.records():
            if self.plan.source != file:  # what is left out is sorted by line within a file
                file = self.plan.source
                self.stage.flush()
            report.records += 1
            if report.records > limit:
                raise Refused(
                    f"Line {line}: there are more than {limit:,} records, which is the limit."
                    " Import them in parts, or raise the limit (RERANKER_UI_MAX_ROWS)."
                )
            on_progress()
            left = self._record(line, value)
            if left is not None:
                setattr(report, left.reason, getattr(report, left.reason) + 1)
        self.stage.finish(report, self.reader.scale or GRADES)
        self.stage.close()
        return report

    def _record(self, line: int, value: Any) -> LeftOut | None:
        """Stage the pairs of a record; the reason why it has none, if so."""
        lefts: list[LeftOut] = []
        stored = 0
        for judged in judged_of(self.plan, value):
            pair = judged if isinstance(judged, LeftOut) else self._cleaned(judged, line)
            if isinstance(pair, LeftOut):
                lefts.append(pair)
                row = _excerpt(judged) if isinstance(judged, Judged) else _cells(value)
                self._leave_out(line, pair, row)
            else:
                source = self.plan.source
                self.stage.add_pair(replace(pair, source=source) if source else pair, self.report)
                stored += 1
        if stored:
            return None
        if not lefts:
            lefts = [LeftOut("blank", "the record has no passage")]
            self._leave_out(line, lefts[0], _cells(value))
        return min(lefts, key=lambda left: REASONS.index(left.reason))

    def _leave_out(self, line: int, left: LeftOut, row: str) -> None:
        if self.plan.source:
            left = LeftOut(left.reason, f"{self.plan.source}: {left.why}")
        self.stage.add_left_out(line, left, row)

    def _cleaned(self, judged: Judged, line: int) -> Pair | LeftOut:
        try:
            repaired = self.mojibake.see(judged, line)
            return clean(repaired, line, self.reader, self.options.limits)
        except LeftOut as left:
            return left


def judged_of(plan: Plan, value: Any) -> Iterator[Judged | LeftOut]:
    """The judged pairs of a record, and why parts of it cannot be read."""
    if isinstance(value, LeftOut):
        yield value
        return
    further = None if plan.keeps_rest else further_of(plain_cells(value, plan.beside(value)))
    try:
        for judged in plan.read(value):
            if isinstance(judged, LeftOut):
                yield judged
            else:
                pair = replace(judged, extra=further) if further and not judged.extra else judged
                yield with_plain_labels(pair)
    except LeftOut as left:
        yield left


def shown(raw: Any, limit: int = 60) -> str:
    """A cell as a person may see it: short, and text whatever it holds."""
    return "" if raw is None else excerpt(raw, limit)


def _cells(value: Any) -> str:
    return "" if isinstance(value, LeftOut) else " | ".join(shown(c, 80) for c in value.values())


def _excerpt(judged: Judged) -> str:
    cells = (judged.query, judged.passage, judged.label)
    return " | ".join(shown(cell, 100) for cell in cells)
