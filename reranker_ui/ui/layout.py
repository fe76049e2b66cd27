"""The page: header, four tabs, and how it is served."""

import logging
import time
from contextlib import nullcontext

import gradio as gr

from reranker_ui import logs
from reranker_ui.core.values.execution.signals import noted_stops, stop_by_exception
from reranker_ui.core.values.machine import return_memory
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_state import received
from reranker_ui.services.operating import backup_schedule, overview
from reranker_ui.services.ranking import engines, preload
from reranker_ui.services.store.serving import serving, starting
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import ASSETS, Settings, secret_values, share_uploads, trust_proxies
from reranker_ui.ui.api.ports import unusable
from reranker_ui.ui.component import head
from reranker_ui.ui.pages import annotate, data, header, playground, train
from reranker_ui.ui.server.entry import PageServer
from reranker_ui.ui.stylesheets import page_stylesheet
from reranker_ui.ui.theme import theme

log = logging.getLogger(__name__)
SESSIONS = 2  # whose last inputs and answers Gradio keeps, up to 16 MB each; nothing reads them
TABS = {
    "Data": data.build,
    "Annotate": annotate.build,
    "Train": train.build,
    "Playground": playground.build,
}


def build_app(workspace: Workspace, mode: str = "local") -> gr.Blocks:
    """The whole page over `workspace`. mode: see `identity.sign_in_mode`."""
    with gr.Blocks(
        title="Reranker UI", fill_width=True, delete_cache=(3600, 3600), analytics_enabled=False
    ) as page:
        header.build(workspace, mode)
        with gr.Tabs(elem_id="rr-tabs"):
            for name in ["Playground"] if mode == "demo" else TABS:
                with gr.Tab(name, id=name.lower(), elem_id=f"rr-tab-{name.lower()}"):
                    TABS[name](workspace)
    return page


def serve(settings: Settings | None = None) -> None:
    """Serve the page until stopped. Refused if the home takes no further server.

    Raises KeyboardInterrupt if it is stopped before the page can be reached.
    """
    stop_by_exception()
    settings = settings or Settings()
    return_memory()
    logs.begin(settings.log_format, secret_values())
    with serving(settings):
        workspace = open_workspace(settings)
        with starting(workspace.home):
            fault = _restored(workspace)
            page_server = PageServer(workspace, fault=fault)
            overview.begin(workspace)
        if settings.database_url:  # other servers have to find what this one receives
            share_uploads(received(workspace))
        engines.begin()
        preload.begin(workspace)
        page = build_app(workspace, page_server.mode)
        page.queue(default_concurrency_limit=8, max_size=200)
        page_server.guard(page._queue)
        page._queue.sleep_when_free = 0.02  # else it wakes a thousand times a second for nothing
        stops = noted_stops()
        address = _launch(page, settings, page_server)
        print(f"Reranker UI is at {address}  (home: {workspace.home})", flush=True)
        for notice in page_server.notices():
            log.warning(notice)
        with nullcontext() if fault else backup_schedule.backing_up(workspace):
            while not stops:
                time.sleep(0.1)
            page.close(verbose=False)


def _restored(workspace: Workspace) -> str:
    """Bring back what was lost; on a Space the sentence that its page then shows, if that fails."""
    try:
        backup_schedule.restore_if_lost(workspace)
    except Refused as refused:
        if not workspace.space.here:
            raise
        log.error("The page stays closed: %s", refused)
        return str(refused)
    return ""


def _launch(page: gr.Blocks, settings: Settings, page_server: PageServer) -> str:
    trust_proxies(page_server.proxies)
    try:
        _app, address, _ = page.launch(
            server_name=settings.server_name,
            server_port=settings.server_port,
            root_path=settings.root_path,
            theme=theme(),
            head=head() + f"<style>{page_stylesheet()}</style>",
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
            auth_dependency=page_server.name_of,
            app_kwargs={"middleware": page_server.middleware(), "routes": page_server.routes()},
            prevent_thread_lock=True,
        )
    except OSError as error:
        raise unusable(settings) from error
    return str(address)
