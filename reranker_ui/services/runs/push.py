"""Pushing a run's model to the Hub: in a process of its own, private unless told otherwise."""

import subprocess
import sys
import threading
import time
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reranker_ui.core.models.hub_models import HUB_ID
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.listing import find_run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.json_state import save
from reranker_ui.services.store.workspace import Workspace, record
from reranker_ui.settings import hub_token, worker_environment


@with_config(ConfigDict(extra="allow"))
class _Pushed(TypedDict):
    repo: str
    private: bool
    state: Literal["pushing", "done", "failed"]
    time: float


_PUSHED = TypeAdapter(_Pushed)
STARTING = 60.0  # seconds a push may take until it holds its lock


def push(
    workspace: Workspace,
    user: User,
    run: int | str,
    repo: str,
    private: bool = True,
    token: str | None = None,
) -> dict[str, Any]:
    """Begin to push the model of `run` to `repo` ("name/model"); returns `state`.

    token: one that may write there; else the server's own. It is handed to the process by its
    standard input and written nowhere. Refused: a run without a model, a name that is no Hub id,
    a push that goes on, no token.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    if not folder.model.is_dir():
        raise Refused(f"{row['name']} has no model to push: {row['sentence'].rstrip('.')}.")
    repo = repo.strip()
    if not HUB_ID.fullmatch(repo) or "/" not in repo:
        raise Refused('Name the model on the Hub as "person-or-team/model".')
    if (before := state(workspace, user, row["id"])) and before["state"] == "pushing":
        raise Refused(f"{row['name']} is being pushed to {before['repo']}. Wait until it is done.")
    secret = (token or "").strip() or hub_token()
    told = {"repo": repo, "private": private, "state": "pushing", "time": time.time()}
    save(folder.pushed_file, told)
    with workspace.writing() as connection:
        after = {"repo": repo, "private": private}
        record(connection, user, "run.push", f"run:{row['id']}", at=time.time(), after=after)
    _begin(folder, secret or "")
    return told


def state(workspace: Workspace, user: User, run: int) -> dict[str, Any] | None:
    """How the last push of a run went, None where there was none.

    `{"repo", "private", "state": "pushing" | "done" | "failed", "time", "url", "error"}`; a push
    whose process is gone has failed.
    """
    require(user, "viewer")
    folder = folder_of(workspace, run)
    try:
        told: dict[str, Any] = dict(_PUSHED.validate_python(read_object(folder.pushed_file)))
    except ValidationError:  # there was none, or the file is damaged
        return None
    young = time.time() - told["time"] < STARTING
    if told["state"] == "pushing" and not young and not _goes_on(folder):
        told |= {"state": "failed", "error": "The push broke off. Push again: it goes on."}
    return told


def _begin(folder: RunFolder, secret: str) -> None:
    with folder.log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reranker_ui.jobs.push", str(folder.path)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=worker_environment(),
            start_new_session=True,
        )
    if process.stdin is not None:
        process.stdin.write(secret.encode())
        process.stdin.close()
    threading.Thread(target=process.wait, daemon=True, name=f"push {folder.number}").start()


def _goes_on(folder: RunFolder) -> bool:
    lock = FileLock(folder.pushed_file.with_suffix(".lock"))
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
