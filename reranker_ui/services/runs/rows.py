"""A run as a row: what its folder and its row in the database say of it."""

import time
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from reranker_ui.core.values.event_log import Status
from reranker_ui.core.values.execution.placement import placement_of
from reranker_ui.core.values.recipe import EMBEDDED_BASE, EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs import executors
from reranker_ui.services.runs import progress as progress_in
from reranker_ui.services.runs.execution.known_executors import kind_of
from reranker_ui.services.runs.executors import RunPlace
from reranker_ui.services.runs.progress import Metrics, VerdictMetric
from reranker_ui.services.store.workspace import Workspace

ALONE = ":tuned"  # after a run's name: only its cross-encoder
_LONGEST_ID = 9  # digits: what a database can compare with an id
_SAVES_LATER = "It stops and saves its model when the job runs."
_STOPPING = {"keep": "Stopping after this step", "cancel": "Cancelling"}
_SHORT = {
    EMBEDDED_BASE: "embedded MiniLM or E5",
    EMBEDDED_ENGLISH: "embedded MiniLM",
    EMBEDDED_MULTILINGUAL: "embedded E5",
}


class RunOrigin(TypedDict):
    """The model that a run started from: its title, and its name as a ranker."""

    title: str
    ranker: str | None


class ListedFields(TypedDict):
    """What the table of runs shows of a run.

    `metrics`: on the test split; `interval`: the 95% interval of its gain in nDCG@10 over its
    origin, where that is significant; `seconds`: how long it took, or has taken; `overdue`: it was
    asked to cancel and does not answer; `saved`: it waits to be resumed and has a model;
    `can_save`: it can stop with what it has learned, as a model or, while its job waits again, as a
    checkpoint.
    """

    id: int
    name: str
    status: Status
    metrics: Metrics
    dev: Metrics
    dataset: str
    base: str
    base_used: str | None
    sentence: str
    verdict: str | None
    stopping: Literal["keep", "cancel"] | None
    overdue: bool
    step: int
    steps: int | None
    parent: int | None
    resumable: bool
    saved: bool
    can_save: bool
    damage: str | None
    note: str
    archived: bool
    origin: RunOrigin
    interval: tuple[float, float] | None
    created_at: float
    place: RunPlace
    seconds: float | None


class Run(ListedFields):
    """A run with everything that its folder says. Times in Unix seconds.

    `verdict_metric`: the metric on test by which it is compared; `counts`: pairs by split; `chain`:
    the first run of its chain; `later`: the numbers of those that follow; `left`: seconds until it
    ends; `steps` and `step` include those of the warm start.
    """

    verdict_metric: VerdictMetric
    counts: dict[str, int]
    folder: str
    chain: int | None
    recipe: dict[str, Any]
    created_by: str
    error: str | None
    notices: list[str]
    phase: str
    warm_steps: int
    loss: float | None
    pairs_per_second: float | None
    left: float | None
    started_at: float | None
    ended_at: float | None
    precision: str | None
    threads: int | None
    device: str | None
    later: NotRequired[list[int]]


class ChainPlace(TypedDict):
    """The runs of a chain in order, and which of them is shown, from 1."""

    runs: list[int]
    place: int


class ListedRun(ListedFields):
    """A run, or a chain of runs as one, as a row of the table.

    `mark` changes with anything of the row.
    """

    chain: ChainPlace | None
    mark: str


def folder_of(workspace: Workspace, number: int) -> RunFolder:
    """The folder of run `number`."""
    return _folder(workspace.home, number)


@lru_cache(maxsize=4096)  # every page asks for every run every other second
def _folder(home: Path, number: int) -> RunFolder:
    return RunFolder(home.resolve() / "runs" / f"{number:05d}")


def number_of(text: str) -> int | None:
    """The number in "12" or "run 12": what a run is known by whatever it is named."""
    digits = text.removeprefix("run ").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_ID else None


def row_of(workspace: Workspace, row: dict[str, Any]) -> Run:
    """The run with this row in the database, which also has the `parent_name`."""
    folder = folder_of(workspace, row["id"])
    progress, state = progress_in.progress_and_status(folder)
    damage = progress_in.damage(folder)
    place = executors.place_of(folder)
    stopping = folder.stop_requested() if state in progress_in.LIVE else None
    sentence = _STOPPING[stopping] if stopping else _waits(folder, state, row)
    sentence = sentence or progress_in.sentence(progress, state)
    sentence = executors.sentence(place, state, sentence)
    if stopping == "keep" and place["phase"] == "waiting":
        sentence = f"{sentence}. {_SAVES_LATER}"
    base_used = _base(progress.started.get("base_used") or "") or None
    origin = _origin(workspace, row, base_used)
    now = time.time()
    waits_again = state == "running" and place["phase"] == "waiting"  # its job was queued again
    saved = (state == "queued" or waits_again) and folder.was_saved()
    can_save = saved or _has_checkpoint(folder) if waits_again else state == "running"
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
        "resumable": not damage and _resumable(folder, state, bool(progress.started)),
        "saved": saved,
        "can_save": can_save,
        "base_used": base_used,
        "origin": origin,
        "interval": progress_in.gain_interval(folder),
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
        "verdict_metric": progress_in.verdict_metric(progress.metrics),
        "error": progress.ended.get("error"),
        "notices": progress.notices,
        "phase": progress.log.get("phase") or progress.started.get("phase") or "train",
        "step": progress.step,
        "steps": progress.steps,
        "warm_steps": progress.warm_steps,
        "loss": progress.log.get("loss"),
        "pairs_per_second": progress.log.get("pairs_per_second"),
        "left": None if stopping or waits_again else _left(progress, state, now),
        "seconds": progress_in.seconds(progress, state, progress.seen_at if waits_again else now),
        "started_at": progress.started.get("time"),
        "ended_at": progress.ended.get("time"),
        "precision": progress.started.get("precision"),
        "threads": progress.started.get("threads"),
        "device": progress.started.get("device"),
        "stopping": stopping,
        "overdue": state in progress_in.LIVE and is_overdue(folder),
    }


def is_overdue(folder: RunFolder) -> bool:
    """Whether a worker was asked to cancel, and its executor's patience with it is over."""
    if folder.stop_requested() != "cancel":
        return False
    patience = kind_of(placement_of(folder.path).executor).patience
    return time.time() - folder.stop_file.stat().st_mtime > patience


def _origin(workspace: Workspace, row: dict[str, Any], base_used: str | None) -> RunOrigin:
    """The model that a run started from."""
    if row["parent_run_id"] is not None:
        return {"title": row["parent_name"], "ranker": str(row["parent_run_id"])}
    base = _base(row["recipe"]["base"])
    title = _SHORT.get(base_used or base) or (base_used or base).rstrip("/").rpartition("/")[2]
    if number_of(base) is not None:
        return {"title": f"{base} (deleted)", "ranker": None}
    return {"title": title, "ranker": "base" if base == workspace.settings.default_base else base}


def _resumable(folder: RunFolder, state: Status, started: bool) -> bool:
    if state == "failed" and not started:
        return True
    return state in ("stopped", "lost", "failed") and _has_checkpoint(folder)


def _has_checkpoint(folder: RunFolder) -> bool:
    try:
        changed = folder.checkpoints.stat().st_mtime_ns
    except OSError:  # missing, or a link to itself
        return False
    return _checked(folder, changed)


@lru_cache(maxsize=512)
def _checked(folder: RunFolder, _changed: int) -> bool:
    return folder.last_checkpoint() is not None


def _waits(folder: RunFolder, state: str, row: dict[str, Any]) -> str | None:
    """What a queued run waits for; None where it is not queued or another run is ahead."""
    if state != "queued":
        return None
    if row["parent_run_id"] is None or not folder.waits_for_its_parent():
        return None if folder.has_run_ahead() else "Starting"
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
    passed = max(0.0, now - float(progress.log["time"]))  # the clock may have been set back
    return max(0.0, float(eta) - passed)
