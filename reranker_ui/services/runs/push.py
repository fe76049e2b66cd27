"""Pushing a run's model to the Hub in a child process, private by default."""

import time
from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reranker_ui.core.models.hub.models import HUB_ID
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.export_model import encoder_beside_model
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.jobs import start
from reranker_ui.services.store.workspace import Workspace, record
from reranker_ui.settings import hub_token


@with_config(ConfigDict(extra="ignore"))
class Pushed(TypedDict):
    """The last push of a run: to which model of the Hub, when (Unix seconds), and how it went."""

    repo: str
    private: bool
    state: Literal["pushing", "done", "failed"]
    time: float
    url: NotRequired[str]
    error: NotRequired[str]


_PUSHED = TypeAdapter(Pushed)


def push(
    workspace: Workspace,
    user: User,
    run: int | str,
    repo: str,
    private: bool = True,
    token: str | None = None,
) -> Pushed:
    """Start to push the model of `run` to `repo` ("name/model"); returns `state`.

    token: one that may write there; else the server's own. It goes to the process by its standard
    input and is written nowhere. Refused: a run without a model, a name that is not a Hub id, a
    push that is running.
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
    pushed: Pushed = {"repo": repo, "private": private, "time": time.time(), "state": "pushing"}
    request = {"repo": repo, "private": private, "time": pushed["time"]}
    encoder = encoder_beside_model(workspace, folder)
    request["encoder"] = str(encoder) if encoder else None
    with workspace.writing() as connection:
        after = {"repo": repo, "private": private}
        record(connection, user, "run.push", f"run:{row['id']}", at=time.time(), after=after)
    start(folder.push, "reranker_ui.jobs.push", request, secret or "")
    return pushed


def state(workspace: Workspace, user: User, run: int) -> Pushed | None:
    """How the last push of a run went, None if there was none."""
    require(user, "viewer")
    folder = folder_of(workspace, run)
    job = folder.push.state()
    if job.name == "none":
        return _state_of_0_1(folder)
    name = "pushing" if job.name == "running" else job.name
    error = {"error": job.refused} if job.refused else {}
    return _checked({**folder.push.request(), "state": name, **(job.result or {}), **error})


def _checked(content: dict[str, Any] | None) -> Pushed | None:
    try:
        return _PUSHED.validate_python(content)
    except ValidationError:  # there was no push, or its file is damaged
        return None


def _state_of_0_1(folder: RunFolder) -> Pushed | None:
    # Version 0.1 kept all of it in one file. None of its processes is left.
    state = _checked(read_object(folder.pushed_file))
    if state and state["state"] == "pushing":
        return {**state, "state": "failed", "error": "The push was interrupted. Push again."}
    return state
