"""The Train tab: a form for a new run, the current run, all runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, NotRequired, TypedDict

import gradio as gr
import plotly
from pydantic import Field

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.execution.price import RunPrice
from reranker_ui.services.runs import details, outcomes, own_metric
from reranker_ui.services.runs import push as publishing
from reranker_ui.services.runs.comparison import RunComparison, comparison
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.runs.watching import ChangedRows, NoRun
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle, several
from reranker_ui.services.training.run_places import OfferedPlace
from reranker_ui.ui.component import Function, widget
from reranker_ui.ui.form import run_form
from reranker_ui.ui.pages import chart_layout, run_chart
from reranker_ui.ui.payload import Count, Flag, Id, Name, Number, RunName, Text

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
STARTS: dict[str, Callable[[Workspace, User, str, Placement], Run]] = {
    "again": lifecycle.run_again,
    "resume": lifecycle.resume,
}
Act = Literal["keep", "cancel", "again", "resume"]
Runs = Annotated[list[RunName], Field(fail_fast=True, max_length=1_000)]
Panel = Annotated[int, Field(strict=True, ge=40, le=2_000)]  # pixels
Marks = Annotated[dict[Name, Name], Field(max_length=10_000)]  # of rows that the page has


class FollowedRun(TypedDict):
    """The run that the page follows, and what is new in its chart.

    `figure`: the whole chart, where it is not drawn yet; `next`: the byte of its events to ask
    from next time; `plotly`: the address of Plotly.
    """

    run: Run
    points: run_chart.ChartPoints
    next: int
    plotly: str
    figure: NotRequired[chart_layout.PlotlyFigure]


class ComparedRun(TypedDict):
    """A run that is laid over the chart. `number`: which of three colours, `token`, it has."""

    id: int
    name: str
    number: int
    token: str
    points: run_chart.ChartPoints
    traces: list[chart_layout.PlotlyTrace]


def build(workspace: Workspace) -> None:
    """Draw the tab; its widgets read the current dataset and run from the address."""
    gr.set_static_paths([PLOTLY])
    with gr.Row(elem_id="rr-train-top", equal_height=False):
        with gr.Column(elem_id="rr-new-run", elem_classes="rr-card", scale=0, min_width=0):
            widget("train_form", run_form.functions(workspace))
        with gr.Column(elem_id="rr-train-live", min_width=0):
            widget("train", live_functions(workspace))
    widget("train_runs", table_functions(workspace))


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the current run and of the table; those of the form are its own."""
    every = [*live_functions(workspace), *table_functions(workspace)]
    return list({function.__name__: function for function in every}.values())


def live_functions(workspace: Workspace) -> list[Function]:
    """The server functions of the current run."""
    followed = [_follow(workspace), _compared(workspace), *_acts(workspace)]
    return [*followed, _outcome(workspace), _push(workspace), _set_metric(workspace)]


def table_functions(workspace: Workspace) -> list[Function]:
    """The server functions of the table of runs."""
    return [_rows(workspace), *_acts(workspace), *_bulk_actions(workspace)]


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
    ) -> FollowedRun | NoRun:
        """The run, and what is new in its chart; the whole figure where it is not drawn yet."""
        followed = lifecycle.follow(workspace, user, run, drawn, steps, since)
        if followed["run"] is None:
            return {"run": None}
        row = followed["run"]
        points = run_chart.points(row["warm_steps"], followed["events"])
        answer: FollowedRun = {
            "run": row, "points": points, "next": followed["next"], "plotly": plotly_address(),
        }  # fmt: skip
        if not followed["since"]:
            figure = run_chart.run_figure(
                row["name"],
                row["steps"],
                row["warm_steps"],
                points,
                panel,
                extra=extra if extra in run_chart.EXTRAS else None,
            )
            answer["figure"] = chart_layout.plain(figure)
        return answer

    return follow


def _compared(workspace: Workspace) -> Function:
    def compared(user: User, *, run: RunName, number: Literal[0, 1, 2]) -> ComparedRun:
        """A past run as thin lines to lay over the chart; `number` chooses their colour."""
        history = lifecycle.events(workspace, user, run)
        row = history["run"]
        points = run_chart.points(row["warm_steps"], history["events"])
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
    def outcome(user: User, *, run: RunName) -> outcomes.RunOutcome:
        return outcomes.outcome(workspace, user, run)

    return outcome


def _set_metric(workspace: Workspace) -> Function:
    def set_metric(user: User, *, dataset: Name, metric: Name | None = None) -> None:
        own_metric.set_metric(workspace, user, dataset, metric)

    return set_metric


def _push(workspace: Workspace) -> Function:
    def push(
        user: User, *, run: RunName, repo: Name, private: Flag = True, token: Name | None = None
    ) -> publishing.Pushed:
        return publishing.push(workspace, user, run, repo, private, token)

    return push


def _rows(workspace: Workspace) -> Function:
    def rows(user: User, *, have: Marks, limit: Count = 12, archived: Flag = False) -> ChangedRows:
        return lifecycle.changed_rows(workspace, user, have, limit, archived)

    return rows


def _bulk_actions(workspace: Workspace) -> list[Function]:
    def edit_run(
        user: User, *, run: RunName, name: Name | None = None, note: Text | None = None
    ) -> Run:
        return details.edit_run(workspace, user, run, name, note)

    def archive_runs(user: User, *, runs: Runs, archived: Flag = True) -> int:
        return len(details.archive_runs(workspace, user, runs, archived))

    def delete_runs(user: User, *, runs: Runs) -> int:
        return several.delete_runs(workspace, user, runs)

    def compare_runs(user: User, *, runs: Runs) -> RunComparison:
        return comparison(workspace, user, runs)

    return [edit_run, archive_runs, delete_runs, compare_runs]


def _acts(workspace: Workspace) -> list[Function]:
    return [_act(workspace), _price(workspace), _places(workspace)]


def _act(workspace: Workspace) -> Function:
    def act(
        user: User,
        *,
        run: RunName,
        what: Act,
        agreed: Number | None = None,
        executor: Name | None = None,
        processes: Count | None = None,
        gpus: Count | None = None,
    ) -> Run:
        if what == "keep" or what == "cancel":
            return several.stop_all(workspace, user, run, what)
        placed = lifecycle.placement_of_run(workspace, user, run, executor, processes, gpus)
        return STARTS[what](workspace, user, run, replace(placed, agreed=agreed))

    return act


def _price(workspace: Workspace) -> Function:
    def run_price(
        user: User,
        *,
        run: RunName,
        what: Literal["again", "resume"],
        executor: Name | None = None,
        processes: Count | None = None,
        gpus: Count | None = None,
    ) -> RunPrice | None:
        placed = lifecycle.placement_of_run(workspace, user, run, executor, processes, gpus)
        return lifecycle.run_price(workspace, user, run, what, placed)

    return run_price


def _places(workspace: Workspace) -> Function:
    def resume_places(user: User, *, run: RunName) -> list[OfferedPlace]:
        return lifecycle.resume_places(workspace, user, run)

    return resume_places


def plotly_address() -> str:
    """Where the page gets Plotly from."""
    return f"gradio_api/file={PLOTLY}"
