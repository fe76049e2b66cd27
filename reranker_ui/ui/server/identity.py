"""Who is asking: the user behind a request, as the middleware found it."""

from typing import Any
from urllib.parse import unquote

from starlette.requests import HTTPConnection

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.accounts import check_name
from reranker_ui.services.people.api_keys import key_user
from reranker_ui.services.people.sessions import session_user
from reranker_ui.services.store.access import LOCAL, VISITOR, User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import Settings, Space

SESSION, NAME = "reranker_ui_session", "reranker_ui_name"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
NO_ACCOUNTS = (
    "Serving on {} needs sign-in, because others can reach it, and nobody can sign in yet."
    " Run `python -m reranker_ui users add NAME --role admin`, then start again."
)


def user_of(request: Any) -> User:
    """The user behind `request`, a gr.Request or a starlette one; Refused where there is none."""
    user = getattr(request.state, "user", None)
    if not isinstance(user, User):
        raise Refused("Sign in first.")
    return user


def signed_in_user(request: Any) -> User:
    """As `user_of`, but Refused for the visitor of a demo: for what a demo does not publish."""
    user = user_of(request)
    if user == VISITOR:
        raise Refused("Sign in first: this demo serves the Playground only.")
    return user


def sign_in_mode(settings: Settings, space: Space, anyone: bool) -> str:
    """How users are identified: "local" (one person, no password), "password", "hub" or "demo".

    anyone: whether somebody has a password. Refused where the page would be open to others.
    "setup": on a Space that cannot sign anyone in, where a page says what is missing.
    """
    if settings.demo:
        return "demo"
    if space.has_sign_in:
        return "hub"
    if settings.server_name in LOOPBACK and settings.sign_in == "auto" and not space.here:
        return "local"
    if anyone:
        return "password"
    if space.here:
        return "setup"
    raise Refused(NO_ACCOUNTS.format(settings.server_name))


def identify(workspace: Workspace, mode: str, request: HTTPConnection) -> User | None:
    """The user that the headers of a request show: a name, an API key or a session."""
    if mode == "local":
        return _named(request.cookies.get(NAME, ""))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key_user(workspace, token.strip())
    if key := request.headers.get("api-key"):  # as clients of Pinecone send it
        return key_user(workspace, key.strip())
    token = request.cookies.get(SESSION, "")
    user = session_user(workspace, token) if token else None
    return VISITOR if user is None and mode == "demo" else user


def _named(header: str) -> User:
    # On one's own machine a name says whose labels these are; it opens nothing.
    try:
        return User(check_name(unquote(header)), LOCAL.role, local=True) if header else LOCAL
    except Refused:
        return LOCAL
