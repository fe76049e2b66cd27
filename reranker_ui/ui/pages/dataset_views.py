"""What an opened dataset shows beside its pairs: quality, guidelines, history, its split."""

import json
from typing import Any

from reranker_ui.services.datasets import history, pages, quality, split_report
from reranker_ui.services.labels import guidelines
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function
from reranker_ui.ui.form.run_form import BASES
from reranker_ui.ui.pages import quality_charts
from reranker_ui.ui.pages.train import plotly_address

Payload = dict[str, Any]


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the opened dataset."""
    return [*_quality(workspace), *_beside(workspace)]


def _quality(workspace: Workspace) -> list[Function]:
    def quality_report(user: User, asked: Payload) -> Any:
        found = quality.quality(workspace, user, asked["dataset"], asked.get("base"))
        return _with_figures(found)

    def check_quality(user: User, asked: Payload) -> Any:
        base, most = asked.get("base"), asked.get("max_length")
        return _with_figures(quality.check(workspace, user, asked["dataset"], base, most))

    def stop_check(user: User, asked: Payload) -> Any:
        return quality.stop_check(workspace, user, asked["dataset"], asked.get("base"))

    def join_sides(user: User, asked: Payload) -> Any:
        return split_report.join_sides(workspace, user, asked["dataset"])

    return [quality_report, check_quality, stop_check, join_sides]


def _beside(workspace: Workspace) -> list[Function]:
    def split_receipt(user: User, asked: Payload) -> Any:
        return split_report.split_receipt(workspace, user, asked["dataset"])

    def filter_choices(user: User, asked: Payload) -> Any:
        return pages.filter_choices(workspace, user, asked["dataset"])

    def dataset_history(user: User, asked: Payload) -> Any:
        return history.history(workspace, user, asked["dataset"], asked.get("before"))

    def dataset_guidelines(user: User, asked: Payload) -> Any:
        told = guidelines.stream_of(workspace, user, asked["dataset"])
        return {**told["guidelines"], "own": told["may"]["own"]}

    def write_dataset_guidelines(user: User, asked: Payload) -> Any:
        return guidelines.edit_guidelines(workspace, user, asked["dataset"], str(asked["text"]))

    return [
        split_receipt, filter_choices, dataset_history, dataset_guidelines,
        write_dataset_guidelines,
    ]  # fmt: skip


def _with_figures(found: dict[str, Any]) -> dict[str, Any]:
    report, figures = found["report"], {}
    if report:
        bars = report["balance"]["per_query"]
        figures["per_query"] = quality_charts.per_query_figure(bars)
        if report["lengths"]:
            figures["lengths"] = quality_charts.lengths_figure(report["lengths"])
    drawn = {name: json.loads(figure.to_json()) for name, figure in figures.items()}
    return {**found, "figures": drawn, "bases": BASES, "plotly": plotly_address()}
