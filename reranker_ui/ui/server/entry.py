"""How the page is served: how people sign in, the middleware, the routes beside Gradio's."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reranker_ui.services.operating.health import health, pulse
from reranker_ui.services.people.accounts import anyone_has_a_password
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import PRIVATE_NETWORKS, Space
from reranker_ui.ui.api.client_errors import ClientErrors
from reranker_ui.ui.api.gradio_routes import UsedRoutes
from reranker_ui.ui.api.queue_budget import QueueBudget
from reranker_ui.ui.api.routes import RerankApi
from reranker_ui.ui.compression import CompressedFiles
from reranker_ui.ui.first_paint import TITLES, FirstPaint
from reranker_ui.ui.server import guide
from reranker_ui.ui.server.auth import AuthMiddleware
from reranker_ui.ui.server.body_limit import BodyLimit
from reranker_ui.ui.server.downloads import Downloads
from reranker_ui.ui.server.file_upload import FileUpload
from reranker_ui.ui.server.identity import LOOPBACK, sign_in_mode
from reranker_ui.ui.server.modules import modules
from reranker_ui.ui.server.origins import OriginMiddleware
from reranker_ui.ui.server.page_calls import PageCalls
from reranker_ui.ui.server.request_id import RequestIdMiddleware
from reranker_ui.ui.server.sign_in import Login
from reranker_ui.ui.server.streams import StreamOwners, refuse_unknown
from reranker_ui.ui.server.sub_path import SubPath

IN_THE_CLEAR = (
    "Passwords are sent unencrypted over http. Put an HTTPS reverse proxy that forwards Host in"
    " front of %s."
)
_PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "application/vnd.*")


class PageServer:
    """What `launch` needs to serve `workspace`; Refused if that would be open to others.

    fault: why a Space's page is closed, shown instead of it.
    """

    def __init__(self, workspace: Workspace, space: Space | None = None, fault: str = "") -> None:
        self.workspace, self.space, self.fault = workspace, space or workspace.space, fault
        settings = workspace.settings
        self.mode = (
            "setup"
            if fault
            else sign_in_mode(settings, self.space, anyone_has_a_password(workspace))
        )
        self.owners = StreamOwners()

    @property
    def proxies(self) -> str:
        """Networks whose forwarded addresses are trusted; Spaces run behind proxies."""
        return self.workspace.settings.trusted_proxies or (
            PRIVATE_NETWORKS if self.space.here else ""
        )

    def middleware(self) -> list[Middleware]:
        """From the outside in: name the request, refuse foreign ones, ask who, bound the body."""
        hosts = [*self.space.hosts, *LOOPBACK] if self.space.here else None
        return [
            Middleware(GZipMiddleware, compresslevel=5, exclude_content_types=_PACKED),
            Middleware(SubPath, root=self.workspace.settings.sub_path()),
            Middleware(CompressedFiles),
            Middleware(FirstPaint, tabs=["Playground"] if self.mode == "demo" else TITLES),
            Middleware(RequestIdMiddleware),
            Middleware(ClientErrors),
            Middleware(OriginMiddleware, hosts=LOOPBACK if self.mode == "local" else hosts),
            Middleware(
                AuthMiddleware,
                workspace=self.workspace,
                mode=self.mode,
                owners=self.owners,
                proxies=self.proxies,
            ),
            Middleware(UsedRoutes),
            Middleware(BodyLimit),
        ]

    def routes(self) -> list[Route]:
        """The addresses beside Gradio's."""
        login = Login(self.workspace, self.space, self.mode, self.fault)
        return [
            *login.routes(),
            *self.api_routes(),
            *Downloads(self.workspace).routes(),
            *PageCalls().routes(),
            *FileUpload(self.workspace.settings.max_upload_bytes).routes(),
            *modules().routes(),
            *guide.routes(),
        ]

    def api_routes(self) -> list[Route]:
        """The ranking API and `/health`, which need no page."""
        health = Route("/health", self.health, methods=["GET"])
        return [*RerankApi(self.workspace).routes(), health]

    async def health(self, request: Request) -> Response:
        """Whether all is well; numbers and versions only for those who are signed in."""
        user = request.state.user
        report: Any = await (
            run_in_threadpool(health, self.workspace, user)
            if user
            else run_in_threadpool(pulse, self.workspace)
        )
        return JSONResponse(report, 200 if report["status"] == "ok" else 503)

    def guard(self, queue: Any) -> None:
        """Keep each person's session in Gradio's queue to that person, old pages out, and bound it.

        The budget comes last, so that it is asked first.
        """
        refuse_unknown(queue)
        if self.mode != "local":  # there a name is only whose labels these are
            self.owners.guard(queue)
        QueueBudget().guard(queue)

    def name_of(self, request: Any) -> str | None:
        """For Gradio: the name of the signed-in user, None for nobody."""
        user = getattr(request.state, "user", None)
        return user.name if user else None

    def notices(self) -> list[str]:
        """What the operator should know about how the page is served."""
        if self.mode != "password" or self.workspace.settings.server_name in LOOPBACK:
            return []
        return [IN_THE_CLEAR % self.workspace.settings.server_name]
