"""Changing passwords and ending API keys: locked like a sign-in, by the owner or an admin."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people import api_keys, sign_in_lock, tokens
from reranker_ui.services.people.accounts import add_user, set_password
from reranker_ui.services.people.sessions import session_user, sign_in
from reranker_ui.services.store.access import LOCAL, User

GOOD, NEXT = "a good password", "another password"
MAI, LINH = User("Mai", "viewer"), User("Linh", "annotator")
ADMIN = User("Sara", "admin")


@pytest.fixture
def people(workspace):
    for user in (MAI, LINH, ADMIN):
        add_user(workspace, LOCAL, user.name, user.role, GOOD)
    return workspace


def own(workspace, present, **more):
    return set_password(workspace, MAI, "Mai", NEXT, present, **more)


@pytest.mark.both_databases
def test_the_current_password_is_locked_like_a_sign_in(people):
    def guess(number):
        try:
            return own(people, f"guess {number}")
        except Refused as refused:
            return str(refused)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(20)))
    looked_at = [answer for answer in answers if "not the current password" in answer]
    assert len(looked_at) == 5
    assert all("Too many" in answer for answer in answers if answer not in looked_at)
    with pytest.raises(sign_in_lock.Locked, match="Try again in 15 min"):
        own(people, GOOD)
    sign_in(people, "Mai", GOOD)  # nothing was changed
    set_password(people, LINH, "Linh", NEXT, GOOD)  # and nobody else is locked


def test_a_changed_password_ends_sessions_and_on_request_keys(people):
    session = sign_in(people, "Mai", GOOD)
    key = api_keys.make_key(people, MAI, "search")["key"]
    assert own(people, GOOD) == {"keys": 1}
    assert session_user(people, session) is None
    assert api_keys.key_user(people, key) == MAI
    assert set_password(people, MAI, "Mai", GOOD, NEXT, end_keys=True) == {"keys": 0}
    assert api_keys.key_user(people, key) is None


def test_the_owner_and_admins_end_keys_and_nobody_else(people, monkeypatch):
    monkeypatch.setattr(api_keys, "MOST_KEYS", 3)
    keys = [api_keys.make_key(people, MAI, name)["key"] for name in "abc"]
    with pytest.raises(Refused, match="can have 3 API keys"):
        api_keys.make_key(people, MAI, "d")
    (first, *_) = api_keys.list_keys(people, ADMIN, "Mai")
    assert first["name"] == "a"
    for act in (api_keys.list_keys, api_keys.end_keys):
        with pytest.raises(Refused, match="needs the role admin"):
            act(people, LINH, "Mai")
    with pytest.raises(Refused, match="already revoked"):
        api_keys.end_key(people, LINH, first["id"])
    api_keys.end_key(people, ADMIN, first["id"])
    assert [api_keys.key_user(people, key) for key in keys] == [None, MAI, MAI]
    assert api_keys.end_keys(people, ADMIN, "Mai") == 2
    assert api_keys.list_keys(people, MAI) == []


def test_the_verb_ends_keys(people, command):
    api_keys.make_key(people, MAI, "search")
    code, output, _ = command("users", "end-keys", "Mai")
    assert (code, output.strip()) == (0, "API keys revoked: 1.")
    assert api_keys.list_keys(people, MAI) == []


def test_passwords_beyond_those_that_wait_are_refused(monkeypatch):
    monkeypatch.setattr(tokens, "_WAITING", tokens.threading.BoundedSemaphore(1))
    with tokens._turn(), pytest.raises(Refused, match="Too many passwords"):
        tokens.hash_password(GOOD)
