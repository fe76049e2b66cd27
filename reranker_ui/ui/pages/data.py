"""The Data tab: one room, whose server functions each call one service."""

import secrets
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder

from reranker_ui.core.formats.exports import FORMATS
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets import edits, hub_export, pages, text_edits
from reranker_ui.services.datasets import export as exporting
from reranker_ui.services.datasets import undo as undoing
from reranker_ui.services.imports import read_state, uploads
from reranker_ui.services.labels import datasets
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function, room
from reranker_ui.ui.pages import dataset_views

Payload = dict[str, Any]


def build(workspace: Workspace, shell: Any) -> None:
    """Draw the tab; the room follows what is open by itself."""
    room(
        "data",
        [
            *_sets(workspace),
            *_uploads(workspace),
            *_reading(workspace),
            *_pairs(workspace),
            *dataset_views.functions(workspace),
        ],
    )


def _sets(workspace: Workspace) -> list[Function]:
    def all_datasets(user: User, _asked: Payload) -> Any:
        found = datasets.list_datasets(workspace, user)
        steps = datasets.first_steps(workspace, user)
        return {"datasets": found, "steps": steps, "may_change": user.role == "admin"}

    def delete_dataset(user: User, asked: Payload) -> Any:
        return datasets.delete_dataset(workspace, user, str(asked["dataset"]))

    def export(user: User, asked: Payload) -> Any:
        form = str(asked["format"])
        # Gradio serves what lies in its upload folder; the token keeps the address secret.
        folder = Path(get_upload_folder()) / secrets.token_hex(16)
        folder.mkdir(parents=True)
        name = str(asked["dataset"])
        path = folder / f"{name}{FORMATS[form].suffix if form in FORMATS else ''}"
        return exporting.export_dataset(
            workspace, user, name, form, path, safe_for_excel=bool(asked.get("safe", True))
        )

    def push_dataset(user: User, asked: Payload) -> Any:
        name, repo, token = str(asked["dataset"]), str(asked["repo"]), asked.get("token")
        public = bool(asked.get("public"))
        return hub_export.export_to_hub(
            workspace, user, name, repo, public=public, token=token or None
        )

    def export_formats(_user: User, _asked: Payload) -> Any:
        return [
            {"key": key, "name": form.name, "suffix": form.suffix, "never": form.never}
            for key, form in FORMATS.items()
        ]

    return [all_datasets, delete_dataset, export, push_dataset, export_formats]


def _uploads(workspace: Workspace) -> list[Function]:
    def begin_upload(user: User, asked: Payload) -> Any:
        return uploads.begin_upload(workspace, user, _uploaded(asked), str(asked["name"]))

    def begin_hub(user: User, asked: Payload) -> Any:
        return uploads.begin_hub(workspace, user, str(asked["id"]))

    def add_texts(user: User, asked: Payload) -> Any:
        path, name = _uploaded(asked), str(asked["name"])
        return uploads.add_texts(workspace, user, asked["token"], asked["role"], path, name)

    return [begin_upload, begin_hub, add_texts]


def _reading(workspace: Workspace) -> list[Function]:
    def read_upload(user: User, asked: Payload) -> Any:
        return uploads.read_upload(workspace, user, asked["token"], asked["said"])

    def upload_state(user: User, asked: Payload) -> Any:
        return uploads.upload_state(workspace, user, asked["token"])

    def store_upload(user: User, asked: Payload) -> Any:
        name, confirmed = str(asked["dataset"]).strip(), list(asked.get("confirmed") or [])
        return uploads.store_upload(workspace, user, asked["token"], name, confirmed)

    def end_upload(user: User, asked: Payload) -> Any:
        return uploads.end_upload(workspace, user, asked["token"])

    def left_out(user: User, asked: Payload) -> Any:
        return read_state.left_out(
            workspace, user, asked["token"], after=int(asked["after"]), limit=2000
        )

    return [read_upload, upload_state, store_upload, end_upload, left_out]


def _pairs(workspace: Workspace) -> list[Function]:
    def page_of_pairs(user: User, asked: Payload) -> Any:
        name = asked.pop("dataset")
        return pages.page_of_pairs(workspace, user, name, **asked)

    def set_label(user: User, asked: Payload) -> Any:
        return edits.set_label(workspace, user, asked["dataset"], asked["ids"], asked["label"])

    def move_split(user: User, asked: Payload) -> Any:
        return edits.move_split(workspace, user, asked["dataset"], asked["ids"], asked["split"])

    def delete_pairs(user: User, asked: Payload) -> Any:
        return edits.delete_pairs(workspace, user, asked["dataset"], asked["ids"])

    def edit_text(user: User, asked: Payload) -> Any:
        return text_edits.edit_text(
            workspace,
            user,
            asked["dataset"],
            asked["id"],
            query=asked.get("query"),
            passage=asked.get("passage"),
            labels="remove" if asked.get("labels") == "remove" else "keep",
            whole_query=bool(asked.get("whole_query")),
        )

    def undo(user: User, asked: Payload) -> Any:
        return undoing.undo(workspace, user, asked["edit"])

    return [page_of_pairs, set_label, move_split, delete_pairs, edit_text, undo]


def _uploaded(asked: Payload) -> Path:
    """The path of an upload. The page names it, so it has to lie where Gradio puts uploads."""
    path = Path(str(asked["path"])).resolve()
    if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
        raise Refused("This file was not uploaded here. Choose it again.")
    return path
