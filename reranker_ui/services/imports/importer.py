"""Importing files at once, as the command line and the first start do."""

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import select

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.file_reading import StoredReport
from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.formats.writing import safe_cell
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_state import (
    end_reading,
    left_out,
    start_reading,
    wait_for_reading,
)
from reranker_ui.services.imports.storing import store_reading
from reranker_ui.services.imports.sweep import command_at_work
from reranker_ui.services.imports.target import Into, check_new, find_target, on_scale_of
from reranker_ui.services.labels.dataset_details import check_name
from reranker_ui.services.labels.guidelines import edit_guidelines
from reranker_ui.services.labels.index_job import finish_index
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import imports, journal
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import ASSETS

STARTER = "starter"  # the name of the bundled sample


def import_file(
    workspace: Workspace,
    user: User,
    path: Path,
    dataset_name: str,
    options: ReadOptions | None = None,
    rejects: Path | None = None,
    *,
    more: Sequence[Path] = (),
    into: Into | None = None,
    split: str | None = None,
    shown: Sequence[str] | None = None,
) -> StoredReport:
    """Read a file and store its pairs; `into`, `split` and `shown` as in `store_reading`.

    rejects: where a CSV of every record left out goes. more: files read with it as one.
    """
    require(user, "admin")
    check_name(dataset_name)
    if rejects is not None and not rejects.expanduser().resolve().parent.is_dir():
        raise Refused(f"There is no folder for {rejects}.")
    with workspace.reading() as connection:
        find_target(connection, dataset_name, into)
    options = on_scale_of(workspace, dataset_name, options)
    token = start_reading(workspace, user, path, options, more=more)
    source = ", ".join(file.name for file in (path, *more))[:200]
    store = partial(store_reading, into=into, split=split, source=source, shown=shown)
    with command_at_work(workspace, token):
        return _imported(workspace, user, token, dataset_name, rejects, store)


def _imported(
    workspace: Workspace, user: User, token: str, dataset_name: str, rejects: Path | None,
    store: "partial[StoredReport]",
) -> StoredReport:  # fmt: skip
    try:
        try:
            result = wait_for_reading(workspace, user, token)
        finally:
            if rejects is not None:
                write_left_out(workspace, user, token, rejects.expanduser())
        refuse_unread(result["unread"], store.keywords["source"])
        report = store(workspace, user, token, dataset_name, result=result)
        finish_index(workspace, dataset_name)
        return report
    finally:
        end_reading(workspace, user, token)


def write_left_out(workspace: Workspace, user: User, token: str, path: Path) -> None:
    """Write every record left out, and every repeat, as a CSV that is safe for spreadsheets."""
    require(user, "admin")
    draft = path.with_name(f".part-{path.name}")
    try:
        _write_left_out(workspace, user, token, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write_left_out(workspace: Workspace, user: User, token: str, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("line", "reason", "cause", "row"))
        after = 0
        while rows := left_out(workspace, user, token, after=after, limit=2000):
            for row in rows:
                cells = (str(row["line"]), row["reason"], row["why"], row["row"])
                writer.writerow([safe_cell(cell) for cell in cells])
            after = rows[-1]["id"]


def load_starter(workspace: Workspace, user: User) -> bool:
    """Import the bundled sample as "starter" into a home that never had a dataset."""
    require(user, "admin")
    earlier = select(journal.c.id).where(journal.c.what == "import")
    with workspace.reading() as connection:
        runs = connection.scalar(select(imports.c.id).limit(1))
        if runs is not None or connection.scalar(earlier.limit(1)) is not None:
            return False
    mark = workspace.cache / "starter-was-loaded"
    if mark.exists() or _sample() is None:
        return False
    mark.touch()
    load_sample(workspace, user)
    return True


def load_sample(workspace: Workspace, user: User) -> StoredReport:
    """Import the bundled sample as the new dataset "starter"; returns the report."""
    require(user, "admin")
    with workspace.reading() as connection:
        check_new(connection, STARTER)
    sample = _sample()
    if sample is None:
        raise Refused("This installation has no sample. Import a file of your own.")
    report = import_file(workspace, user, sample, STARTER, into="new")
    edit_guidelines(workspace, user, STARTER, sample.with_name("guidelines.md").read_text())
    return report


def _sample() -> Path | None:
    return next(iter(sorted((ASSETS / "sample").glob("*.csv"))), None)
