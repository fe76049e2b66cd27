"""The import in the Data tab: upload files, look at how they are read, store their pairs."""

from pathlib import Path

from gradio.utils import get_upload_folder

from reranker_ui.core.formats.structure.file_reading import LeftOutRow, StoredReport
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import Split
from reranker_ui.services.imports import duplicate as duplicating
from reranker_ui.services.imports import import_preview as previewing
from reranker_ui.services.imports import importer, read_state, uploads
from reranker_ui.services.imports.target import Into
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function
from reranker_ui.ui.payload import Answers, Id, Name, Names


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the import."""
    return [*_samples(workspace), *_uploads(workspace), *_reading(workspace)]


def _samples(workspace: Workspace) -> list[Function]:
    """Datasets that come without a file."""

    def duplicate_dataset(user: User, *, dataset: Name, name: Name) -> duplicating.CopiedDataset:
        return duplicating.duplicate(workspace, user, dataset, name.strip())

    def load_sample(user: User) -> StoredReport:
        return importer.load_sample(workspace, user)

    return [duplicate_dataset, load_sample]


def _uploads(workspace: Workspace) -> list[Function]:
    def begin_upload(user: User, *, path: Name, name: Name) -> uploads.UploadToken:
        return uploads.begin_upload(workspace, user, _uploaded(path), name)

    def begin_hub(user: User, *, id: Name) -> uploads.UploadToken:
        return uploads.begin_hub(workspace, user, id)

    def add_texts(user: User, *, token: Name, role: Name, path: Name, name: Name) -> None:
        uploads.add_texts(workspace, user, token, role, _uploaded(path), name)

    def add_file(user: User, *, token: Name, path: Name, name: Name) -> None:
        uploads.add_file(workspace, user, token, _uploaded(path), name)

    return [begin_upload, begin_hub, add_file, add_texts]


def _reading(workspace: Workspace) -> list[Function]:
    def read_upload(user: User, *, token: Name, said: Answers) -> None:
        uploads.read_upload(workspace, user, token, said)

    def upload_state(user: User, *, token: Name) -> read_state.UploadState:
        return uploads.upload_state(workspace, user, token)

    def import_preview(
        user: User, *, token: Name, dataset: Name, into: Into
    ) -> previewing.ImportPreview:
        return previewing.import_preview(workspace, user, token, dataset.strip(), into)

    def store_upload(
        user: User,
        *,
        token: Name,
        dataset: Name,
        confirmed: Names | None = None,
        into: Into | None = None,
        split: Split | None = None,
        grade_names: Names | None = None,
        shown: Names | None = None,
    ) -> None:
        uploads.store_upload(
            workspace, user, token, dataset.strip(), confirmed or [], into, split, grade_names,
            shown,
        )  # fmt: skip

    def end_upload(user: User, *, token: Name) -> None:
        uploads.end_upload(workspace, user, token)

    def left_out(user: User, *, token: Name, after: Id) -> list[LeftOutRow]:
        return read_state.left_out(workspace, user, token, after=after, limit=2000)

    return [read_upload, upload_state, import_preview, store_upload, end_upload, left_out]


def _uploaded(named: str) -> Path:
    """The path of an upload. The page names it, so it has to lie where Gradio puts uploads."""
    path = Path(named).resolve()
    if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
        raise Refused("This file was not uploaded here. Choose it again.")
    return path
