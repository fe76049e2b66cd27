"""Signing in: who may pass the door, who may not, and when it shuts."""

import os
import re
import subprocess
import sys

import httpx
import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people import accounts, invites, sign_in_lock
from reranker_ui.services.people.hub_accounts import hub_user
from reranker_ui.services.store.access import LOCAL
from tests.support import ROOT
from tests.support.server import free_port
from tests.support.serving import PASSWORD, asking, call, with_people

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = with_people(tmp_path_factory.mktemp("sign-in") / "home")
    yield one.start()
    one.kill()


@pytest.fixture(scope="module")
def config(server):
    return asking(server, "admin").get("/config").json()


def test_an_address_others_can_reach_needs_sign_in(home, command):
    home.mkdir()
    port = str(free_port())
    code, _, said = command(
        "serve", GRADIO_SERVER_NAME="0.0.0.0", GRADIO_SERVER_PORT=port, RERANKER_UI_HOME=str(home)
    )
    assert code == 1
    assert "users add NAME --role admin" in said and "Traceback" not in said


def test_nobody_passes_who_is_not_signed_in(server):
    client = asking(server)
    page = client.get("/?tab=train", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2F%3Ftab%3Dtrain")
    for path in ("/config", "/gradio_api/info", "/gradio_api/app_id", "/gradio_api/heartbeat/x"):
        assert client.get(path).status_code == 401, path
    for path in ("/gradio_api/component_server", "/gradio_api/upload", "/gradio_api/cancel"):
        assert client.post(path, json={}).status_code == 401, path
    assert client.get("/login").status_code == 200


def test_signing_in_and_out(server):
    client = asking(server)
    form = {"name": "viewer", "password": PASSWORD, "next": "/?tab=train"}
    answer = client.post("/login", data=form)
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/?tab=train")
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/config").status_code == 200
    token = client.cookies["reranker_ui_session"]
    assert client.post("/logout").status_code == 303
    kept = {"cookie": f"reranker_ui_session={token}"}
    assert httpx.get(f"{server.url}/config", headers=kept).status_code == 401


@pytest.mark.parametrize(
    "there", ["//evil.example", "https://evil.example", "/\\evil.example", "/login"]
)
def test_signing_in_leads_nowhere_else(server, there):
    form = {"name": "viewer", "password": PASSWORD, "next": there}
    assert asking(server).post("/login", data=form).headers["location"] == "/"


def test_the_cookie_is_for_https_where_that_is_spoken(server):
    form = {"name": "viewer", "password": PASSWORD}
    answer = asking(server).post("/login", data=form, headers={"x-forwarded-proto": "https"})
    assert "Secure" in answer.headers["set-cookie"]


def test_a_foreign_page_cannot_act_with_someones_cookie(server, config):
    admin = asking(server, "admin")
    before = call(admin, "invite", {"role": "admin", "places": 1}, config)
    assert before.status_code == 200
    admin.headers["origin"] = "http://evil.example"
    assert call(admin, "invite", {"role": "admin", "places": 1}, config).status_code == 403
    assert admin.post("/logout").status_code == 403


def test_too_many_failures_shut_the_door(server):
    client = asking(server)
    said = [
        client.post("/login", data={"name": "nobody", "password": "x" * 12}).status_code
        for _ in range(6)
    ]
    assert said == [403] * 5 + [429]
    form = {"name": "nobody", "password": PASSWORD}
    assert "Try again in 15 min" in client.post("/login", data=form).text
    assert asking(server, "viewer")  # others may
    server.kill()  # and a restart opens nothing
    server.start()
    assert client.post("/login", data=form).status_code == 429


@pytest.mark.both_databases
def test_only_what_failed_shuts_the_door(workspace):
    def locked(host, name):
        try:
            sign_in_lock.check(workspace, host, name)
        except sign_in_lock.Locked:
            return True
        return False

    def tries(number, name, good):
        for _ in range(number):
            counted = sign_in_lock.begin(workspace, "a", name)
            if good:
                sign_in_lock.passed(workspace, "a", name, counted)

    for number in range(35):
        tries(2, f"person {number}", good=True)
    tries(55, "Mai", good=True)
    assert not locked("a", "Mai")
    tries(4, "Lin", good=False)
    tries(1, "Lin", good=True)  # forgets the failures of this name here, not the address's
    tries(4, "Lin", good=False)
    assert not locked("a", "Lin")
    tries(1, "Lin", good=False)
    assert locked("a", "Lin")
    for number in range(21):
        tries(1, f"nobody {number}", good=False)
    assert locked("a", "Mai")
    assert not locked("b", "Mai")


def test_more_than_one_person_asks_is_refused_for_a_moment(tmp_path):
    one = with_people(tmp_path / "home", RERANKER_UI_RATE_LIMIT="2").start()
    try:
        client, other = asking(one, "viewer"), asking(one, "annotator")
        said = [client.post("/gradio_api/cancel", json={}) for _ in range(15)]
        codes = [answer.status_code for answer in said]
        assert 429 not in codes[:8] and codes[-1] == 429
        assert int(said[-1].headers["retry-after"]) >= 1 and "Try again" in said[-1].text
        assert client.get("/config").status_code == 200  # looking is not changing
        assert other.post("/gradio_api/cancel", json={}).status_code != 429
    finally:
        one.kill()


def test_a_new_password_ends_the_sessions(server, command):
    adding = ("users", "add", "Lin", "--role", "annotator")
    home = str(server.home)
    workspace_user = {"name": "Lin", "password": "the first password"}
    _piped(server, adding, "the first password")
    client = asking(server)
    assert client.post("/login", data=workspace_user).status_code == 303
    assert client.get("/config").status_code == 200
    _piped(server, ("users", "password", "Lin"), "the second password")
    assert client.get("/config").status_code == 401
    assert asking(server).post("/login", data=workspace_user).status_code == 403
    code, out, _ = command("users", "list", RERANKER_UI_HOME=home)
    assert code == 0 and re.search(r"^Lin +annotator +password$", out, re.MULTILINE)


def test_a_role_and_a_removal_count_at_once(server, config):
    _piped(server, ("users", "add", "Mai", "--role", "viewer"), PASSWORD)
    admin, mai = asking(server, "admin"), asking(server)
    mai.post("/login", data={"name": "Mai", "password": PASSWORD})
    assert "refused" in call(mai, "people_now", {}, config).json()
    assert "ok" in call(admin, "set_role", {"name": "Mai", "role": "admin"}, config).json()
    assert "ok" in call(mai, "people_now", {}, config).json()
    assert "ok" in call(admin, "remove_user", {"name": "Mai"}, config).json()
    assert mai.get("/config").status_code == 401


def test_an_invite_lets_one_in_and_no_more(server, config):
    admin, guest = asking(server, "admin"), asking(server)
    invite = call(admin, "invite", {"role": "annotator", "places": 1}, config).json()["ok"]
    token = invite["token"]
    assert "annotator" in guest.get(f"/invite?token={token}").text
    short = guest.post("/invite", data={"token": token, "name": "Guest", "password": "short"})
    assert short.status_code == 400 and "at least 10 characters" in short.text
    form = {"token": token, "name": "Guest", "password": PASSWORD}
    assert guest.post("/invite", data=form).status_code == 303
    assert call(guest, "overview", {}, config).json()["ok"]["user"] == {
        "name": "Guest",
        "role": "annotator",
    }
    again = asking(server).post("/invite", data={**form, "name": "Other"})
    assert again.status_code == 410 and "used or has expired" in again.text


def test_an_invite_gives_nobody_the_name_of_someone_who_was_removed(workspace):
    accounts.add_user(workspace, LOCAL, "Mallory", "annotator", PASSWORD)
    accounts.remove_user(workspace, LOCAL, "Mallory")
    token = invites.invite(workspace, LOCAL, "annotator")["token"]
    with pytest.raises(Refused, match="a removed user"):
        invites.accept(workspace, token, "Mallory", PASSWORD)
    assert invites.accept(workspace, token, "Mallory 2", PASSWORD)
    accounts.add_user(workspace, LOCAL, "Mallory", "annotator", PASSWORD)  # an admin may
    names = [one["name"] for one in accounts.list_users(workspace, LOCAL)]
    assert names == ["Mallory", "Mallory 2"]


def test_an_api_key_acts_as_its_owner_until_it_ends(server, config):
    client = asking(server, "annotator")
    made = call(client, "make_key", {"name": "script"}, config).json()["ok"]
    program = httpx.Client(
        base_url=server.url, headers={"authorization": f"Bearer {made['key']}"}, timeout=30
    )
    seen = call(program, "overview", {}, config).json()["ok"]["user"]
    assert seen == {"name": "annotator", "role": "annotator"}
    (key,) = call(client, "list_keys", {}, config).json()["ok"]
    assert made["key"] not in str(key)
    call(client, "end_key", {"id": key["id"]}, config)
    assert program.get("/config").status_code == 401
    program.headers["authorization"] = "Bearer rr_made-up"
    assert program.get("/config").status_code == 401


def test_secrets_are_kept_as_hashes_only(server):
    client = asking(server, "admin")
    token = client.cookies["reranker_ui_session"]
    database = b"".join(
        path.read_bytes()
        for path in server.home.iterdir()
        if path.name.startswith("reranker-ui.db")
    )
    assert PASSWORD.encode() not in database and token.encode() not in database
    assert b"$argon2id$" in database


def test_health_says_little_to_strangers(server):
    answer = asking(server).get("/health")
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "disk": "ok",
        "worker": "ok",
        "runs": "ok",
    }
    known = asking(server, "viewer").get("/health").json()
    assert known["versions"]["gradio"] and known["disk"]["free_bytes"] > 0


def test_each_answer_has_its_request_id(server):
    first, second = (asking(server).get("/login") for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    named = asking(server).get("/login", headers={"x-request-id": "from-the-proxy"})
    assert named.headers["x-request-id"] == "from-the-proxy"


def _piped(server, arguments, line):
    done = subprocess.run(
        [sys.executable, "-m", "reranker_ui", *arguments],
        cwd=ROOT,
        input=f"{line}\n",
        text=True,
        capture_output=True,
        env={**os.environ, "RERANKER_UI_HOME": str(server.home)},
    )
    assert done.returncode == 0, done.stderr


def test_an_upload_leaves_the_reach_of_others_when_it_is_taken(server, config):
    admin, viewer = asking(server, "admin"), asking(server, "viewer")
    file = {"files": ("mine.csv", b"query,passage,label\na,b,1\n")}
    path = admin.post("/gradio_api/upload", files=file).json()[0]
    upload = call(admin, "begin_upload", {"path": path, "name": "mine.csv"}, config).json()["ok"]
    for client in (viewer, admin):
        assert client.get(f"/gradio_api/file={path}").status_code in (403, 404)
    where = server.home / "uploads" / upload["token"] / "mine.csv"
    assert where.exists()
    assert viewer.get(f"/gradio_api/file={where}").status_code in (403, 404)


def test_what_the_sign_in_pages_repeat_is_text(server):
    payload = '"><script>window.__xss=1</script><img src=x onerror=alert(1)>'
    client = asking(server)
    answers = [
        client.get("/login", params={"next": payload}),
        client.get("/invite", params={"token": payload}),
        client.post("/login", data={"name": payload, "password": payload, "next": payload}),
        client.post("/invite", data={"name": payload, "password": payload, "token": payload}),
        client.get("/login/callback", params={"error": payload, "state": payload}),
    ]
    for answer in answers:
        assert "<script>window" not in answer.text and "<img src=x" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors" in answer.headers["content-security-policy"]


def test_a_name_that_differs_only_in_case_is_refused(workspace):
    accounts.add_user(workspace, LOCAL, "Ǎda", "admin", PASSWORD)
    for name in ("ǎda", "ǍDA"):
        with pytest.raises(Refused, match=r"Ǎda already exists, and .* differs only in case"):
            accounts.add_user(workspace, LOCAL, name, "annotator", PASSWORD)
    hub_user(workspace, "subject-1", "ǍDA", creator=None, newcomers="annotator")
    assert [one["name"] for one in accounts.list_users(workspace, LOCAL)] == ["Ǎda", "ǍDA 2"]
