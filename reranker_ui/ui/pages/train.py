"""The Train tab: a form for a new run, the current run, all runs."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import gradio as gr
import plotly
from pydantic import Field

from reranker_ui.services.runs import outcomes
from reranker_ui.services.runs import push as publishing
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.ui.component import Function, room
from reranker_ui.ui.form import run_form
from reranker_ui.ui.pages import chart_layout, run_chart
from reranker_ui.ui.payload import Count, Flag, Id, Name, Number, RunName

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
ACTS = {
    "keep": lambda workspace, user, run: lifecycle.stop(workspace, user, run, "keep"),
    "cancel": lambda workspace, user, run: lifecycle.stop(workspace, user, run, "cancel"),
    "again": lifecycle.run_again,
    "resume": lifecycle.resume,
    "delete": lifecycle.delete,
}
Act = Literal["keep", "cancel", "again", "resume", "delete"]
Panel = Annotated[int, Field(strict=True, ge=40, le=2_000)]  # pixels
Marks = Annotated[dict[Name, Name], Field(max_length=10_000)]  # of rows that the page has


def build(workspace: Workspace, shell: Any) -> None:
    """Draw the tab; `shell.dataset` is a gr.State with the name of the current dataset."""
    gr.set_static_paths([PLOTLY])
    with gr.Row(elem_id="rr-train-top", equal_height=False):
        form = run_form.draw(workspace)
        with gr.Column(elem_id="rr-train-live", min_width=0):
            functions = [_follow(workspace), _compared(workspace), _act(workspace)]
            functions += [_outcome(workspace), _push(workspace)]
            live = room("train", functions, ["shown", "refill"])
    room("train_runs", [_rows(workspace), _act(workspace)])
    run_form.connect(workspace, shell, form, live)


def _follow(workspace: Workspace) -> Function:
    def follow(
        user: User,
        *,
        run: RunName | None = None,
        drawn: Id | None = None,
        steps: Number | None = None,
        since: Id = 0,
        panel: Panel = chart_layout.PANEL,
        extra: Name | None = None,
    ) -> dict[str, Any]:
        """The run, and what is new in its chart; the whole figure where it is not drawn yet."""
        found = lifecycle.follow(workspace, user, run, drawn, steps, since)
        row = found["run"]
        if row is None:
            return found
        points = run_chart.points(row["warm_steps"], found["events"])
        answer = {"run": row, "points": points, "next": found["next"], "plotly": plotly_address()}
        if not found["since"]:
            figure = run_chart.run_figure(
                row["name"],
                row["steps"],
                row["warm_steps"],
                points,
                panel,
                extra=extra if extra in run_chart.EXTRAS else None,
            )
            answer["figure"] = json.loads(figure.to_json())
        return answer

    return follow


def _compared(workspace: Workspace) -> Function:
    def compared(user: User, *, run: RunName, number: Literal[0, 1, 2]) -> dict[str, Any]:
        """A past run as thin lines to lay over the chart; `number` chooses their colour."""
        found = lifecycle.events(workspace, user, run)
        row = found["run"]
        points = run_chart.points(row["warm_steps"], found["events"])
        return {
            "id": row["id"],
            "name": row["name"],
            "number": number,
            "token": run_chart.COMPARED[number],
            "points": points,
            "traces": run_chart.compared_traces(row["name"], number, points),
        }

    return compared


def _outcome(workspace: Workspace) -> Function:
    def outcome(user: User, *, run: RunName) -> dict[str, Any]:
        return outcomes.outcome(workspace, user, run)

    return outcome


def _push(workspace: Workspace) -> Function:
    def push(
        user: User, *, run: RunName, repo: Name, private: Flag = True, token: Name | None = None
    ) -> dict[str, Any]:
        return publishing.push(workspace, user, run, repo, private, token)

    return push


def _rows(workspace: Workspace) -> Function:
    def rows(user: User, *, have: Marks, limit: Count = 12) -> dict[str, Any]:
        return lifecycle.changed_rows(workspace, user, have, limit)

    return rows


def _act(workspace: Workspace) -> Function:
    def act(user: User, *, run: RunName, what: Act) -> Any:
        return ACTS[what](workspace, user, run)

    return act


def plotly_address() -> str:
    """Where the page gets Plotly from."""
    return f"gradio_api/file={PLOTLY}"
