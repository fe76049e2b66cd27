"""The Train tab: a form for a new run, the run in hand, all runs."""

import json
from pathlib import Path
from typing import Any

import gradio as gr
import plotly

from reranker_ui.services.runs import outcomes
from reranker_ui.services.runs import push as publishing
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.ui.component import room
from reranker_ui.ui.form import run_form
from reranker_ui.ui.pages import chart_layout, run_chart

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
ACTS = {
    "keep": lambda workspace, user, run: lifecycle.stop(workspace, user, run, "keep"),
    "cancel": lambda workspace, user, run: lifecycle.stop(workspace, user, run, "cancel"),
    "again": lifecycle.run_again,
    "resume": lifecycle.resume,
    "delete": lifecycle.delete,
}


def build(workspace: Workspace, shell: Any) -> None:
    """Draw the tab; `shell.dataset` is a gr.State with the name of the dataset in hand."""
    gr.set_static_paths([PLOTLY])
    with gr.Row(elem_id="rr-train-top", equal_height=False):
        form = run_form.draw(workspace)
        with gr.Column(elem_id="rr-train-live", min_width=0):
            functions = [_follow(workspace), _compared(workspace), _act(workspace)]
            functions += [_outcome(workspace), _push(workspace)]
            live = room("train", functions, ["shown", "refill"])
    room("train_runs", [_rows(workspace), _act(workspace)])
    run_form.connect(workspace, shell, form, live)


def _follow(workspace: Workspace) -> Any:
    def follow(user: User, payload: dict[str, Any]) -> dict[str, Any]:
        """The run, and what is new in its chart; the whole figure where it is not drawn yet."""
        asked = {name: payload.get(name) for name in ("run", "drawn", "steps")}
        found = lifecycle.follow(workspace, user, **asked, since=int(payload.get("since") or 0))
        run = found["run"]
        if run is None:
            return found
        told = run_chart.points(run["warm_steps"], found["events"])
        answer = {"run": run, "points": told, "next": found["next"], "plotly": plotly_address()}
        if not found["since"]:
            panel, extra = int(payload.get("panel") or chart_layout.PANEL), payload.get("extra")
            figure = run_chart.run_figure(
                run["name"],
                run["steps"],
                run["warm_steps"],
                told,
                panel,
                extra=extra if extra in run_chart.EXTRAS else None,
            )
            answer["figure"] = json.loads(figure.to_json())
        return answer

    return follow


def _compared(workspace: Workspace) -> Any:
    def compared(user: User, payload: dict[str, Any]) -> dict[str, Any]:
        """A past run as thin lines to lay over the chart; `number` chooses their colour."""
        found, number = lifecycle.events(workspace, user, payload["run"]), int(payload["number"])
        run = found["run"]
        told = run_chart.points(run["warm_steps"], found["events"])
        return {
            "id": run["id"],
            "name": run["name"],
            "number": number,
            "token": run_chart.COMPARED[number],
            "points": told,
            "traces": run_chart.compared_traces(run["name"], number, told),
        }

    return compared


def _outcome(workspace: Workspace) -> Any:
    def outcome(user: User, payload: dict[str, Any]) -> dict[str, Any]:
        return outcomes.outcome(workspace, user, payload["run"])

    return outcome


def _push(workspace: Workspace) -> Any:
    def push(user: User, payload: dict[str, Any]) -> dict[str, Any]:
        run, repo = payload["run"], str(payload.get("repo") or "")
        private, token = payload.get("private") is not False, payload.get("token")
        return publishing.push(workspace, user, run, repo, private, token)

    return push


def _rows(workspace: Workspace) -> Any:
    def rows(user: User, payload: dict[str, Any]) -> dict[str, Any]:
        have, limit = dict(payload.get("have") or {}), int(payload.get("limit") or 12)
        return lifecycle.changed_rows(workspace, user, have, limit)

    return rows


def _act(workspace: Workspace) -> Any:
    def act(user: User, payload: dict[str, Any]) -> Any:
        return ACTS[payload["what"]](workspace, user, payload["run"])

    return act


def plotly_address() -> str:
    """Where the page gets Plotly from."""
    return f"gradio_api/file={PLOTLY}"
