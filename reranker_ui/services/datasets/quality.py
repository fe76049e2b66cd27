"""The quality report of a dataset: computed on demand in a child process, then saved.

A report belongs to a dataset and a base model. It lies in the cache with the ids of the pairs
behind each finding, so that a page of them is as quick as any other.
"""

from typing import Any, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.evaluation.quality.redaction import without_labels
from reranker_ui.core.evaluation.quality.report import QualityReport
from reranker_ui.core.values.json_files import read_object
from reranker_ui.services.datasets import quality_job
from reranker_ui.services.datasets.findings import keep_report, report_folder
from reranker_ui.services.datasets.undo import UNDOABLE
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.runs.allowed_models import check_base
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import journal, pairs
from reranker_ui.services.store.jobs import start_on
from reranker_ui.services.store.workspace import Workspace

_CHANGES = {"import", "annotate", "undo annotate", "decide", "undo decide", "add pair", "undo",
            *UNDOABLE}  # fmt: skip


class CheckProgress(TypedDict, total=False):
    """What a check does now, and which part of it is done, 0 to 1."""

    phase: str
    part: float


class Quality(TypedDict):
    """The newest report on a dataset as `base` reads it, and the check that runs.

    `stale`: pairs or labels changed since; `failed`: why the last check failed, as a sentence;
    `hidden`: whether the report is without labels, as some are hidden from the user.
    """

    base: str
    report: QualityReport | None
    stale: bool
    checking: CheckProgress | None
    failed: str | None
    hidden: bool


def quality(
    workspace: Workspace, user: User, dataset_name: str, base: str | None = None
) -> Quality:
    """The quality of a dataset; base: None for the default one."""
    require(user, "viewer")
    base = base or workspace.settings.default_base
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        hidden = not visibility_of(dataset, user).everything
        folder = report_folder(workspace, dataset, base)
        state = quality_job.job_in(folder).state()  # first: it may end meanwhile
        report: Any = read_object(folder / "result.json")
        stale = bool(report) and _changed(connection, dataset.id, report.get("version", 0))
    return {
        "base": base,
        "report": without_labels(report) if report and hidden else report,
        "hidden": hidden,
        "stale": stale,
        "checking": cast(CheckProgress, state.progress) if state.name == "running" else None,
        "failed": state.refused,
    }


def check(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    base: str | None = None,
    max_length: int | None = None,
    meaning: bool = False,
) -> Quality:
    """Start to check a dataset, unless the same check runs; returns what `quality` does.

    meaning: also compare the meanings of queries, which takes longer.
    One that started before the pairs or labels changed, or cuts elsewhere, is started again.
    """
    require(user, "admin")
    base = check_base(workspace, user, base or workspace.settings.default_base)
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        job = quality_job.job_in(report_folder(workspace, dataset, base))
        version = connection.scalar(select(sa.func.max(journal.c.id))) or 0
        request = {"dataset": dataset_name, "base": base, "max_length": max_length,
                   "meaning": meaning}  # fmt: skip
        last = job.request()
        same = request.items() <= last.items() and not _changed(
            connection, dataset.id, last["version"]
        )
    if not same:
        job.kill()
    start_on(
        workspace, job, "reranker_ui.services.datasets.quality_job", request | {"version": version}
    )
    return quality(workspace, user, dataset_name, base)


def stop_check(
    workspace: Workspace, user: User, dataset_name: str, base: str | None = None
) -> None:
    """Stop a check that runs; the report before it stays."""
    require(user, "admin")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    folder = report_folder(workspace, dataset, base or workspace.settings.default_base)
    quality_job.job_in(folder).remove()


def check_now(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    base: str | None = None,
    max_length: int | None = None,
    meaning: bool = False,
) -> QualityReport:
    """Check a dataset in this process; returns the report, which the page then shows too."""
    require(user, "viewer")
    base = check_base(workspace, user, base or workspace.settings.default_base)
    report, rows = quality_job.assess(
        workspace, dataset_name, base, max_length, lambda _phase, _part: None, meaning
    )
    with workspace.reading() as connection:
        folder = report_folder(workspace, find_dataset(connection, dataset_name), base)
    folder.mkdir(parents=True, exist_ok=True)
    keep_report(folder, report, rows)
    return report


def _changed(connection: sa.Connection, dataset_id: int, version: int) -> bool:
    """Whether the journal has a change of the dataset's pairs or labels since `version`."""
    later = connection.execute(
        select(journal.c.what, journal.c.subject)
        .where(journal.c.id > version, journal.c.what.in_(_CHANGES))
        .order_by(journal.c.id)
        .limit(2_000)
    ).all()
    subjects = {row.subject for row in later}
    ids = [int(name[5:]) for name in subjects if name.startswith("pair:")]
    changed_pairs = (
        select(pairs.c.id).where(pairs.c.id.in_(ids), pairs.c.dataset_id == dataset_id).limit(1)
    )
    return (
        f"dataset:{dataset_id}" in subjects
        or any(name.startswith("edit:") for name in subjects)
        or bool(connection.scalar(changed_pairs))
    )
