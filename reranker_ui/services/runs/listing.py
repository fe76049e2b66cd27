"""Runs as lists, rows and deltas: everything that only reads."""

import time
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs import progress as progress_in
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

Run = dict[str, Any]
_LONGEST_ID = 9  # digits: what a database can compare with an id
SHOWN = (
    *("id", "name", "status", "metrics", "dev", "dataset", "base", "base_used", "sentence"),
    *("verdict", "stopping", "step", "steps", "parent", "resumable", "damage"),
)
CONTRACT = ("id", "name", "status", "metrics", "counts", "folder", "damage")
ASIDE = ("id", "name", "dataset", "status", "stopping", "damage")  # what seldom changes of a row


def folder_of(workspace: Workspace, number: int) -> RunFolder:
    """The folder of run `number`."""
    return _folder(workspace.home, number)


@lru_cache(maxsize=4096)  # every page asks for every run every other second
def _folder(home: Path, number: int) -> RunFolder:
    return RunFolder(home.resolve() / "runs" / f"{number:05d}")


def list_runs(workspace: Workspace, user: User) -> list[Run]:
    """All runs, newest first. The keys of CONTRACT are the ones other programs rely on."""
    require(user, "viewer")
    with workspace.reading() as connection:
        rows = connection.execute(sa.select(runs).order_by(runs.c.id.desc())).mappings().all()
    return [_row(workspace, dict(row)) for row in rows]


def find_run(workspace: Workspace, user: User, run: int | str) -> Run:
    """The run with this id or name; refused if there is none."""
    require(user, "viewer")
    text = str(run).strip()
    by_id = text.isdecimal() and len(text) <= _LONGEST_ID
    choice = runs.c.id == int(text) if by_id else runs.c.name == text
    with workspace.reading() as connection:
        row = connection.execute(sa.select(runs).where(choice)).mappings().first()
    if row is None:
        raise Refused(f'There is no run "{text}". The verb runs and the Train tab list them.')
    return _row(workspace, dict(row))


def _row(workspace: Workspace, row: dict[str, Any]) -> Run:
    folder = folder_of(workspace, row["id"])
    said, state = progress_in.look(folder)
    damage = progress_in.damage(folder)
    sentence = _waits_for(folder, state, row["parent_run_id"]) or progress_in.sentence(said, state)
    now = time.time()
    return {
        "id": row["id"],
        "name": row["name"],
        "status": state,
        "metrics": said.metrics,
        "counts": row["counts"],
        "folder": str(folder.path),
        "dataset": row["dataset_name"],
        "base": _base(row["recipe"]["base"]),
        "parent": row["parent_run_id"],
        "damage": damage,
        "resumable": not damage and state in ("stopped", "lost", "failed") and _resumable(folder),
        "base_used": _base(said.started.get("base_used") or "") or None,
        "recipe": row["recipe"],
        "created_at": row["created_at"],
        "created_by": row["created_by"],
        "dev": said.dev,
        "sentence": f"{sentence.rstrip('.')}. {damage}" if damage else sentence,
        "verdict": progress_in.verdict(said.metrics),
        "error": said.ended.get("error"),
        "notices": said.notices,
        "phase": said.log.get("phase") or said.started.get("phase") or "train",
        "step": said.step,
        "steps": said.steps,
        "warm_steps": said.warm_steps,
        "loss": said.log.get("loss"),
        "pairs_per_second": said.log.get("pairs_per_second"),
        "left": _left(said, state, now),
        "seconds": progress_in.seconds(said, state, now),
        "started_at": said.started.get("time"),
        "ended_at": said.ended.get("time"),
        "precision": said.started.get("precision"),
        "threads": said.started.get("threads"),
        "device": said.started.get("device"),
        "stopping": folder.stop_requested() if state in progress_in.LIVE else None,
    }


def _resumable(folder: RunFolder) -> bool:
    try:
        changed = folder.checkpoints.stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return False
    return _has_checkpoint(folder, changed)


@lru_cache(maxsize=512)
def _has_checkpoint(folder: RunFolder, _changed: int) -> bool:
    return folder.last_checkpoint() is not None


def _waits_for(folder: RunFolder, state: str, parent: int | None) -> str | None:
    if state != "queued" or parent is None or not folder.waits_for_its_parent():
        return None
    if _folder(folder.home, parent).status() == "lost":
        return f"Waiting for run {parent}, which is lost: resume that one, or cancel this."
    return f"Waiting for run {parent}"


def _base(name: str) -> str:
    # The model of another run is known by that run's name.
    folder = Path(name)
    if folder.name == "model" and folder.parent.name.isdecimal():
        return f"run {int(folder.parent.name)}"
    return name


def _left(said: progress_in.Progress, state: str, now: float) -> float | None:
    eta = said.log.get("eta")
    if state != "running" or eta is None:
        return None
    return max(0.0, float(eta) - (now - float(said.log["time"])))


def events(workspace: Workspace, user: User, run: int | str, since: int = 0) -> dict[str, Any]:
    """What happened to `run` from byte `since` of its events on.

    Returns `{"run", "events", "next", "now"}`: the run's row, the new events (without
    tracebacks), the byte to ask from next time, and this machine's clock.
    """
    return _events(workspace, find_run(workspace, user, run), since)


def _events(workspace: Workspace, row: Run, since: int) -> dict[str, Any]:
    found, following = folder_of(workspace, row["id"]).events(max(0, since))
    for event in found:
        event.pop("traceback", None)
    return {"run": row, "events": found, "next": following, "now": time.time()}


def follow(
    workspace: Workspace,
    user: User,
    run: int | str | None,
    drawn: int | None = None,
    steps: float | None = None,
    since: int = 0,
) -> dict[str, Any]:
    """As `events`, for a page that has `drawn` a run of so many `steps` up to byte `since`.

    Without `run` it is the running one, else the newest: `{"run": None}` where there is none.
    The events come from the start, with `since` 0 in the answer, where the page must draw anew.
    """
    require(user, "viewer")
    run = _in_hand(workspace, user) if run is None else run
    if run is None:
        return {"run": None}
    row = find_run(workspace, user, run)
    same = row["id"] == drawn and row["steps"] in (None, steps)
    since = since if same else 0
    found = _events(workspace, row, since)
    if since and any(event["event"] == "started" for event in found["events"]):
        # Resumed: some steps are taken again, so what is drawn beyond them goes.
        found, since = _events(workspace, row, 0), 0
    return found | {"since": since}


def _in_hand(workspace: Workspace, user: User) -> int | None:
    """The oldest run that is running, else the newest of all; None where there is none."""
    if running := glance(workspace, user)["running"]:
        return int(running["id"])
    with workspace.reading() as connection:
        newest: int | None = connection.scalar(sa.select(sa.func.max(runs.c.id)))
    return newest


def changed_rows(
    workspace: Workspace, user: User, have: dict[str, str], limit: int
) -> dict[str, Any]:
    """The newest `limit` runs for a page that `have` some of them: `{id: mark}` from before.

    Returns `{"order": [id...], "rows": {id: row}, "total"}`; only rows whose mark differs.
    """
    rows = list_runs(workspace, user)
    order: list[int] = []
    changed: dict[str, Run] = {}
    for run in rows[:limit]:
        row = {name: run[name] for name in SHOWN}
        row["mark"] = _mark([row, int(run["seconds"] or 0) // 6])
        row["seconds"] = run["seconds"]
        order.append(run["id"])
        if have.get(str(run["id"])) != row["mark"]:
            changed[str(run["id"])] = row
    return {"order": order, "rows": changed, "total": len(rows)}


def current(workspace: Workspace, user: User) -> dict[str, Any]:
    """What is going on, for the header: cheap enough to be asked every two seconds.

    Returns `{"running": {id, name, part, step, max_steps, loss, eta} | None, "waiting": count,
    "failed": name | None, "damaged": [name], "mark"}`: the fraction done, seconds left, the run
    that failed in the last hour if none has ended since, the runs whose folders are damaged, and
    a mark that changes when a run comes, goes or changes its status.
    """
    rows = list_runs(workspace, user)
    running = next((row for row in reversed(rows) if row["status"] == "running"), None)
    ended = next((row for row in rows if row["status"] not in progress_in.LIVE), None)
    return {
        "running": running and _short(running),
        "waiting": sum(row["status"] == "queued" for row in rows),
        "failed": ended["name"] if ended and _failed_lately(ended) else None,
        "damaged": [row["name"] for row in rows if row["damage"]],
        "mark": _mark([[row[name] for name in ASIDE] for row in rows]),
    }


def glance(workspace: Workspace, user: User) -> dict[str, Any]:
    """As `current`, made once a second for all who look on."""
    require(user, "viewer")
    return workspace.shared("current run", lambda: current(workspace, user))


def _mark(told: Any) -> str:
    return f"{zlib.crc32(repr(told).encode()):x}"


def _failed_lately(row: Run) -> bool:
    ended = row["ended_at"] or row["created_at"]
    return row["status"] in ("failed", "lost") and time.time() - ended < 3600


def _short(row: Run) -> Run:
    steps = row["steps"]
    return {
        "id": row["id"],
        "name": row["name"],
        "part": row["step"] / steps if steps else 0.0,
        "step": row["step"],
        "max_steps": steps,
        "loss": row["loss"],
        "eta": row["left"],
    }
