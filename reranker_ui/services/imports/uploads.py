"""An import in the page: upload, look, change the reading, store; its state is in its folder."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypedDict, cast

from reranker_ui.core.formats.hub import PREFIX
from reranker_ui.core.formats.options import ReadingAnswers, ReadOptions
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_state import (
    GONE,
    Upload,
    UploadBeingRead,
    UploadBeingStored,
    UploadRead,
    UploadRefused,
    UploadState,
    UploadStored,
    claim_upload,
    end_reading,
    folder_of,
    left_out,
    move_into,
    reading_in,
    reading_state,
    start_reading,
    storing_in,
)  # fmt: skip
from reranker_ui.services.imports.sweep import sweep_imports
from reranker_ui.services.imports.target import Into, find_target
from reranker_ui.services.labels.dataset_details import check_name
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.jobs import start_on
from reranker_ui.services.store.workspace import Workspace

_MOST_FILES = 50  # in one import
_SHOWN = 100  # rows left out that are sent with the state
_ANSWERS = {field.name for field in fields(ReadingAnswers)}


class UploadToken(TypedDict):
    """The token of an upload, by which it is known from then on."""

    token: str


def begin_upload(workspace: Workspace, user: User, path: Path, name: str) -> UploadToken:
    """Take an uploaded file and start to read it."""
    require(user, "admin")
    token, file = claim_upload(workspace, user, path, name)
    _note(workspace, token, {"file": file, "bytes": _path(workspace, token, file).stat().st_size})
    start_reading(workspace, user, _path(workspace, token, file), ReadOptions(), token)
    return {"token": token}


def begin_hub(workspace: Workspace, user: User, address: str) -> UploadToken:
    """Start to bring and read a dataset on the Hub by its id, ORG/NAME[:CONFIG]."""
    require(user, "admin")
    name = address.strip().removeprefix(PREFIX)
    token = start_reading(workspace, user, Path(PREFIX + name), ReadOptions())
    _note(workspace, token, {"file": name, "bytes": 0, "hub": True})
    return {"token": token}


def add_file(workspace: Workspace, user: User, token: str, path: Path, name: str) -> None:
    """Take a further file of the same kind and read all of them as one."""
    require(user, "admin")
    noted = _noted(workspace, token)
    files = [noted["file"], *noted.get("more", [])]
    if noted.get("hub") or len(files) == _MOST_FILES:
        raise Refused(
            f"One import reads up to {_MOST_FILES} files from this computer. Import this one"
            " separately and add it to the dataset."
        )
    file = move_into(folder_of(workspace, token), path, name, files)
    _read(workspace, user, token, {**noted, "more": [*files[1:], file]})


def add_texts(
    workspace: Workspace, user: User, token: str, role: str, path: Path, name: str
) -> None:
    """Take a file of texts by id, for a file that holds ids only. role: corpus or queries."""
    require(user, "admin")
    if role not in ("corpus", "queries"):
        raise Refused(f"{role} is neither corpus nor queries.")
    noted = _noted(workspace, token)
    file = move_into(folder_of(workspace, token), path, f"{role} {name}")
    _note(workspace, token, {**noted, role: file})


def read_upload(workspace: Workspace, user: User, token: str, answers: dict[str, Any]) -> None:
    """Read the upload again as a person says; `answers` has fields of ReadingAnswers."""
    require(user, "admin")
    answered = {
        name: value for name, value in answers.items() if name in _ANSWERS and value is not None
    }
    _read(workspace, user, token, {**_noted(workspace, token), "said": answered})


def _read(workspace: Workspace, user: User, token: str, noted: dict[str, Any]) -> None:
    """Note the upload and read all its files again; Refused once it is being stored."""
    if "dataset" in noted:
        raise Refused("This file is being imported already.")

    def texts(role: str) -> str | None:
        return str(_path(workspace, token, noted[role])) if role in noted else None

    _note(workspace, token, noted)
    options = ReadOptions(**noted.get("said", {}), corpus=texts("corpus"), queries=texts("queries"))
    hub = noted.get("hub")
    path = Path(PREFIX + noted["file"]) if hub else _path(workspace, token, noted["file"])
    more = [_path(workspace, token, file) for file in noted.get("more", [])]
    start_reading(workspace, user, path, options, token, more)


def upload_state(workspace: Workspace, user: User, token: str) -> UploadState:
    """The state of the reading, or of the storing once it was started, with the file's name."""
    require(user, "admin")
    folder, noted = folder_of(workspace, token), _noted(workspace, token)
    if "dataset" in noted:
        return _storing(workspace, folder, noted)
    about, state = _about(noted), reading_state(workspace, user, token)
    if state["state"] == "reading":
        being_read: UploadBeingRead = {**about, **state}
        return being_read
    if state["state"] == "refused":
        refused: UploadRefused = {**about, **state}
        return refused
    rows = left_out(workspace, user, token, limit=_SHOWN)
    return cast(UploadRead, {**about, **state, "left_out": rows})


def _about(noted: dict[str, Any]) -> Upload:
    return cast(Upload, {name: noted.get(name) for name in Upload.__annotations__})


def store_upload(
    workspace: Workspace, user: User, token: str, dataset_name: str,
    confirmed: Collection[str] = (), into: Into | None = None, split: str | None = None,
    grade_names: Sequence[str] | None = None, shown: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Start to store a finished reading; `into`, `split` and `shown` as in `store_reading`.

    grade_names: of the labels of its scale, lowest first; None for those of the reading.

    Refused where a column may hold passages or labels that are not read and its name is not among
    those `confirmed`, and where the names do not fit the scale.
    """
    require(user, "admin")
    check_name(dataset_name)
    folder, noted = folder_of(workspace, token), _noted(workspace, token)
    result = reading_in(folder).state().result or {}
    if "report" not in result:
        raise Refused("The file is not read yet. Wait until its report is shown.")
    _check_confirmed(result, confirmed)
    with workspace.reading() as connection:
        find_target(connection, dataset_name, into)
    source = ", ".join([noted["file"], *noted.get("more", [])])[:200]
    scale = Scale.from_json(result["scale"])
    names = scale.names if grade_names is None else tuple(grade_names)
    request = {"dataset": dataset_name, "into": into, "split": split, "source": source,
               "user": asdict(user), "shown": shown,
               "grade_names": replace(scale, names=names).checked().names}  # fmt: skip
    module = "reranker_ui.services.imports.store_job"
    if not start_on(workspace, storing_in(folder), module, request):
        raise Refused("This file is being imported already.")
    _note(workspace, token, {**noted, "dataset": dataset_name})


def _check_confirmed(result: Mapping[str, Any], confirmed: Collection[str]) -> None:
    asking = [column["column"] for column in result.get("unread", []) if column["asks"]]
    missing = [name for name in asking if name not in confirmed]
    if missing:
        raise Refused(
            f"{', '.join(missing[:6])} {'is' if len(missing) == 1 else 'are'} not read. Say what"
            " they hold, or confirm that they hold no passages or labels."
        )


def end_upload(workspace: Workspace, user: User, token: str) -> None:
    """Cancel an upload: its files, staged pairs and pairs stored so far are deleted."""
    require(user, "admin")
    end_reading(workspace, user, token)
    sweep_imports(workspace)


def _storing(
    workspace: Workspace, folder: Path, noted: dict[str, Any]
) -> UploadStored | UploadBeingStored | UploadRead:
    about = _about(noted)
    state, reading = storing_in(folder).state(), reading_in(folder).state().result or {}
    if state.name == "done":
        workspace.forget()
        return cast(UploadStored, {**about, "state": "stored", **state.result})
    if state.name == "running":
        report, through = reading.get("report", {}), state.progress.get("through", 0)
        total = report.get("kept", 0) + report.get("unlabelled", 0)
        return {**about, "state": "storing", "through": through, "of": total,
                "dataset": noted["dataset"]}  # fmt: skip
    sweep_imports(workspace)
    del noted["dataset"]
    save(folder / "upload.json", noted)
    read = {**about, "state": "read", **reading, "not_stored": state.refused}
    return cast(UploadRead, read)


def _noted(workspace: Workspace, token: str) -> dict[str, Any]:
    noted: dict[str, Any] | None = read_object(folder_of(workspace, token) / "upload.json")
    if noted is None:
        raise Refused(GONE)
    return noted


def _note(workspace: Workspace, token: str, noted: dict[str, Any]) -> None:
    save(folder_of(workspace, token) / "upload.json", noted)


def _path(workspace: Workspace, token: str, file: str) -> Path:
    return folder_of(workspace, token) / file
