"""What an opened dataset shows beside its pairs: quality, guidelines, history, its split."""

from reranker_ui.services.datasets import history, pages, quality, split_report
from reranker_ui.services.datasets.edits import Edit
from reranker_ui.services.labels import (
    dataset_details,
    further_columns,
    guidelines,
    scale_change,
)
from reranker_ui.services.labels.scale_mapping import ChangedScale, ScaleChange
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function
from reranker_ui.ui.form.offers import BASES
from reranker_ui.ui.pages import quality_charts
from reranker_ui.ui.pages.chart_layout import PlotlyFigure, plain
from reranker_ui.ui.pages.train import plotly_address
from reranker_ui.ui.payload import Count, Id, LabelMap, Name, Names, ScaleSent, Text


class QualityState(quality.Quality):
    """The quality of a dataset, its figures by name, and the base models to choose from.

    `bases`: a text and the id of each; `plotly`: the address of Plotly.
    """

    figures: dict[str, PlotlyFigure]
    bases: list[tuple[str, str]]
    plotly: str


class OwnGuidelines(guidelines.Guidelines):
    """The guidelines of a dataset. `own`: whether the user may change them."""

    own: bool


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the opened dataset."""
    return [*_quality(workspace), *_further_columns(workspace), *_settings(workspace)]


def _quality(workspace: Workspace) -> list[Function]:
    def quality_report(user: User, *, dataset: Name, base: Name | None = None) -> QualityState:
        return _with_figures(quality.quality(workspace, user, dataset, base))

    def check_quality(
        user: User,
        *,
        dataset: Name,
        base: Name | None = None,
        max_length: Count | None = None,
        meaning: bool = False,
    ) -> QualityState:
        return _with_figures(quality.check(workspace, user, dataset, base, max_length, meaning))

    def stop_check(user: User, *, dataset: Name, base: Name | None = None) -> None:
        quality.stop_check(workspace, user, dataset, base)

    def join_sides(user: User, *, dataset: Name) -> Edit:
        return split_report.join_sides(workspace, user, dataset)

    return [quality_report, check_quality, stop_check, join_sides]


def _further_columns(workspace: Workspace) -> list[Function]:
    def split_receipt(user: User, *, dataset: Name) -> split_report.SplitReport:
        return split_report.split_receipt(workspace, user, dataset)

    def filter_choices(user: User, *, dataset: Name) -> pages.FilterChoices:
        return pages.filter_choices(workspace, user, dataset)

    def dataset_history(
        user: User, *, dataset: Name, before: Id | None = None
    ) -> history.HistoryPage:
        return history.history(workspace, user, dataset, before)

    def dataset_guidelines(user: User, *, dataset: Name) -> OwnGuidelines:
        stream = guidelines.stream_of(workspace, user, dataset)
        return {**stream["guidelines"], "own": stream["may"]["own"]}

    def write_dataset_guidelines(user: User, *, dataset: Name, text: Text) -> guidelines.Guidelines:
        return guidelines.edit_guidelines(workspace, user, dataset, text)

    return [
        split_receipt, filter_choices, dataset_history, dataset_guidelines,
        write_dataset_guidelines,
    ]  # fmt: skip


def _settings(workspace: Workspace) -> list[Function]:
    def preview_scale(
        user: User, *, dataset: Name, scale: ScaleSent, mapping: LabelMap | None = None
    ) -> ScaleChange:
        return scale_change.preview_scale(workspace, user, dataset, scale, mapping or {})

    def change_scale(
        user: User, *, dataset: Name, scale: ScaleSent, mapping: LabelMap | None = None
    ) -> ChangedScale:
        return scale_change.change_scale(workspace, user, dataset, scale, mapping or {})

    def rename_dataset(user: User, *, dataset: Name, name: Name) -> None:
        dataset_details.rename(workspace, user, dataset, name)

    def describe_dataset(user: User, *, dataset: Name, text: Text) -> None:
        dataset_details.describe(workspace, user, dataset, text)

    def columns_beside(user: User, *, dataset: Name) -> list[further_columns.FurtherColumn]:
        return further_columns.further_columns(workspace, user, dataset)

    def show_columns(user: User, *, dataset: Name, columns: Names) -> list[str]:
        return further_columns.show_columns(workspace, user, dataset, columns)

    return [preview_scale, change_scale, rename_dataset, describe_dataset, columns_beside,
            show_columns]  # fmt: skip


def _with_figures(state: quality.Quality) -> QualityState:
    report, figures = state["report"], {}
    if report:
        bars = report["balance"]["per_query"]
        figures["per_query"] = quality_charts.per_query_figure(bars)
        if report["lengths"]:
            figures["lengths"] = quality_charts.lengths_figure(report["lengths"])
    drawn = {name: plain(figure) for name, figure in figures.items()}
    bases = [(word, base) for base, word in BASES.items()]
    return {**state, "figures": drawn, "bases": bases, "plotly": plotly_address()}
