"""An import step by step, as the page does it: its state lies in a folder of its own."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports import uploads
from reranker_ui.services.imports.read_state import folder_of
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import datasets, imports, pairs
from tests.support.serving import asking, call, with_people


def wait(workspace, token: str, *states: str) -> dict:
    """The state of an upload once it is none of `states`."""
    deadline = time.monotonic() + 60
    while (state := uploads.upload_state(workspace, LOCAL, token))["state"] in states:
        assert time.monotonic() < deadline, state
        time.sleep(0.02)
    return state


def begin(workspace, tmp_path, text: str, name: str = "some file.csv") -> str:
    path = tmp_path / "uploaded"
    path.write_text(text)
    return uploads.begin_upload(workspace, LOCAL, path, name)["token"]


def test_a_file_with_ids_asks_for_its_texts_and_takes_them(workspace, tmp_path):
    token = begin(workspace, tmp_path, "1 0 d1 2\n1 0 d2 0\n2 0 d1 1\n", "judged.qrels")
    state = wait(workspace, token, "reading")
    assert (state["state"], state["file"]) == ("refused", "judged.qrels")
    assert "corpus" in state["refused"]
    for role, rows in (("corpus", "d1\tfirst\nd2\tsecond\n"), ("queries", "1\task\n2\tsay\n")):
        path = tmp_path / role
        path.write_text(rows)
        uploads.add_texts(workspace, LOCAL, token, role, path, f"{role}.tsv")
    uploads.read_upload(workspace, LOCAL, token, {})
    state = wait(workspace, token, "reading")
    assert (state["report"]["kept"], state["corpus"]) == (3, "corpus corpus.tsv")
    with pytest.raises(Refused, match="neither"):
        uploads.add_texts(workspace, LOCAL, token, "request", path, "x")


def test_storing_begins_although_the_reader_still_ends(workspace, tmp_path):
    token = begin(workspace, tmp_path, "query,passage,label\nq,p,1\nq,r,0\n")
    wait(workspace, token, "reading")
    with JobFolder(folder_of(workspace, token) / "reading").lock():
        uploads.store_upload(workspace, LOCAL, token, "d")
    with pytest.raises(Refused, match="already"):
        uploads.store_upload(workspace, LOCAL, token, "d")
    state = wait(workspace, token, "storing")
    assert (state["state"], state["kept"]) == ("stored", 2)
    assert [one["name"] for one in list_datasets(workspace, LOCAL)] == ["d"]


def test_what_a_person_says_is_kept_with_the_upload(workspace, tmp_path):
    lost = "Người đầu tiên".encode().decode("cp1252", "replace")
    wrong = "être déjà où".encode().decode("latin-1")
    token = begin(workspace, tmp_path, f"query,passage,label\n{wrong},{lost},1\n")
    state = wait(workspace, token, "reading")
    assert state["mojibake"]["texts"] == 1 and not state["mojibake"]["repaired"]
    assert state["preview"][0]["query"] == wrong
    uploads.read_upload(workspace, LOCAL, token, {"repair": True, "limits": {"rows": 1}})
    state = wait(workspace, token, "reading")
    assert state["said"] == {"repair": True}
    assert state["preview"][0]["query"] == "être déjà où"
    assert state["mojibake"]["repaired"] is True
    uploads.end_upload(workspace, LOCAL, token)
    with pytest.raises(Refused, match="no longer exists"):
        folder_of(workspace, token)


def test_what_a_cancelled_import_stored_goes_at_once(workspace, tmp_path):
    lines = [f"query {n // 5},passage {n},{n % 2}" for n in range(20_000)]
    token = begin(workspace, tmp_path, "\n".join(["query,passage,label", *lines]))
    wait(workspace, token, "reading")
    uploads.store_upload(workspace, LOCAL, token, "d")
    deadline = time.monotonic() + 60
    while count(workspace, pairs) == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list_datasets(workspace, LOCAL) == []
    uploads.end_upload(workspace, LOCAL, token)
    assert [count(workspace, table) for table in (datasets, imports, pairs)] == [0, 0, 0]
    assert list((workspace.home / "uploads").iterdir()) == []


def count(workspace, table) -> int:
    with workspace.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def test_only_an_admin_uploads(workspace, tmp_path):
    with pytest.raises(Refused, match="admin"):
        uploads.begin_upload(workspace, User("ann", "annotator"), tmp_path / "x", "x")


def test_columns_that_are_not_read_are_confirmed_before_they_are_stored(workspace, tmp_path):
    rows = [f"how is stone {n},a good text {n},a further text {n}" for n in range(3)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["query,passage,other", *rows]))
    token = uploads.begin_upload(workspace, LOCAL, path, "mine.csv")["token"]
    state = wait(workspace, token, "reading")
    assert [(column["column"], column["asks"]) for column in state["unread"]] == [("other", True)]
    with pytest.raises(Refused, match="other is not read"):
        uploads.store_upload(workspace, LOCAL, token, "d")
    uploads.store_upload(workspace, LOCAL, token, "d", ["other"])
    assert wait(workspace, token, "storing")["added"] == 3


def test_equal_uploads_at_once_do_not_meet(tmp_path):
    server = with_people(tmp_path / "home", RERANKER_UI_RATE_LIMIT="0").start()
    try:
        admin = asking(server, "admin")
        config = admin.get("/config").json()
        file = b"query,passage,label\nq,p,1\n"

        def upload(_number):
            (path,) = admin.post("/gradio_api/upload", files={"files": ("a.csv", file)}).json()
            return call(admin, "begin_upload", {"path": path, "name": "a.csv"}, config).json()

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(upload, range(8)))
    finally:
        server.kill()
    assert len({answer["ok"]["token"] for answer in answers}) == 8


@pytest.mark.parametrize("token", ["𠀀" * 100, "a" * 999, "../uploads", "", "１" * 8])
def test_a_token_of_no_upload_is_refused(workspace, token):
    for act in (uploads.upload_state, uploads.end_upload):
        with pytest.raises(Refused):
            act(workspace, LOCAL, token)
