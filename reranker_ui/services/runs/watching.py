"""What the Train tab polls: the events of a run, changed rows, and the running run."""

import time
import zlib
from typing import Any, TypedDict, cast

import sqlalchemy as sa

from reranker_ui.core.values.event_log import Status
from reranker_ui.services.runs.listing import find_run, list_runs
from reranker_ui.services.runs.progress import LIVE, Event
from reranker_ui.services.runs.rows import ChainPlace, ListedFields, ListedRun, Run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

SHOWN = (*(name for name in ListedFields.__annotations__ if name != "seconds"), "chain")
ASIDE = (  # what seldom changes of a row
    *("id", "name", "dataset", "status", "stopping", "damage", "note", "archived"),
)


class RunEvents(TypedDict):
    """New events of a run, without tracebacks.

    `next`: the byte of its events to ask from next time; `now`: this machine's clock.
    """

    run: Run
    events: list[Event]
    next: int
    now: float


class FollowedEvents(RunEvents):
    """New events from byte `since` on; from the start where the page must redraw all."""

    since: int


class NoRun(TypedDict):
    """The answer where no run exists yet."""

    run: None


class ChangedRows(TypedDict):
    """Rows of the table of runs that changed, by id; how many there are, and are archived."""

    order: list[int]
    rows: dict[str, ListedRun]
    total: int
    archived: int


class EndedRun(TypedDict):
    """A run that has ended."""

    id: int
    name: str
    status: Status


class RunningRun(TypedDict):
    """The run that trains. `part`: the fraction done; `eta`: seconds until it ends."""

    id: int
    name: str
    part: float
    step: int
    max_steps: int | None
    loss: float | None
    eta: float | None


class RunPulse(TypedDict):
    """The current run for the header.

    `waiting`: queued runs; `next`: the one that starts next; `ended`: the one that ended last;
    `failed_lately`: whether that one failed in the last hour; `damaged`: names of runs with
    damaged folders; `mark` changes when a run comes, goes or changes its status.
    """

    running: RunningRun | None
    waiting: int
    next: int | None
    ended: EndedRun | None
    failed_lately: bool
    damaged: list[str]
    mark: str


def events(workspace: Workspace, user: User, run: int | str, since: int = 0) -> RunEvents:
    """What happened to `run` from byte `since` of its events on."""
    return _events(workspace, find_run(workspace, user, run), since)


def _events(workspace: Workspace, row: Run, since: int) -> RunEvents:
    events, following = folder_of(workspace, row["id"]).events(max(0, since))
    for event in events:
        event.pop("traceback", None)
    return {"run": row, "events": events, "next": following, "now": time.time()}


def follow(
    workspace: Workspace,
    user: User,
    run: int | str | None,
    drawn: int | None = None,
    steps: float | None = None,
    since: int = 0,
) -> FollowedEvents | NoRun:
    """As `events`, for a page that has drawn run `drawn`, of `steps` steps, up to byte `since`.

    Without `run` it is the running one, else the next to run, else the newest not archived. The
    events come from the start, with `since` 0 in the answer, where the page must redraw all.
    """
    require(user, "viewer")
    run = _current_run(workspace, user) if run is None else run
    if run is None:
        return {"run": None}
    row = find_run(workspace, user, run)
    same = row["id"] == drawn and row["steps"] in (None, steps)
    since = since if same else 0
    followed = _events(workspace, row, since)
    if since and any(event["event"] == "started" for event in followed["events"]):
        # Resumed: some steps are taken again, so what is drawn beyond them goes.
        followed, since = _events(workspace, row, 0), 0
    return {**followed, "since": since}


def _current_run(workspace: Workspace, user: User) -> int | None:
    """The run that is running, else the next to run, else the newest not archived; or None."""
    now = shared_current(workspace, user)
    if (live := now["running"]["id"] if now["running"] else now["next"]) is not None:
        return int(live)
    with workspace.reading() as connection:
        shown = sa.select(sa.func.max(runs.c.id)).where(runs.c.archived_at.is_(None))
        newest: int | None = connection.scalar(shown)
    return newest


def changed_rows(
    workspace: Workspace, user: User, have: dict[str, str], limit: int, archived: bool = False
) -> ChangedRows:
    """The newest `limit` entries for a page that `have` some of them: `{id: mark}` from before.

    A chain of runs is one entry, see `_entries`; `archived`: those that are, too. Only rows whose
    mark differs.
    """
    every = list_runs(workspace, user)
    rows = _entries([row for row in every if archived or not row["archived"]])
    order: list[int] = []
    changed: dict[str, ListedRun] = {}
    for run in rows[:limit]:
        row: dict[str, Any] = {name: run[name] for name in SHOWN}
        row["mark"] = _mark([row, int(run["seconds"] or 0) // 6])
        row["seconds"] = run["seconds"]
        order.append(run["id"])
        if have.get(str(run["id"])) != row["mark"]:
            changed[str(run["id"])] = cast(ListedRun, row)
    archived_count = sum(row["archived"] for row in every)
    return {"order": order, "rows": changed, "total": len(rows), "archived": archived_count}


def _entries(rows: list[Run]) -> list[dict[str, Any]]:
    """Runs with each chain as one entry: its running run, else its last one with a model.

    `chain` of that entry is a ChainPlace.
    """
    chains: dict[int, list[Run]] = {}
    for row in rows:
        if row["chain"] is not None:
            chains.setdefault(row["chain"], []).append(row)
    entries: list[dict[str, Any]] = []
    for row in rows:
        if row["chain"] is None:
            entries.append({**row})
        elif members := chains.pop(row["chain"], None):
            entries.append(_entry(members))
    return entries


def _entry(members: list[Run]) -> dict[str, Any]:
    shown = max(members, key=_rank_in_chain)
    numbers = sorted(row["id"] for row in members)
    place: ChainPlace = {"runs": numbers, "place": numbers.index(shown["id"]) + 1}
    return {**shown, "chain": place}


def _rank_in_chain(row: Run) -> tuple[int, int]:
    """The run that represents a chain: running, failed, queued, else the last with a model.

    Where all were cancelled it is the first, the only one that may have begun.
    """
    rank = {"running": 4, "failed": 3, "lost": 3, "queued": 2, "finished": 1, "stopped": 1}
    first = row["status"] in ("queued", "cancelled")
    return rank.get(row["status"], 0), -row["id"] if first else row["id"]


def current(workspace: Workspace, user: User) -> RunPulse:
    """The current run, for the header: cheap enough to be asked every two seconds."""
    rows = list_runs(workspace, user)
    running = next((row for row in reversed(rows) if row["status"] == "running"), None)
    waiting = [row["id"] for row in rows if row["status"] == "queued"]
    over = [row for row in rows if row["status"] not in LIVE]
    ended = max(over, key=lambda row: row["ended_at"] or row["created_at"], default=None)
    return {
        "running": running and _short(running),
        "waiting": len(waiting),
        "next": min(waiting, default=None),
        "ended": _ended(ended) if ended else None,
        "failed_lately": ended is not None and _failed_lately(ended),
        "damaged": [row["name"] for row in rows if row["damage"]],
        "mark": _mark([[{**row}[name] for name in ASIDE] for row in rows]),
    }


def shared_current(workspace: Workspace, user: User) -> RunPulse:
    """As `current`, computed once a second for all users."""
    require(user, "viewer")
    return workspace.shared("current run", lambda: current(workspace, user))


def _mark(value: Any) -> str:
    return f"{zlib.crc32(repr(value).encode()):x}"


def _failed_lately(row: Run) -> bool:
    ended = row["ended_at"] or row["created_at"]
    return row["status"] in ("failed", "lost") and time.time() - ended < 3600


def _ended(row: Run) -> EndedRun:
    return {"id": row["id"], "name": row["name"], "status": row["status"]}


def _short(row: Run) -> RunningRun:
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
