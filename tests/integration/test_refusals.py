"""A refused act changes nothing: the database and the home are as they were before it."""

import random
import sqlite3
import time

import pytest
import sqlalchemy as sa

from reranker_ui.core.values.execution.process_folder import ProcessFolder
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.ranking import rankers
from reranker_ui.services.store.access import LOCAL, ROLES, User
from reranker_ui.services.store.database import metadata
from tests.support.annotator_calls import ACTS, READS, Draw
from tests.support.served_page import Served
from tests.support.twin_homes import Model, make_twin

# Payloads that pass every check but the last ones; whatever is not named is asked with ACTS and
# READS too, and with a dataset, a pair and a run that are not there.
MISSING = {"dataset": "no such", "pair": 10**6, "run": "999", "edit": 10**6, "id": 10**6}
HALF_WRONG = {
    "annotate": [{"pair": 1, "label": 7, "id": "x"}, {"pair": 24, "label": 1, "id": "y"},
                 {"pair": 1, "label": 1, "id": ""}],
    "label_result": [
        {"query": "question blind 5?", "passage": "brand new", "label": 1, "client_id": "a"},
        {"query": "question blind 0?", "passage": "brand new", "label": 7, "client_id": "b"},
        {"query": "question blind 0?", "passage": "brand new", "label": 1, "client_id": ""},
    ],
    "send_to_annotate": [{"query": "question blind 0?", "passages": ["brand new", " "]}],
    "decide": [{"pair": 1, "label": 7}, {"dataset": "decider", "pair": 48, "label": 1}],
    "undecide": [{"dataset": "decider", "pair": 48}],
    "take": [{"pair": 24}],
    "add_comment": [{"pair": 1, "text": " "}, {"pair": 24, "text": "why?"}],
    "mark_gold": [{"ids": [10**6], "gold_pair": True}],
    "set_label": [{"ids": [1, 2], "label": 7}, {"ids": [1, 10**6], "label": 1}],
    "move_split": [{"ids": [1], "split": "no such"}],
    "add_pairs": [{"query": "q", "passages": ["brand new", ""]}],
    "edit_text": [{"id": 1, "passage": ""}],
    "set_stream": [{"overlap": 99, "blind": False}, {"order": "uncertain", "run": 999}],
    "write_guidelines": [{"text": "x" * 60_000}],
    "write_dataset_guidelines": [{"text": "x" * 60_000}],
    "set_role": [{"name": "Ann", "role": "king"}, {"name": "Sara", "role": "viewer"}],
    "set_password": [{"name": "Ann", "password": "short", "present": ""}],
    "remove_user": [{"name": "Sara"}, {"name": "nobody"}],
    "invite": [{"role": "king", "places": 1}, {"role": "viewer", "places": 0}],
    "make_key": [{"name": ""}],
    "set_demo": [{"title": "t", "text": "", "dataset": "none", "run": "", "queries": []}],
    "push_dataset": [{"repo": "not a place"}],
    "save_cutoff": [{"run": "1", "goal": "no such"}],
    "restore_labels": [{"edit": 1}],
    "undo": [{"edit": 1}],
    "next_pairs": [{"order": "no such", "n": 5, "have": [1, 2], "imported": True}],
    "compare": [{"query": "q", "models": [], "passages": "a"}],
    "score_again": [],
    "change_scale": [{"scale": {"kind": "graded", "max": 2.5}, "mapping": {"1": 9}}],
    "preview_scale": [{"scale": {"kind": "binary", "max": 1, "names": ["a"]}}],
    "rename_dataset": [{"name": "decider"}, {"name": "x" * 81}],
    "describe_dataset": [{"text": "x" * 2_000}],
    "page_of_pairs": [{"finding": "no such"}, {"sort": "no such"}],
    "export": [{"format": "no such"}],
}  # fmt: skip
# They answer whatever is asked, or have nothing to refuse to a viewer.
NEVER = {
    "overview",
    "all_datasets",
    "export_formats",
    "rankers",
    "rows",
    "score_again",
    "list_keys",
    "make_key",
    "end_keys",
    "score_wording",
    "form_offers",
    "fill_by_name",
    "fill_by_text",
}


@pytest.fixture
def played(workspace, tmp_path, monkeypatch):
    """One twin with its people, as each role sees it."""
    monkeypatch.setattr(rankers, "Encoder", Model)
    monkeypatch.setattr(rankers, "_load", Model)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    rankers.MODELS.clear()
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    url = workspace.settings.database_url
    twin = make_twin(workspace.home, url, 0, 1, model, ("blind", "decider"))
    people = [User("Vera", "viewer"), User("Ann", "annotator"), User("Sara", "admin")]
    for user in people:
        add_user(twin.workspace, LOCAL, user.name, user.role, "a password for tests")
    yield twin, {user.role: Served(twin, user) for user in people}
    rankers.MODELS.clear()


class State:
    """Every row of the database, and every file of the home beside it and what is only cached."""

    def __init__(self, workspace) -> None:
        self._workspace = workspace
        self._watch = sqlite3.connect(next(workspace.home.glob("*.db")))
        self._version, self._rows = None, {}

    def now(self) -> tuple:
        # The version that a connection sees changes with each commit of another one.
        (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version, self._rows = version, rows_of(self._workspace)
        return self._rows, files_of(self._workspace)


def rows_of(workspace) -> dict:
    with workspace.reading() as connection:
        return {table.name: sorted(map(repr, connection.execute(sa.select(table))))
                for table in metadata.sorted_tables if table.name != "failures"}  # fmt: skip


def files_of(workspace) -> dict:
    aside = ("cache", "write.lock", "importing.lock")
    return {path.relative_to(workspace.home): path.stat().st_size
             for path in workspace.home.rglob("*")
             if path.is_file() and path.relative_to(workspace.home).parts[0] not in aside
             and not path.name.startswith("reranker-ui.db")}  # fmt: skip


def wait_for_children(home) -> None:
    """Wait until the processes that an accepted act began have written all they write."""
    deadline = time.monotonic() + 60
    while any(ProcessFolder(file.parent).alive() for file in home.rglob("job.alive")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _differing(before: tuple, after: tuple) -> list:
    """The rows and files that are in one state only."""
    (rows, files), (new_rows, new_files) = before, after
    changed = [set(rows[name]) ^ set(new_rows[name]) for name in rows]
    return [*filter(None, changed), set(files.items()) ^ set(new_files.items())]


def payloads(name: str, role: str, twin) -> list[dict]:
    """What a function is asked. An admin's calls would be accepted where nothing is wrong."""
    draws = [Draw(random.Random(f"{name} {n}"), "blind", twin.ids["blind"]) for n in range(3)]
    drawn = [(ACTS | READS)[name](draw) for draw in draws]
    missing = {key: value for key, value in MISSING.items() if key in drawn[0]}
    if isinstance(drawn[0].get("id"), str):  # the mark of a change, and no number
        del missing["id"]
    wrong = [{**drawn[0], **missing}]
    half = [{**drawn[0], **more} for more in HALF_WRONG.get(name, [])]
    return wrong + half + ([] if role == "admin" else drawn)


def test_a_refused_act_changes_nothing(played):
    twin, served = played
    changed, refused = [], set()
    state = State(twin.workspace)
    before = state.now()
    for role in ROLES:
        for name in ACTS | READS:
            for payload in payloads(name, role, twin):
                answer = served[role].call(name, payload)
                if '"refused"' not in answer:
                    wait_for_children(twin.workspace.home)
                after = state.now()
                if '"refused"' in answer:
                    refused.add(name)
                    if after != before:
                        changed.append((role, name, payload, answer, _differing(before, after)))
                before = after
    assert not changed, "\n".join(map(str, changed))
    never = set(ACTS | READS) - refused
    assert never <= NEVER
