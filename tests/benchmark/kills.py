"""Kills in the middle of work, and what is lost: python -m tests.benchmark.kills

With "server", "worker" or "backup" only that part; "server 5" kills it 5 times.
20 kills of the server under 8 annotators, 10 of a training worker, 5 of a backup and of a restore,
each by SIGKILL. Each part prints one line and fails where something confirmed was lost.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import annotations, metadata, pairs
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from reranker_ui.settings import Settings
from tests.integration.test_annotators import Served
from tests.support import ROOT
from tests.support.annotators import Annotator
from tests.support.labelling import seed
from tests.support.old_home import unpack

KILLS = {"server": 20, "worker": 10, "backup": 5}
PEOPLE, PAIRS = 8, 20_000
STEPS_BETWEEN = 12  # of the worker, at least


def main() -> None:
    """The parts named on the command line, or all; a number says how many kills."""
    parts = {"server": server, "worker": worker, "backup": backup}
    counts = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    for name in [word for word in sys.argv[1:] if word in parts] or parts:
        with tempfile.TemporaryDirectory() as space:
            print(parts[name](Path(space), *(counts or [KILLS[name]])), flush=True)


def server(space: Path, kills: int) -> str:
    """People label while the server is killed and started again."""
    workspace = open_workspace(Settings(home=space / "home"))
    seed(workspace, "many", PAIRS, per_query=10, overlap=2)
    served = Served(workspace.home, program=("-m", "tests.support.annotators_server"))
    served.start()
    deadline = time.monotonic() + 3600
    names = [f"person {n}" for n in range(PEOPLE)]
    people = [
        Annotator(name, served, deadline, lambda: False, {"x-annotator": name}) for name in names
    ]
    crowd = [threading.Thread(target=_work, args=(person,)) for person in people]
    for one in crowd:
        one.start()
    for _ in range(kills):
        time.sleep(random.uniform(1, 4))
        served.kill()
        served.start()
    for person in people:
        person.deadline = time.monotonic() + 5  # each ends after the answers until then
    for one in crowd:
        one.join()
    served.kill()
    confirmed = {(pair, one.name): label for one in people for pair, label in one.confirmed.items()}
    stored, wrong_votes, sound = _labels(workspace)
    lost = [key for key, label in confirmed.items() if stored.get(key, "none") != label]
    assert not lost and not wrong_votes and sound == "ok", (lost[:5], wrong_votes, sound)
    return f"server: {kills} kills, {len(confirmed):,} labels confirmed, 0 lost, votes right"


def _work(person: Annotator) -> None:
    with suppress(TimeoutError):  # of the last request, as the server is killed
        person.work()


def _labels(workspace: Workspace) -> tuple[dict[tuple[int, str], Any], int, str]:
    """The stored labels, pairs whose count of votes is wrong, and SQLite's check."""
    given = sa.select(sa.func.count(annotations.c.label)).where(annotations.c.pair_id == pairs.c.id)
    wrong = sa.select(sa.func.count()).where(pairs.c.votes != given.scalar_subquery())
    with workspace.reading() as connection:
        rows = connection.execute(sa.select(annotations)).all()
        sound = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
        return (
            {(row.pair_id, row.annotator): row.label for row in rows},
            int(connection.scalar(wrong) or 0),
            sound,
        )


def worker(space: Path, kills: int) -> str:
    """A run that is killed and resumed ends with the weights of one that is not, byte for byte."""
    workspace = open_workspace(Settings(home=unpack(space)))
    recipe = recipe_from(
        base=str(space / "base"), warm_start="off", precision="fp32", epochs=40, batch_size=8
    )
    whole = lifecycle.start(workspace, LOCAL, "rivers", recipe)
    lifecycle.wait(workspace, LOCAL, whole["id"])
    run = lifecycle.start(workspace, LOCAL, "rivers", recipe)
    folder, killed_at = RunFolder(run["folder"]), 0
    steps = []
    for _ in range(kills):
        killed_at = _step_after(workspace, run["id"], killed_at + STEPS_BETWEEN)
        steps.append(killed_at)
        os.kill(folder.process()[0], signal.SIGKILL)
        lifecycle.wait(workspace, LOCAL, run["id"], every=0.05)
        lifecycle.resume(workspace, LOCAL, run["id"])
    ended = lifecycle.wait(workspace, LOCAL, run["id"])
    assert ended["status"] == "finished", ended["sentence"]
    weights = [_sha256(RunFolder(one["folder"]).model) for one in (whole, run)]
    assert weights[0] == weights[1], f"other weights after kills at steps {steps}"
    return f"worker: {kills} kills at steps {steps}, the same weights"


def _step_after(workspace: Workspace, run: int, step: int) -> int:
    while True:
        row = lifecycle.find_run(workspace, LOCAL, run)
        if row["status"] not in ("queued", "running"):
            raise AssertionError(f"the run ended at step {row['step']}: {row['sentence']}")
        if row["status"] == "running" and (row["step"] or 0) >= step:
            return int(row["step"])
        time.sleep(0.01)


def _sha256(model: Path) -> str:
    return hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()


def backup(space: Path, kills: int) -> str:
    """Backups and restores that are killed leave neither the home nor the place damaged."""
    home, place, target = unpack(space), space / "place", space / "restored"
    before = _rows(home)
    # A whole backup first: later ones are made beside it.
    took = _command(home, "backup", "--to", str(place))
    for _ in range(kills):
        _command(home, "backup", "--to", str(place), kill_after=random.uniform(0.3, 0.95) * took)
    _command(home, "backup", "--to", str(place))
    took = _command(space / "first", "restore", "--from", str(place))
    for _ in range(kills):
        after = random.uniform(0.3, 0.95) * took
        _command(target, "restore", "--from", str(place), "--replace", kill_after=after)
    _command(target, "restore", "--from", str(place), "--replace")
    assert _rows(home) == before and _rows(target) == before
    return f"backup: {kills} + {kills} kills, {sum(before.values()):,} rows as before"


def _rows(home: Path) -> dict[str, int]:
    """How many rows each table has; the journal grows with each backup."""
    workspace = open_workspace(Settings(home=home))
    with workspace.reading() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name not in ("journal", "failures")
        }


def _command(home: Path, *verb: str, kill_after: float | None = None) -> float:
    """Run a verb over `home`, or kill it; returns the seconds it took."""
    begun = time.monotonic()
    environment = {**os.environ, "RERANKER_UI_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "reranker_ui", *verb],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _, errors = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return time.monotonic() - begun
    assert process.returncode == 0, errors
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
