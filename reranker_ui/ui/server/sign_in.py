"""The addresses where people sign in and out, outside of Gradio: pages with one form each."""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people import hub_accounts, invites, sessions, sign_in_lock
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import Space
from reranker_ui.ui.server import sign_in_page as pages
from reranker_ui.ui.server.hub_oauth import HubSignIn
from reranker_ui.ui.server.identity import SESSION

log = logging.getLogger(__name__)
OAUTH_COOKIE = "reranker_ui_going"  # cookie: what comes back with the browser from Hugging Face


class Login:
    """The routes. mode: see `identity.sign_in_mode`."""

    def __init__(self, workspace: Workspace, space: Space, mode: str, fault: str = "") -> None:
        self.workspace, self.space, self.mode, self.fault = workspace, space, mode, fault
        self.hub = HubSignIn(space)
        # Two passwords are hashed at once (tokens.py); waiting requests do not block threads.
        self.hashing = CapacityLimiter(2)

    def routes(self) -> list[Route]:
        """Everything to be passed to Gradio's `app_kwargs`."""
        return [
            Route("/login", self.show, methods=["GET"]),
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/login/check", self.check, methods=["GET"]),
            Route("/login/huggingface", self.to_hub, methods=["GET"]),
            Route("/login/callback", self.from_hub, methods=["GET"]),
            Route("/logout", self.sign_out, methods=["POST"]),
            Route("/invite", self.show_invite, methods=["GET"]),
            Route("/invite", self.accept, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page to sign in on."""
        if request.state.user is not None:
            return RedirectResponse(_next(request.query_params.get("next")), 303)
        return (
            pages.setup(self.fault) if self.mode == "setup" else self._page(request, pages.sign_in)
        )

    async def check(self, request: Request) -> Response:
        """Whether the browser is signed in: the page asks after its calls were refused."""
        return JSONResponse({"signed_in": request.state.user is not None})

    async def sign_in(self, request: Request) -> Response:
        """Check name and password; too many failures lock sign-in for a while."""
        form = await _form(request)
        name, host = form.get("name", ""), request.client.host if request.client else ""

        def again(refused: Refused, status: int) -> Response:
            to = form.get("next")
            return self._page(request, pages.sign_in, str(refused), status, name=name, to=to)

        try:
            counted = await to_thread.run_sync(sign_in_lock.begin, self.workspace, host, name)
        except sign_in_lock.Locked as locked:
            return again(locked, 429)
        try:
            token = await self._dear(
                sessions.sign_in, self.workspace, name, form.get("password", "")
            )
        except Refused as refused:
            log.warning("sign-in failed for %r from %s", name[:40], host)
            return again(refused, 403)
        await to_thread.run_sync(sign_in_lock.passed, self.workspace, host, name, counted)
        return self._signed_in(request, token, form.get("next"))

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        await to_thread.run_sync(
            sessions.sign_out, self.workspace, request.cookies.get(SESSION, "")
        )
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(SESSION, path="/")
        return answer

    async def show_invite(self, request: Request) -> Response:
        """The page to which an invite leads."""
        token = request.query_params.get("token", "")
        try:
            role = await to_thread.run_sync(invites.invited_as, self.workspace, token)
        except Refused as refused:
            return self._page(request, pages.sign_in, str(refused), 410)
        return self._page(request, pages.invite, role=role, token=token)

    async def accept(self, request: Request) -> Response:
        """Create an account by an invite, with a name and a password."""
        form = await _form(request)
        token, name = form.get("token", ""), form.get("name", "")
        if self.mode != "password":
            return RedirectResponse("/login", 303)
        try:
            role = await to_thread.run_sync(invites.invited_as, self.workspace, token)
        except Refused as refused:
            return self._page(request, pages.sign_in, str(refused), 410)
        try:
            entered = await self._dear(
                invites.accept, self.workspace, token, name, form.get("password", "")
            )
        except Refused as refused:
            return self._page(
                request, pages.invite, str(refused), 400, role=role, token=token, name=name
            )
        opened = await to_thread.run_sync(sessions.open_session, self.workspace, entered)
        return self._signed_in(request, opened, "/?tab=annotate")

    async def to_hub(self, request: Request) -> Response:
        """Redirect to the sign-in of Hugging Face."""
        if self.mode != "hub":
            return RedirectResponse("/login", 303)
        try:
            url, state, verifier = await to_thread.run_sync(self.hub.start)
        except Refused as refused:
            return self._page(request, pages.sign_in, str(refused), 502)
        answer = RedirectResponse(url, 303)
        next_path = _next(request.query_params.get("next"))
        cookie = "|".join((state, verifier, request.query_params.get("invite", ""), next_path))
        self._cookie(request, answer, OAUTH_COOKIE, cookie, 600)
        return answer

    async def from_hub(self, request: Request) -> Response:
        """Sign in with what Hugging Face sent back."""
        parts = request.cookies.get(OAUTH_COOKIE, "").split("|", 3)
        if self.mode != "hub" or len(parts) != 4:
            return self._page(request, pages.sign_in, "Start signing in from this page.", 400)
        state, verifier, invite, next_path = parts
        try:
            token = await to_thread.run_sync(
                self._hub_user, request.query_params, state, verifier, invite
            )
        except Refused as refused:
            return self._page(request, pages.sign_in, str(refused), 403)
        answer = self._signed_in(request, token, next_path)
        answer.delete_cookie(OAUTH_COOKIE, path="/")
        return answer

    def _hub_user(self, answer: Mapping[str, str], state: str, verifier: str, invite: str) -> str:
        subject, name = self.hub.finish(answer, state, verifier)
        entered = hub_accounts.hub_user(
            self.workspace, subject, name, creator=self.space.creator,
            newcomers=self.workspace.settings.newcomers, invite=invite or None,
        )  # fmt: skip
        return sessions.open_session(self.workspace, entered)

    async def _dear(self, act: Callable[..., Any], *values: Any) -> Any:
        return await to_thread.run_sync(act, *values, limiter=self.hashing)

    def _page(
        self, request: Request, render: Callable[..., Response], fault: str = "", status: int = 200,
        to: str | None = None, **values: str,
    ) -> Response:  # fmt: skip
        next_path = _next(to or request.query_params.get("next"))
        root = self.workspace.settings.sub_path()
        return render(
            self.mode, fault=fault, status=status, next_path=next_path, root=root, **values
        )

    def _signed_in(self, request: Request, token: str, to: str | None) -> Response:
        answer = RedirectResponse(_next(to), 303)
        self._cookie(request, answer, SESSION, token, int(sessions.SESSION_SECONDS))
        return answer

    def _cookie(self, request: Request, answer: Response, name: str, value: str, age: int) -> None:
        # In a Space the page stands in a frame of another site: the guard keeps those out.
        scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
        answer.set_cookie(
            name, value, max_age=age, path="/", httponly=True, secure=scheme.startswith("https"),
            samesite="none" if self.space.here and scheme.startswith("https") else "lax",
        )  # fmt: skip


def _next(target: str | None) -> str:
    """The address to continue at: only ever one of this server's."""
    target = target or "/"
    inside = target.startswith("/") and not target.startswith(("//", "/\\", "/login", "/invite"))
    return target if inside and target.isprintable() and "\\" not in target else "/"


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}
