"""Storing what was read: in short transactions, unseen until the last one is through."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy import func, select

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.labels import Kind, Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.batch_writer import Writer, settle
from reranker_ui.services.imports.read_state import (
    end_reading,
    folder_of,
    reading_in,
    start_reading,
    wait_for_reading,
    write_left_out,
)  # fmt: skip
from reranker_ui.services.imports.split_assignment import assign_splits
from reranker_ui.services.imports.stage import Stage
from reranker_ui.services.imports.sweep import (
    beginning,
    command_at_work,
    lock_path,
    remove_import,
    sweep_imports,
)
from reranker_ui.services.labels.datasets import scale as scale_of_row
from reranker_ui.services.labels.effective_labels import seen
from reranker_ui.services.labels.guidelines import edit_guidelines
from reranker_ui.services.labels.index_job import fill_index
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.workspace import Workspace, record
from reranker_ui.settings import ASSETS

Said = Callable[[int], None]
STORED = 4  # bytes in the database and its journal for each byte of the stage
_BATCH = 1000  # pairs in the first transaction; later ones as many as take a moment
_LARGEST = 5000
_MOMENT = 0.15  # seconds that a label may wait for a transaction
_GAP = 0.01  # seconds between transactions, in which a label that waits for the lock goes first
_COUNTED = ("kept", "positives", "conflicts")
_NAME = re.compile(r"(?!-|\.{1,2}$)[^\s/\\:][^/\\:\x00-\x1f]{0,79}")


def import_file(
    workspace: Workspace,
    user: User,
    path: Path,
    dataset_name: str,
    options: ReadOptions | None = None,
    rejects: Path | None = None,
) -> dict[str, Any]:
    """Read a file and store its pairs in a dataset, made if there is none of that name.

    rejects: where a CSV of every record left out goes.

    Returns `{"dataset", records, pairs, kept, duplicate, unlabelled, conflicts, positives, blank,
    bad_label, unreadable, "rejects": [{"line", "reason"}], "notes", "scale", "mojibake"}`.
    """
    require(user, "admin")
    check_name(dataset_name)
    if rejects is not None and not rejects.expanduser().resolve().parent.is_dir():
        raise Refused(f"There is no folder for {rejects}.")
    token = start_reading(workspace, user, path, _for_dataset(workspace, dataset_name, options))
    with command_at_work(workspace, token):
        return _imported(workspace, user, path, token, dataset_name, rejects)


def _imported(
    workspace: Workspace, user: User, path: Path, token: str, dataset_name: str,
    rejects: Path | None,
) -> dict[str, Any]:  # fmt: skip
    try:
        try:
            result = wait_for_reading(workspace, user, token)
        finally:
            if rejects is not None:
                write_left_out(workspace, user, token, rejects.expanduser())
        refuse_unread(result["unread"], path.name)
        report = store_reading(
            workspace, user, token, dataset_name, result=result, source=path.name
        )
        fill_index(workspace, dataset_name)
        return report
    finally:
        end_reading(workspace, user, token)


def store_reading(
    workspace: Workspace, user: User, token: str, dataset_name: str, *,
    result: dict[str, Any] | None = None, source: str = "", said: Said = lambda _n: None,
) -> dict[str, Any]:  # fmt: skip
    """Store a finished reading; `said` hears how many pairs are through. Returns the report."""
    require(user, "admin")
    check_name(dataset_name)
    job = reading_in(folder_of(workspace, token))
    result = result or job.state().result or {}
    if "report" not in result:
        raise Refused(_what_is_missing(result))
    check_space(
        workspace.home, STORED * (job.path / "stage.db").stat().st_size, "storing the pairs"
    )
    stage = Stage(job.path / "stage.db")
    sweep_imports(workspace)  # pairs of a dead import would count as known, and then go with it
    with beginning(workspace):
        import_id, new = _begin(workspace, user, dataset_name, result["scale"], source)
        alive = FileLock(lock_path(workspace, import_id))
        alive.acquire()
    try:
        report = _store(workspace, user, stage, import_id, result, source, said)
    except BaseException:
        remove_import(workspace, import_id)
        raise
    finally:
        stage.close()
        alive.release()
        lock_path(workspace, import_id).unlink(missing_ok=True)
    more = {"scale": result["scale"], "new": new, "mojibake": result.get("mojibake"),
            "unread": result.get("unread", [])}  # fmt: skip
    return {"dataset": dataset_name, **report, **more}


def load_starter(workspace: Workspace, user: User) -> bool:
    """Import the bundled sample as "starter" into a home that never had a dataset."""
    require(user, "admin")
    with workspace.reading() as connection:
        if connection.scalar(select(func.count()).select_from(imports)):
            return False
    mark = workspace.cache / "starter-was-loaded"
    sample = next(iter(sorted((ASSETS / "sample").glob("*.csv"))), None)
    if mark.exists() or sample is None:
        return False
    mark.touch()
    import_file(workspace, user, sample, "starter")
    edit_guidelines(workspace, user, "starter", sample.with_name("guidelines.md").read_text())
    return True


def check_name(name: str) -> None:
    """Refused unless `name` can be a dataset's name."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise Refused(
            "A dataset needs a name of 1 to 80 characters without slashes, colons or line breaks,"
            " which does not begin with a hyphen and is more than one or two dots."
        )


def _for_dataset(workspace: Workspace, name: str, options: ReadOptions | None) -> ReadOptions:
    """The options with the scale of the dataset, where it is there and none was said."""
    options = options or ReadOptions()
    with workspace.reading() as connection:
        row = connection.execute(select(datasets).where(datasets.c.name == name)).first()
    if row is None or options.scale or row.scale == "graded":
        return options
    return replace(options, scale=row.scale, max_grade=row.max_grade)


def _what_is_missing(result: dict[str, Any]) -> str:
    if result.get("asks") == "labels":
        classes = ", ".join(f"{name} ({n:,})" for name, n in result["labels"][:8])
        return (
            f"The labels are names, not numbers: {classes}. Say what each one means, such as"
            f" --map-label {result['labels'][0][0]}=1."
        )
    return str(result.get("refused", "The file is not read yet."))


def _begin(
    workspace: Workspace, user: User, name: str, scale: dict[str, Any], source: str
) -> tuple[int, bool]:
    now = time.time()
    with workspace.writing() as connection:
        row = connection.execute(select(datasets).where(datasets.c.name == name)).first()
        if row is None:
            dataset = datasets.insert().values(
                name=name, scale=scale["kind"], max_grade=scale["max"],
                min_grade=scale["min"], relevant_from=scale["relevant_from"],
                created_by=user.name, created_at=now, updated_at=now,
            )  # fmt: skip
            dataset_id = _new_id(connection, dataset)
        else:
            dataset_id = row.id
            _check_alone(connection, row)
            _check_scale(row, scale)
        begun = imports.insert().values(
            dataset_id=dataset_id, source=source, state="importing",
            created_by=user.name, created_at=now,
        )  # fmt: skip
        return _new_id(connection, begun), row is None


def _check_alone(connection: sa.Connection, row: sa.Row[Any]) -> None:
    # Pairs of an import that may still be cancelled must not count as known to another.
    others = select(imports.c.id).where(imports.c.dataset_id == row.id, imports.c.state != "done")
    if connection.scalar(others.limit(1)) is not None:
        raise Refused(
            f"Another import into {row.name} is running. Wait until it has ended, then store this"
            " one again."
        )


def _check_scale(row: sa.Row[Any], scale: dict[str, Any]) -> None:
    kind: Kind = row.scale
    if scale["kind"] == "binary" or (kind == scale["kind"] == "graded"):  # grades widen their scale
        return
    have, bring = Scale(kind, row.max_grade), Scale(scale["kind"], scale["max"])
    if have.kind != bring.kind:
        mend = f"choose that scale (--scale {kind})"
    elif bring.max > have.max:
        mend = "bring its labels to that scale first"
    else:
        return
    raise Refused(
        f"{row.name} takes {have}, and the file brings {bring}. Import it as a dataset of its"
        f" own, or {mend}."
    )


def _store(
    workspace: Workspace, user: User, stage: Stage, import_id: int, result: dict[str, Any],
    source: str, said: Said,
) -> dict[str, Any]:  # fmt: skip
    with workspace.reading() as connection:
        row = connection.execute(select(imports).where(imports.c.id == import_id)).one()
        dataset_id = row.dataset_id
        grown = bool(
            connection.scalar(
                select(pairs.c.id).where(pairs.c.dataset_id == dataset_id, seen()).limit(1)
            )
        )
        dataset = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).one()
        scale = scale_of_row(dataset)
        notes = result["notes"] + assign_splits(
            connection, stage, dataset_id if grown else None, scale
        )
    counts = {name: 0 if grown else result["report"][name] for name in _COUNTED}
    last, size = 0, _BATCH
    settled: list[dict[str, Any]] = []
    while batch := stage.pairs_after(last, size):
        votes = stage.votes_of(batch)
        with workspace.writing() as connection:
            begun = time.perf_counter()
            writer = Writer(
                connection, dataset_id, import_id, source, user.name, time.time(), scale
            )
            if grown:
                for name, n in writer.append(batch, votes).items():
                    counts[name] += n
                settled += writer.settled
            else:
                writer.write(batch, votes)
        size = _next_size(size, time.perf_counter() - begun)
        last = batch[-1].id
        said(last)
        time.sleep(_GAP)
    report = {**result["report"], **counts}
    report["duplicate"] = report["pairs"] - report["kept"]
    report = {**report, "notes": notes}
    _finish(workspace, user, import_id, dataset_id, result["scale"], report, settled)
    return report


def _next_size(size: int, took: float) -> int:
    """How many pairs the next transaction writes: as many as make a label wait for a moment."""
    if took < _MOMENT / 2:
        return min(2 * size, _LARGEST)
    return max(size // 2, 1) if took > _MOMENT else size


def _finish(
    workspace: Workspace, user: User, import_id: int, dataset_id: int, scale: dict[str, Any],
    report: dict[str, Any], settled: list[dict[str, Any]],
) -> None:  # fmt: skip
    now = time.time()
    with workspace.writing() as connection:
        settle(connection, settled, user.name, now)  # here, as seen pairs show a decision at once
        done = imports.update().where(imports.c.id == import_id)
        connection.execute(done.values(state="done", report=report))
        row = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).one()
        top = max(row.max_grade, scale["max"]) if row.scale == "graded" else row.max_grade
        low = 0.0 if scale.get("has_zero") else row.min_grade
        changed = datasets.update().where(datasets.c.id == dataset_id)
        connection.execute(changed.values(updated_at=now, max_grade=top, min_grade=low))
        told = {k: v for k, v in report.items() if k not in ("rejects", "notes")}
        record(connection, user, "import", f"dataset:{dataset_id}", at=now, after=told)


def _new_id(connection: sa.Connection, insert: sa.Insert) -> int:
    (new_id,) = connection.execute(insert).inserted_primary_key or (0,)
    return int(new_id)
