"""Reads one file: `python -m reranker_ui.services.imports.read_job FOLDER`.

At the end the folder has stage.db beside the result. A file that exhausts memory or never ends only
ends this process.
"""

import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from reranker_ui.core.formats.binary.archive import unpacked
from reranker_ui.core.formats.delimited import NAMES
from reranker_ui.core.formats.hub import download, is_hub_id
from reranker_ui.core.formats.labels.label_reading import (
    LabelNames,
    are_names,
    label_notes,
    reader_for,
    scale_facts,
    scale_notes,
)
from reranker_ui.core.formats.mojibake import Mojibake
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.plan import NotMapped, Plan, make_plan
from reranker_ui.core.formats.structure.file_reading import PreviewRow, Reading, ReadingPlan
from reranker_ui.core.formats.structure.several import plan_of_files
from reranker_ui.core.formats.structure.unread import UnreadColumns
from reranker_ui.core.values.job_folder import JobFolder, run_job
from reranker_ui.core.values.json_files import save
from reranker_ui.core.values.pairs import ImportReport, Judged, LeftOut, Report
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_pass import Staging, judged_of, shown
from reranker_ui.services.imports.scratch.disk_texts import DiskTexts
from reranker_ui.services.imports.stage import Stage

_PREVIEW = 8
_CLASSES = 50


def read_requested(job: JobFolder, _private: Any) -> Reading | None:
    """Read as the request says: path, options, memory."""
    request = job.request()
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
    try:
        options = ReadOptions.from_json(request["options"])
        more = [Path(path) for path in request.get("more", [])]
        return read(job.path, Path(request["path"]), options, more)
    except NotMapped as refused:
        job.fail(str(refused), columns=refused.names[:256])
        return None
    except MemoryError:
        raise Refused("The file needs more memory than reading a file may take.") from None
    except RecursionError:
        raise Refused("The file is nested too deep to hold records.") from None


def read(folder: Path, path: Path, options: ReadOptions, more: Sequence[Path] = ()) -> Reading:
    """Look at the file, decide how it is read, and stage its pairs.

    more: files that are read in the same way and staged with it.
    """
    progress = _Progress(folder, [path, *more])
    if is_hub_id(str(path)):
        progress.begin("bringing")
        path = download(str(path), folder, options.limits, progress.tick)
    texts, plans = _disk_texts(folder), []
    for at, each in enumerate((path, *more)):
        inner, bounded = unpacked(each, folder / f"unpacked-{at}", options, progress.tick)
        plans.append((each.name, make_plan(inner, bounded, progress.tick, texts)))
    plan = plan_of_files(plans)
    progress.begin("looking")
    unread = UnreadColumns(plan, options.ignore)
    names = LabelNames(plan)
    labels, preview = _survey(plan, options, progress, unread, names)
    plan.notes += unread.notes()
    reader = reader_for(labels, options, plan.family, names)
    result: Reading = {
        "plan": _describe(plan),
        "labels": [(shown(raw), n) for raw, n in labels.most_common(_CLASSES)],
        "preview": preview,
        "notes": plan.notes + plan.container.notes,
        "unread": [column.as_json() for column in unread.unread()],
        "further": unread.further(),
        "sources": [each.name for each in (path, *more)] if more else [],
    }
    if are_names(reader, labels, mapped=bool(options.map_label)):
        return {**result, "asks": "labels"}
    assert reader.scale is not None
    scale = scale_facts(reader, labels)
    plan.notes += scale_notes(reader.scale, scale["histogram"], chosen=bool(options.scale))
    plan.notes += label_notes(reader, labels)
    progress.begin("reading")
    staging = Staging(plan, reader, options, Stage(folder / "stage.db"))
    report = staging.run(progress.record)
    if not report.kept + report.unlabelled:
        raise Refused(_no_pairs_sentence(report, path.name))
    notes = plan.notes + plan.container.notes + _notes(report)
    return {
        **result, **scale, "report": cast(ImportReport, asdict(report)), "notes": notes,
        "mojibake": staging.mojibake.report(),
    }  # fmt: skip


def _survey(
    plan: Plan, options: ReadOptions, progress: "_Progress", unread: UnreadColumns,
    names: LabelNames,
) -> tuple[Counter[Any], list[PreviewRow]]:  # fmt: skip
    """Every raw label with its count, and the first judged pairs."""
    mojibake = Mojibake(options.repair)
    labels: Counter[Any] = Counter()
    preview: list[PreviewRow] = []
    for line, value in plan.records():
        progress.record()
        if len(preview) < _PREVIEW:
            judged = [pair for pair in judged_of(plan, value) if isinstance(pair, Judged)]
            preview += [
                _row(line, mojibake.see(pair, line)) for pair in judged[: _PREVIEW - len(preview)]
            ]
        if not isinstance(value, LeftOut):
            labels.update(_raw_labels(plan, value))
            unread.see(value)
            names.see(value)
        if len(labels) > 100_000:
            labels = Counter(dict(labels.most_common(50_000)))
    return labels, preview


def _raw_labels(plan: Plan, value: Any) -> list[Any]:
    """The labels of a record, by the short way where one column holds them all."""
    if plan.one_label and _is_plain(raw := value.get(plan.label)):
        raws = [raw]
    else:
        pairs = [pair for pair in judged_of(plan, value) if isinstance(pair, Judged)]
        raws = [raw for pair in pairs for raw in (pair.label, *(raw for _, raw in pair.votes))]
    return [_hashable(raw) for raw in raws if not _empty(raw)]


def _is_plain(raw: Any) -> bool:
    if isinstance(raw, str):
        return not raw.lstrip().startswith(("[", "{", "```"))
    return isinstance(raw, int | float | None)


def _disk_texts(folder: Path) -> Any:
    numbers = iter(range(1000))
    return lambda: DiskTexts(folder / f"texts-{next(numbers)}.db")


def _no_pairs_sentence(report: Report, name: str) -> str:
    first = report.rejects[0] if report.rejects else None
    why = f" The first, on line {first['line']:,}: {first['reason']}." if first else ""
    return (
        f"None of the {report.records:,} records of {name} gives a pair, so nothing was imported."
        f"{why} Say which columns hold query, passage and label (--query, --passage, --label)."
    )


def _describe(plan: Plan) -> ReadingPlan:
    container, dialect = plan.container, plan.container.dialect
    delimiter = dialect.delimiter if dialect else None
    return {
        "format": plan.family,
        "container": container.kind,
        "encoding": container.encoding,
        "delimiter": delimiter and NAMES.get(delimiter, delimiter),
        "quotes": dialect.quotes if dialect else None,
        "header": dialect.header is not None if dialect else None,
        "columns": [str(name) for name in plan.names[:256]],
        "positives": [str(name) for name in plan.positives],
        "negatives": [str(name) for name in plan.negatives],
        "query": _column(plan.query),
        "passage": _column(plan.passage),
        "label": _column(plan.label),
        "split": _column(plan.split),
        "annotator": _column(plan.annotator),
    }


def _column(name: Any) -> str | None:
    return None if name is None else str(name)


def _notes(report: Report) -> list[str]:
    notes = []
    if report.kept and not report.positives:
        notes.append("No pair is positive.")
    if report.kept and report.kept == report.positives:
        notes.append("There are no negatives: every labelled pair is positive.")
    return notes


def _row(line: int, judged: Judged) -> PreviewRow:
    raw = judged.votes[0][1] if judged.votes else judged.label
    return {
        "line": line,
        "query": shown(judged.query, 300),
        "passage": shown(judged.passage, 300),
        "label": shown(raw),
        "split": shown(judged.split),
    }


def _empty(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _hashable(raw: Any) -> Any:
    return (
        raw.strip() if isinstance(raw, str) else raw if isinstance(raw, int | float) else str(raw)
    )


class _Progress:
    """Says twice a second how far the reading is."""

    def __init__(self, folder: Path, paths: Sequence[Path]) -> None:
        self.path = folder / "progress.json"
        self.total = sum(path.stat().st_size for path in paths if path.is_file())
        self.phase, self.records, self.bytes, self.saved_at = "opening", 0, 0, 0.0

    def begin(self, phase: str) -> None:
        self.phase, self.records, self.bytes = phase, 0, 0

    def record(self) -> None:
        self.records += 1
        if self.records % 500 == 0:
            self.tick(0)

    def tick(self, size: int) -> None:
        self.bytes += size
        if time.monotonic() - self.saved_at > 0.5:
            self.saved_at = time.monotonic()
            state = {"phase": self.phase, "records": self.records, "bytes": self.bytes}
            save(self.path, {**state, "total": self.total})


if __name__ == "__main__":
    sys.exit(run_job(read_requested))
