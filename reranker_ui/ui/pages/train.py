"""The Train tab: a form for a new run, the current run, all runs."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import gradio as gr
import plotly
from pydantic import Field

from reranker_ui.services.runs import details, outcomes, own_metric
from reranker_ui.services.runs import push as publishing
from reranker_ui.services.runs.comparison import comparison
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle, several
from reranker_ui.ui.component import Function, room
from reranker_ui.ui.form import run_form
from reranker_ui.ui.pages import chart_layout, run_chart
from reranker_ui.ui.payload import Count, Flag, Id, Name, Number, RunName, Text

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
ACTS = {
    "keep": lambda workspace, user, run, _: several.stop_all(workspace, user, run, "keep"),
    "cancel": lambda workspace, user, run, _: several.stop_all(workspace, user, run, "cancel"),
    "again": lifecycle.run_again,
    "resume": lambda workspace, user, run, agreed: lifecycle.resume(
        workspace, user, run, agreed=agreed
    ),
}
Act = Literal["keep", "cancel", "again", "resume"]
Runs = Annotated[list[RunName], Field(fail_fast=True, max_length=1_000)]
Panel = Annotated[int, Field(strict=True, ge=40, le=2_000)]  # pixels
Marks = Annotated[dict[Name, Name], Field(max_length=10_000)]  # of rows that the page has


def build(workspace: Workspace) -> None:
    """Draw the tab; its rooms read the current dataset and run from the address."""
    gr.set_static_paths([PLOTLY])
    with gr.Row(elem_id="rr-train-top", equal_height=False):
        with gr.Column(elem_id="rr-new-run", elem_classes="rr-card", scale=0, min_width=0):
            room("train_form", run_form.functions(workspace))
        with gr.Column(elem_id="rr-train-live", min_width=0):
            functions = [_follow(workspace), _compared(workspace)]
            room("train", [*functions, *_acts(workspace), *_ended(workspace)])
    room("train_runs", [_rows(workspace), *_acts(workspace), *_several(workspace)])


def _ended(workspace: Workspace) -> list[Function]:
    return [_outcome(workspace), _push(workspace), _set_metric(workspace)]


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


def _set_metric(workspace: Workspace) -> Function:
    def set_metric(user: User, *, dataset: Name, metric: Name | None = None) -> None:
        own_metric.set_metric(workspace, user, dataset, metric)

    return set_metric


def _push(workspace: Workspace) -> Function:
    def push(
        user: User, *, run: RunName, repo: Name, private: Flag = True, token: Name | None = None
    ) -> dict[str, Any]:
        return publishing.push(workspace, user, run, repo, private, token)

    return push


def _rows(workspace: Workspace) -> Function:
    def rows(user: User, *, have: Marks, limit: Count = 12, archived: Flag = False) -> Any:
        return lifecycle.changed_rows(workspace, user, have, limit, archived)

    return rows


def _several(workspace: Workspace) -> list[Function]:
    def edit_run(
        user: User, *, run: RunName, name: Name | None = None, note: Text | None = None
    ) -> Any:
        return details.edit_run(workspace, user, run, name, note)

    def archive_runs(user: User, *, runs: Runs, archived: Flag = True) -> int:
        return len(details.archive_runs(workspace, user, runs, archived))

    def delete_runs(user: User, *, runs: Runs) -> int:
        return several.delete_runs(workspace, user, runs)

    def compare_runs(user: User, *, runs: Runs) -> Any:
        return comparison(workspace, user, runs)

    return [edit_run, archive_runs, delete_runs, compare_runs]


def _acts(workspace: Workspace) -> list[Function]:
    return [_act(workspace), _price(workspace)]


def _act(workspace: Workspace) -> Function:
    def act(user: User, *, run: RunName, what: Act, agreed: Number | None = None) -> Any:
        return ACTS[what](workspace, user, run, agreed)

    return act


def _price(workspace: Workspace) -> Function:
    def run_price(user: User, *, run: RunName) -> Any:
        return lifecycle.run_price(workspace, user, run)

    return run_price


def plotly_address() -> str:
    """Where the page gets Plotly from."""
    return f"gradio_api/file={PLOTLY}"
