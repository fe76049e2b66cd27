"""Every address of the served app: ours and Gradio's."""

from collections.abc import Iterator

from gradio.routes import App

from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.layout import build_app
from reranker_ui.ui.server.entry import PageServer


def addresses_of_ours(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Method and path of each route beside Gradio's."""
    for route in PageServer(workspace).routes():
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path


def addresses_of_gradio(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """The same of Gradio's routes, those of its router included."""
    for route in App.create_app(build_app(workspace)).routes:
        routers = getattr(route, "effective_route_contexts", None)
        for one in routers() if routers else [route]:
            for method in getattr(one, "methods", None) or ("GET",):
                yield method, one.path
