"""The Data tab: one widget, whose server functions each call one service."""

import secrets
import shutil
from pathlib import Path
from typing import Literal, TypedDict

from gradio.utils import get_upload_folder

from reranker_ui.core.formats.exports import FORMATS
from reranker_ui.services.datasets import edits, hub_export, pages, text_edits
from reranker_ui.services.datasets import export as exporting
from reranker_ui.services.datasets import undo as undoing
from reranker_ui.services.datasets.export import Exported
from reranker_ui.services.datasets.sorting import Order
from reranker_ui.services.labels import datasets
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function, widget
from reranker_ui.ui.pages import dataset_views, imports, one_pair
from reranker_ui.ui.payload import (
    Count,
    Flag,
    Id,
    Ids,
    Name,
    Number,
    Place,
    Text,
)  # fmt: skip


class Datasets(TypedDict):
    """The list of datasets, what a new user has done so far, and what the user may do."""

    datasets: list[datasets.Dataset]
    steps: datasets.FirstSteps
    may_change: bool
    may_label: bool


class ExportFormat(TypedDict):
    """A format of files. `never`: what it cannot hold."""

    key: str
    name: str
    suffix: str
    never: tuple[str, ...]


def build(workspace: Workspace) -> None:
    """Draw the tab; the widget follows what is open by itself."""
    widget("data", functions(workspace))


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the tab."""
    return [
        *_sets(workspace),
        *imports.functions(workspace),
        *_pages(workspace),
        *_edits(workspace),
        *dataset_views.functions(workspace),
        *one_pair.functions(workspace),
    ]


def _sets(workspace: Workspace) -> list[Function]:
    def all_datasets(user: User) -> Datasets:
        return {
            "datasets": datasets.list_datasets(workspace, user),
            "steps": datasets.first_steps(workspace, user),
            "may_change": user.role == "admin",
            "may_label": user.role != "viewer",
        }

    def delete_dataset(user: User, *, dataset: Name) -> datasets.DeletedDataset:
        return datasets.delete_dataset(workspace, user, dataset)

    def export(user: User, *, dataset: Name, format: Name, safe: Flag = True) -> Exported:
        # Gradio serves what lies in its upload folder; the token keeps the address secret.
        folder = Path(get_upload_folder()) / secrets.token_hex(16)
        folder.mkdir(parents=True)
        path = folder / f"{dataset}{FORMATS[format].suffix if format in FORMATS else ''}"
        try:
            return exporting.export_dataset(
                workspace, user, dataset, format, path, safe_for_excel=safe
            )
        except Exception:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def push_dataset(
        user: User, *, dataset: Name, repo: Name, token: Name | None = None, public: Flag = False
    ) -> Exported:
        return hub_export.export_to_hub(
            workspace, user, dataset, repo, public=public, token=token or None
        )

    def export_formats(_user: User) -> list[ExportFormat]:
        return [
            {"key": key, "name": form.name, "suffix": form.suffix, "never": form.never}
            for key, form in FORMATS.items()
        ]

    return [all_datasets, delete_dataset, export, push_dataset, export_formats]


def _pages(workspace: Workspace) -> list[Function]:
    def page_of_pairs(
        user: User,
        *,
        dataset: Name,
        after: Id | None = None,
        before: Id | None = None,
        search: Text | None = None,
        split: Name | None = None,
        label: Name | None = None,
        annotator: Name | None = None,
        source: Name | None = None,
        finding: Name | None = None,
        size: Count = pages.PAGE,
        sort: Name = "",
        descending: Flag = False,
        at: Place | None = None,
    ) -> pages.PairPage:
        order = Order(sort, descending, at) if sort else None
        return pages.page_of_pairs(
            workspace, user, dataset, after=after, before=before, search=search or "",
            split=split, label=label, annotator=annotator, source=source, finding=finding,
            size=size, order=order,
        )  # fmt: skip

    def ids_of_pairs(
        user: User,
        *,
        dataset: Name,
        search: Text | None = None,
        split: Name | None = None,
        label: Name | None = None,
        annotator: Name | None = None,
        source: Name | None = None,
        finding: Name | None = None,
        limit: Count = pages.MOST_IDS,
    ) -> pages.SelectedIds:
        return pages.ids_of_pairs(
            workspace, user, dataset, search=search or "", split=split, label=label,
            annotator=annotator, source=source, finding=finding, limit=limit,
        )  # fmt: skip

    return [page_of_pairs, ids_of_pairs]


def _edits(workspace: Workspace) -> list[Function]:
    def set_label(user: User, *, dataset: Name, ids: Ids, label: Number | None) -> edits.Edit:
        return edits.set_label(workspace, user, dataset, ids, label)

    def move_split(user: User, *, dataset: Name, ids: Ids, split: Name) -> edits.Edit:
        return edits.move_split(workspace, user, dataset, ids, split)

    def delete_pairs(user: User, *, dataset: Name, ids: Ids) -> edits.Edit:
        return edits.delete_pairs(workspace, user, dataset, ids)

    def edit_text(
        user: User,
        *,
        dataset: Name,
        id: Id,
        query: Text | None = None,
        passage: Text | None = None,
        labels: Literal["keep", "remove"] = "keep",
        whole_query: Flag = False,
    ) -> text_edits.TextEdit:
        return text_edits.edit_text(
            workspace, user, dataset, id, query=query, passage=passage, labels=labels,
            whole_query=whole_query,
        )  # fmt: skip

    def undo(user: User, *, edit: Id) -> undoing.Undone:
        return undoing.undo(workspace, user, edit)

    return [set_label, move_split, delete_pairs, edit_text, undo]
