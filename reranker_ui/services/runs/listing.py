"""Runs as lists and rows: everything that only reads."""

import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.recipe import EMBEDDED_BASE, EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs import executors
from reranker_ui.services.runs import progress as progress_in
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

Run = dict[str, Any]
PATIENCE = 20.0  # seconds after which a worker that does not listen can be ended
_LONGEST_ID = 9  # digits: what a database can compare with an id
_SHORT = {
    EMBEDDED_BASE: "embedded MiniLM or E5",
    EMBEDDED_ENGLISH: "embedded MiniLM",
    EMBEDDED_MULTILINGUAL: "embedded E5",
}
CONTRACT = ("id", "name", "status", "metrics", "counts", "folder", "damage")


def folder_of(workspace: Workspace, number: int) -> RunFolder:
    """The folder of run `number`."""
    return _folder(workspace.home, number)


@lru_cache(maxsize=4096)  # every page asks for every run every other second
def _folder(home: Path, number: int) -> RunFolder:
    return RunFolder(home.resolve() / "runs" / f"{number:05d}")


def list_runs(workspace: Workspace, user: User) -> list[Run]:
    """All runs, newest first. The keys of CONTRACT are the ones other programs rely on."""
    require(user, "viewer")
    executors.refresh(workspace)
    with workspace.reading() as connection:
        rows = connection.execute(_ROWS.order_by(runs.c.id.desc())).mappings().all()
    return [_row(workspace, dict(row)) for row in rows]


class RunHandle(NamedTuple):
    """A run's number, name and folder."""

    id: int
    name: str
    folder: RunFolder


def find_run(workspace: Workspace, user: User, run: int | str) -> Run:
    """The run with this number or name, or called "run NUMBER"; Refused if there is none."""
    require(user, "viewer")
    executors.refresh(workspace)
    return _row(workspace, _stored(workspace, run))


def find_handle(workspace: Workspace, user: User, run: int | str) -> RunHandle:
    """As `find_run`, without reading the run's folder."""
    require(user, "viewer")
    row = _stored(workspace, run)
    return RunHandle(row["id"], row["name"], folder_of(workspace, row["id"]))


def _stored(workspace: Workspace, run: int | str) -> dict[str, Any]:
    text = str(run).strip()
    number = number_of(text)
    choice = runs.c.name == text if number is None else runs.c.id == number
    with workspace.reading() as connection:
        row = connection.execute(_ROWS.where(choice)).mappings().first()
    if row is None:
        raise Refused(f'There is no run "{text}". The verb runs and the Train tab list them.')
    return dict(row)


def number_of(text: str) -> int | None:
    """The number in "12" or "run 12": what a run is known by whatever it is named."""
    digits = text.removeprefix("run ").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_ID else None


_parents = runs.alias("parents")
_ROWS = sa.select(runs, _parents.c.name.label("parent_name")).select_from(
    runs.outerjoin(_parents, _parents.c.id == runs.c.parent_run_id)
)


def _row(workspace: Workspace, row: dict[str, Any]) -> Run:
    folder = folder_of(workspace, row["id"])
    progress, state = progress_in.look(folder)
    damage = progress_in.damage(folder)
    place = executors.place_of(folder)
    sentence = _waits(folder, state, row) or progress_in.sentence(progress, state)
    sentence = executors.sentence(place, state, sentence)
    base_used = _base(progress.started.get("base_used") or "") or None
    origin = _origin(workspace, row, base_used)
    now = time.time()
    return {
        "id": row["id"],
        "name": row["name"],
        "status": state,
        "metrics": progress.metrics,
        "counts": row["counts"],
        "folder": str(folder.path),
        "dataset": row["dataset_name"],
        "base": _base(row["recipe"]["base"]),
        "parent": row["parent_run_id"],
        "damage": damage,
        "resumable": not damage and state in ("stopped", "lost", "failed") and _resumable(folder),
        "base_used": base_used,
        "origin": origin,
        "interval": _interval(folder),
        "place": place,
        "note": row["note"],
        "archived": row["archived_at"] is not None,
        "chain": row["chain_id"],
        "recipe": row["recipe"],
        "created_at": row["created_at"],
        "created_by": row["created_by"],
        "dev": progress.dev,
        "sentence": f"{sentence.rstrip('.')}. {damage}" if damage else sentence,
        "verdict": progress_in.verdict(progress.metrics, origin["title"]),
        "error": progress.ended.get("error"),
        "notices": progress.notices,
        "phase": progress.log.get("phase") or progress.started.get("phase") or "train",
        "step": progress.step,
        "steps": progress.steps,
        "warm_steps": progress.warm_steps,
        "loss": progress.log.get("loss"),
        "pairs_per_second": progress.log.get("pairs_per_second"),
        "left": _left(progress, state, now),
        "seconds": progress_in.seconds(progress, state, now),
        "started_at": progress.started.get("time"),
        "ended_at": progress.ended.get("time"),
        "precision": progress.started.get("precision"),
        "threads": progress.started.get("threads"),
        "device": progress.started.get("device"),
        "stopping": folder.stop_requested() if state in progress_in.LIVE else None,
        "overdue": state in progress_in.LIVE and is_overdue(folder),
    }


def is_overdue(folder: RunFolder) -> bool:
    """Whether a worker was asked to cancel PATIENCE seconds ago and has not ended."""
    cancelled = folder.stop_requested() == "cancel"
    return cancelled and time.time() - folder.stop_file.stat().st_mtime > PATIENCE


def _origin(workspace: Workspace, row: dict[str, Any], base_used: str | None) -> dict[str, Any]:
    """The model that a run started from: its title, and its name as a ranker or None."""
    if row["parent_run_id"] is not None:
        return {"title": row["parent_name"], "ranker": str(row["parent_run_id"])}
    base = _base(row["recipe"]["base"])
    title = _SHORT.get(base_used or base) or (base_used or base).rstrip("/").rpartition("/")[2]
    if number_of(base) is not None:
        return {"title": f"{base} (deleted)", "ranker": None}
    return {"title": title, "ranker": "base" if base == workspace.settings.default_base else base}


def _interval(folder: RunFolder) -> list[float] | None:
    """The 95% interval of the gain in nDCG@10 over the model it started from; None if unknown."""
    try:
        stat = folder.outcome_file.stat()
    except OSError:
        return None
    return _interval_in(folder.outcome_file, stat.st_mtime_ns)


@lru_cache(maxsize=2048)
def _interval_in(file: Path, _changed: int) -> list[float] | None:
    against = (read_object(file) or {}).get("against")
    duel = against.get("base") if isinstance(against, dict) else None
    ends = [duel.get("low"), duel.get("high")] if isinstance(duel, dict) else []
    found = [end for end in ends if isinstance(end, float)]
    return found if len(found) == 2 else None


def _resumable(folder: RunFolder) -> bool:
    try:
        changed = folder.checkpoints.stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return False
    return _has_checkpoint(folder, changed)


@lru_cache(maxsize=512)
def _has_checkpoint(folder: RunFolder, _changed: int) -> bool:
    return folder.last_checkpoint() is not None


def _waits(folder: RunFolder, state: str, row: dict[str, Any]) -> str | None:
    """What a queued run waits for; None where it is not queued or another run is ahead."""
    if state != "queued":
        return None
    if row["parent_run_id"] is None or not folder.waits_for_its_parent():
        return None if folder.someone_is_ahead() else "Starting"
    if _folder(folder.home, row["parent_run_id"]).status() == "lost":
        return f"Waiting for {row['parent_name']}, which is lost: resume that one, or cancel this."
    return f"Waiting for {row['parent_name']}"


def _base(name: str) -> str:
    # The model of another run is known by that run's name.
    folder = Path(name)
    if folder.name == "model" and folder.parent.name.isdecimal():
        return f"run {int(folder.parent.name)}"
    return name


def _left(progress: progress_in.Progress, state: str, now: float) -> float | None:
    eta = progress.log.get("eta")
    if state != "running" or eta is None:
        return None
    return max(0.0, float(eta) - (now - float(progress.log["time"])))
