"""The ranking API without the page, in several processes behind one port."""

import uvicorn
from starlette.applications import Starlette

from reranker_ui import logs
from reranker_ui.core.values.machine import return_memory, share_processors
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings, secret_values, trust_proxies
from reranker_ui.ui.server.entry import PageServer

PORT = 7860  # where no port is set


def application() -> Starlette:
    """The ASGI app of one process, which reads its settings from the environment."""
    settings = Settings()
    return_memory()
    logs.begin(settings.log_format, secret_values())
    page_server = PageServer(open_workspace(settings))
    return Starlette(routes=page_server.api_routes(), middleware=page_server.middleware())


def serve_api(settings: Settings, workers: int) -> None:
    """Serve `/v2/rerank` and the other ranking addresses until interrupted, in `workers` processes.

    Each process loads the models it is asked for and gets its share of the processors. Refused
    for fewer than one worker, and where the API would be open to others without sign-in.
    """
    if workers < 1:
        raise Refused("The number of workers must be at least 1.")
    trust_proxies(PageServer(open_workspace(settings)).proxies)
    share_processors(workers)
    port = settings.server_port or PORT
    print(f"The API is at http://{settings.server_name}:{port}/v2/rerank", flush=True)
    uvicorn.run(
        f"{__name__}:application",
        factory=True,
        host=settings.server_name,
        port=port,
        workers=workers,
        log_level="warning",
    )
