"""The page: header, four tabs, and how it is served."""

import logging
import signal
from contextlib import nullcontext
from pathlib import Path

import gradio as gr

from reranker_ui import logs
from reranker_ui.core.values.machine import return_memory
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import backup_schedule, overview
from reranker_ui.services.ranking import engines, preload
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import ASSETS, Settings, secret_values, trust_proxies
from reranker_ui.ui.component import head
from reranker_ui.ui.pages import annotate, data, header, playground, train
from reranker_ui.ui.server.entry import Door
from reranker_ui.ui.theme import theme

log = logging.getLogger(__name__)
SESSIONS = 2  # whose last inputs and answers Gradio keeps, up to 16 MB each; nothing reads them
TABS = {
    "Data": data.build,
    "Annotate": annotate.build,
    "Train": train.build,
    "Playground": playground.build,
}


def build_app(workspace: Workspace, way: str = "local") -> gr.Blocks:
    """The whole page over `workspace`. way: how people are known, see `identity.way_in`."""
    with gr.Blocks(
        title="Reranker UI", fill_width=True, delete_cache=(3600, 3600), analytics_enabled=False
    ) as page:
        header.build(workspace, way)
        with gr.Tabs(elem_id="rr-tabs"):
            for name in ["Playground"] if way == "demo" else TABS:
                with gr.Tab(name, id=name.lower(), elem_id=f"rr-tab-{name.lower()}"):
                    TABS[name](workspace)
    return page


def serve(settings: Settings | None = None) -> None:
    """Serve the page until interrupted. Refused if another process serves the same home."""
    settings = settings or Settings()
    return_memory()
    logs.begin(settings.log_format, secret_values())
    with overview.serving(settings.home_folder(), settings.database_url is None):
        workspace = open_workspace(settings)
        fault = _restored(workspace)
        door = Door(workspace, fault=fault)
        overview.begin(workspace)
        engines.begin()
        preload.begin(workspace)
        page = build_app(workspace, door.way)
        page.queue(default_concurrency_limit=8, max_size=200)
        door.guard(page._queue)
        page._queue.sleep_when_free = 0.02  # else it wakes a thousand times a second for nothing
        address = _launch(page, settings, door)
        print(f"Reranker UI is at {address}  (home: {workspace.home})", flush=True)
        for notice in door.notices():
            log.warning(notice)
        for number in (signal.SIGINT, signal.SIGTERM):  # a container's stop ends it like Ctrl-C
            signal.signal(number, signal.default_int_handler)
        with nullcontext() if fault else backup_schedule.backing_up(workspace):
            page.block_thread()


def _restored(workspace: Workspace) -> str:
    """Bring back what was lost; on a Space the sentence that its page then shows, if that fails."""
    try:
        backup_schedule.restore_if_lost(workspace)
    except Refused as refused:
        if not workspace.space.here:
            raise
        log.error("The page stays shut: %s", refused)
        return str(refused)
    return ""


def _launch(page: gr.Blocks, settings: Settings, door: Door) -> str:
    trust_proxies(door.proxies)
    try:
        _app, address, _ = page.launch(
            server_name=settings.server_name,
            server_port=settings.server_port,
            root_path=settings.root_path,
            theme=theme(),
            head=head() + _style(),
            max_file_size=settings.max_upload_bytes,
            state_session_capacity=SESSIONS,
            favicon_path=str(ASSETS / "favicon.svg"),
            allowed_paths=[],
            show_error=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=[],
            ssr_mode=False,
            mcp_server=False,
            share=False,
            quiet=True,
            auth_dependency=door.name_of,
            app_kwargs={"middleware": door.middleware(), "routes": door.routes()},
            prevent_thread_lock=True,
        )
    except OSError as error:
        port = settings.server_port or "7860 to 7959"
        raise Refused(
            f"Port {port} on {settings.server_name} cannot be used."
            " Free it, or set GRADIO_SERVER_PORT to another one."
        ) from error
    return str(address)


def _style() -> str:
    """The page's stylesheet, for its head.

    Not by Gradio's `css`, which scopes the `@media` rules to its own container: dialogs, menus
    and toasts lie outside of it. Nested below the root three times, a rule applies everywhere
    and is stronger than Gradio's own.
    """
    folder: Path = ASSETS / "css"
    first = ["tokens.css", "base.css"]
    names = first + sorted(path.name for path in folder.glob("*.css") if path.name not in first)
    tokens, *rules = [(folder / name).read_text() for name in names]
    nested = "\n".join(rules)
    return f"<style>{tokens}:root:root:root {{\n{nested}\n}}</style>"
