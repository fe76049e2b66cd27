"""Signing in with Hugging Face, against a provider of our own that checks what it is sent."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people import accounts, invites
from reranker_ui.services.store.access import LOCAL
from reranker_ui.settings import Space
from reranker_ui.ui.server.entry import PageServer
from reranker_ui.ui.server.identity import user_of

HOST = "team-reranker.hf.space"


class Provider(BaseHTTPRequestHandler):
    """Hugging Face, as far as signing in goes. `people`: code -> who that is."""

    people: ClassVar[dict] = {}
    challenges: ClassVar[dict] = {}

    def do_GET(self):
        asked = urlsplit(self.path)
        if asked.path == "/.well-known/openid-configuration":
            here = f"http://{self.headers['host']}"
            self._say(
                {
                    "authorization_endpoint": f"{here}/oauth/authorize",
                    "token_endpoint": f"{here}/oauth/token",
                    "userinfo_endpoint": f"{here}/oauth/userinfo",
                }
            )
        elif asked.path == "/oauth/userinfo":
            code = self.headers["authorization"].removeprefix("Bearer token-of-")
            self._say(self.people[code])

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        code, verifier = form["code"][0], form["code_verifier"][0]
        digest = hashlib.sha256(verifier.encode()).digest()
        fits = self.challenges[code] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        sent = self.headers["authorization"] == "Basic " + base64.b64encode(b"id:pw").decode()
        if fits and sent:
            self._say({"access_token": f"token-of-{code}", "token_type": "bearer"})
        else:
            self._say({"error": "invalid_grant"}, 400)

    def _say(self, payload, status=200):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(payload).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def space():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Space(
        SYSTEM="spaces",
        SPACE_ID="team/reranker",
        SPACE_HOST=HOST,
        SPACE_CREATOR_USER_ID="sub-creator",
        OAUTH_CLIENT_ID="id",
        OAUTH_CLIENT_SECRET=SecretStr("pw"),
        OPENID_PROVIDER_URL=f"http://127.0.0.1:{server.server_address[1]}",
    )
    server.shutdown()


def app_of(workspace, space):
    page_server = PageServer(workspace, space)

    def page(request):
        user = user_of(request)
        return PlainTextResponse(f"{user.name} {user.role}")

    routes = [*page_server.routes(), Route("/", page)]
    return Starlette(routes=routes, middleware=page_server.middleware())


def browser(workspace, space):
    return TestClient(
        app_of(workspace, space),
        base_url=f"https://{HOST}",
        follow_redirects=False,
        headers={"accept": "text/html"},
    )


def come(client, code, payload, start="/login/huggingface"):
    """Go to the provider and come back as the person of `payload`; the answer to the callback."""
    there = client.get(start)
    asked = parse_qs(urlsplit(there.headers["location"]).query)
    assert asked["redirect_uri"] == [f"https://{HOST}/login/callback"]
    Provider.people[code] = payload
    Provider.challenges[code] = asked["code_challenge"][0]
    return client.get(f"/login/callback?code={code}&state={asked['state'][0]}")


ADA = {"sub": "sub-creator", "preferred_username": "ada"}
BOB = {"sub": "sub-bob", "preferred_username": "bob"}


def test_the_creator_is_the_first_admin(workspace, space):
    client = browser(workspace, space)
    assert client.get("/").headers["location"] == "/login?next=%2F"
    assert "Sign in with Hugging Face" in client.get("/login").text
    back = come(client, "c1", ADA)
    assert (back.status_code, back.headers["location"]) == (303, "/")
    cookie = back.headers["set-cookie"].lower()
    assert "samesite=none" in cookie and "secure" in cookie and "httponly" in cookie
    assert client.get("/").text == "ada admin"


def test_a_person_is_known_by_sub_whatever_the_name(workspace, space):
    come(browser(workspace, space), "c1", ADA)
    client = browser(workspace, space)
    come(client, "c2", {"sub": "sub-creator", "preferred_username": "countess"})
    assert client.get("/").text == "ada admin"
    impostor = browser(workspace, space)
    assert come(impostor, "c3", {"sub": "sub-evil", "preferred_username": "ada"}).status_code == 403
    assert impostor.get("/").status_code == 303


def test_others_come_by_invite(workspace, space):
    client = browser(workspace, space)
    refused = come(client, "c1", BOB)
    assert refused.status_code == 403 and "Ask its owner for an invite link" in refused.text
    token = invites.invite(workspace, LOCAL, "annotator")["token"]
    page = client.get(f"/invite?token={token}").text
    assert "You are invited as annotator" in page and "password" not in page.lower()
    come(client, "c2", BOB, start=f"/login/huggingface?invite={token}")
    assert client.get("/").text == "bob annotator"
    with pytest.raises(Refused, match="has been used"):
        invites.invited_as(workspace, token)


def test_newcomers_get_the_role_of_the_settings(workspace, space):
    workspace.settings.newcomers = "viewer"
    client = browser(workspace, space)
    come(client, "c1", BOB)
    assert client.get("/").text == "bob viewer"
    accounts.set_role(workspace, LOCAL, "bob", "annotator")
    assert client.get("/").text == "bob annotator"


def test_who_was_removed_stays_out_until_an_admin_adds_the_name_again(workspace, space):
    workspace.settings.newcomers = "annotator"
    client = browser(workspace, space)
    come(client, "c1", BOB)
    come(browser(workspace, space), "c2", ADA)
    accounts.add_user(workspace, LOCAL, "Sara", "admin")
    for name in ("bob", "ada"):
        accounts.remove_user(workspace, LOCAL, name)
    token = invites.invite(workspace, LOCAL, "annotator")["token"]
    for start in ("/login/huggingface", f"/login/huggingface?invite={token}"):
        back = come(client, "c3", {**BOB, "preferred_username": "bobby"}, start=start)
        assert back.status_code == 403 and "bob was removed" in back.text
    assert invites.invited_as(workspace, token) == "annotator"  # its place is free still
    with pytest.raises(Refused, match="access to the same account"):
        accounts.add_user(workspace, LOCAL, "bob", "admin", "a password for another bob")
    accounts.add_user(workspace, LOCAL, "bob", "viewer")
    come(client, "c4", BOB)
    assert client.get("/").text == "bob viewer"
    owner = browser(workspace, space)
    come(owner, "c5", ADA)
    assert owner.get("/").text == "ada admin"  # the Space is the creator's
    assert [one["name"] for one in accounts.list_users(workspace, LOCAL)] == ["bob", "ada", "Sara"]


@pytest.mark.parametrize("address", ["code=c1&state=forged", "state=x", "error=access_denied"])
def test_who_did_not_start_here_is_not_let_in(workspace, space, address):
    client = browser(workspace, space)
    assert client.get(f"/login/callback?{address}").status_code == 400
    client.get("/login/huggingface")
    assert client.get(f"/login/callback?{address}").status_code == 403
    assert "reranker_ui_session" not in client.cookies


def test_the_token_of_the_hub_is_kept_nowhere(workspace, space):
    client = browser(workspace, space)
    back = come(client, "c9", ADA)
    database = b"".join(path.read_bytes() for path in workspace.home.glob("reranker-ui.db*"))
    assert b"token-of-c9" not in database and "token-of-c9" not in str(back.headers)


def test_foreign_names_of_the_host_are_not_answered(workspace, space):
    assert browser(workspace, space).get("/", headers={"host": "evil.example"}).status_code == 403


def test_a_space_that_signs_nobody_in_says_what_is_missing(workspace, space):
    bare = space.model_copy(update={"client_id": ""})
    client = browser(workspace, bare)
    page = client.get(client.get("/").headers["location"])
    assert page.status_code == 200 and "hf_oauth: true" in page.text
    assert client.get("/config", headers={"accept": "*/*"}).status_code == 401
