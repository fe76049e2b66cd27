"""The clock is set back or forward: nothing stays locked, and what has ended does not return."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.people.api_keys import key_user, list_keys, make_key
from reranker_ui.services.people.invites import invite, list_invites
from reranker_ui.services.people.sessions import session_user, sign_in
from reranker_ui.services.people.sign_in_lock import Locked, begin, check
from reranker_ui.services.store.access import LOCAL
from tests.support import IN_CI, ROOT
from tests.support.labelling import LINH, MAI, seed

DAY = 86_400.0
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
# What a process sees whose clock is another one.
SEEN = """
import json, sys
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.people.api_keys import key_user, list_keys, make_key
from reranker_ui.services.people.invites import list_invites
from reranker_ui.services.people.sessions import session_user
from reranker_ui.services.people.sign_in_lock import Locked, check
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from tests.support.labelling import LINH
space = open_workspace()
try:
    check(space, "127.0.0.1", "ann")
    locked = False
except Locked:
    locked = True
print(json.dumps({
    "session": session_user(space, sys.argv[1]) is not None,
    "offered": len(next_pairs(space, LINH, "caves", n=9)["pairs"]),
    "locked": locked,
    "invites": len(list_invites(space, LOCAL)),
}))
"""


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock so many seconds from now."""
    begun = time.time()

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: begun + seconds)

    set_to(0.0)
    return set_to


def offered(workspace, user) -> list[int]:
    return [pair["id"] for pair in next_pairs(workspace, user, "caves", n=9)["pairs"]]


@pytest.mark.both_databases
def test_leases_end_when_the_clock_is_set_back_or_forward(workspace, clock):
    ids = seed(workspace, count=3)
    assert offered(workspace, MAI) == ids and offered(workspace, LINH) == []
    clock(-DAY)
    assert offered(workspace, LINH) == ids
    clock(DAY)
    assert offered(workspace, MAI) == ids


def fail(workspace, times):
    for _ in range(times):
        begin(workspace, "127.0.0.1", "ann")


def is_locked(workspace):
    try:
        check(workspace, "127.0.0.1", "ann")
    except Locked:
        return True
    return False


def test_nobody_is_locked_out_by_failures_of_a_later_time(workspace, clock):
    fail(workspace, 5)
    assert is_locked(workspace)
    clock(-DAY)
    assert not is_locked(workspace)
    fail(workspace, 5)
    assert is_locked(workspace)
    clock(0.0)  # the clock is right again: the failures above are a day old
    assert not is_locked(workspace)


def test_sessions_and_invites_end_by_the_clock(workspace, clock):
    add_user(workspace, LOCAL, "ann", "annotator", "a password for tests")
    token = sign_in(workspace, "ann", "a password for tests")
    invite(workspace, LOCAL, "annotator", 2)
    for seconds, open_still in ((-DAY, True), (29 * DAY, True), (31 * DAY, False), (0.0, True)):
        clock(seconds)
        assert (session_user(workspace, token) is not None) == open_still
    clock(400 * DAY)
    assert list_invites(workspace, LOCAL) == [] and session_user(workspace, token) is None
    with pytest.raises(Refused):
        sign_in(workspace, "ann", "another password")


def test_the_last_use_of_a_key_is_right_again_when_the_clock_is(workspace, clock):
    add_user(workspace, LOCAL, LINH.name, LINH.role, "a password for tests")
    key = make_key(workspace, LINH, "search")["key"]
    for seconds in (365 * DAY, 0.0):
        clock(seconds)
        assert key_user(workspace, key) == LINH
        (shown,) = list_keys(workspace, LINH)
        assert shown["used_at"] == time.time()


def test_a_run_without_a_worker_is_lost_after_the_clock_was_set_back(tmp_path, clock):
    folder = RunFolder(tmp_path / "00001")
    folder.path.mkdir()
    folder.emit("queued")
    assert folder.lives()
    clock(-DAY)
    assert not folder.lives()


def seen_at(offset: str, token: str) -> dict:
    """What SEEN shows in a process whose clock is set to `offset` by libfaketime."""
    if LIBRARY is None:
        message = "no libfaketime on this machine; install one with: apt install libfaketime"
        (pytest.fail if IN_CI else pytest.skip)(message)
    found = subprocess.run(
        [sys.executable, "-c", SEEN, token],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(LIBRARY), "FAKETIME": offset, "NO_FAKE_STAT": "1"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    return dict(json.loads(found.stdout))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("offset", "session", "offered", "locked", "invites"),
    [("+0", True, 0, True, 1), ("-1d", True, 3, False, 1), ("+31d", False, 3, False, 0)],
)
def test_a_process_with_another_clock(workspace, offset, session, offered, locked, invites):
    seed(workspace, count=3)
    next_pairs(workspace, MAI, "caves", n=9)
    add_user(workspace, LOCAL, "ann", "annotator", "a password for tests")
    token = sign_in(workspace, "ann", "a password for tests")
    invite(workspace, LOCAL, "annotator", 2)
    fail(workspace, 5)
    found = seen_at(offset, token)
    assert found == {"session": session, "offered": offered, "locked": locked, "invites": invites}
