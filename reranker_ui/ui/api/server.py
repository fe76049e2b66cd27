"""The ranking API without the page, in several processes behind one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from reranker_ui import logs
from reranker_ui.core.values.execution.signals import stop_by_exception
from reranker_ui.core.values.machine import return_memory, share_processors
from reranker_ui.core.values.refused import Refused
from reranker_ui.executors.api_workers import ApiWorkers
from reranker_ui.services.ranking.model_cache import MODELS
from reranker_ui.services.store.serving import serving_api, serving_api_process
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings, secret_values, trust_proxies
from reranker_ui.ui.api.ports import address_of, listening
from reranker_ui.ui.server.entry import PageServer


def application() -> Starlette:
    """The ASGI app of one process, which reads its settings from the environment."""
    settings = Settings()
    return_memory()
    logs.begin(settings.log_format, secret_values())
    MODELS.shares = True
    page_server = PageServer(open_workspace(settings))

    @asynccontextmanager
    async def marked(_app: Starlette) -> AsyncIterator[None]:
        with serving_api_process(settings):
            yield

    return Starlette(
        routes=page_server.api_routes(), middleware=page_server.middleware(), lifespan=marked
    )


def serve_api(settings: Settings, workers: int) -> None:
    """Serve `/v2/rerank` and the other ranking addresses until stopped, in `workers` processes.

    Raises KeyboardInterrupt for some stops.

    Each process loads the models it is asked for, with weights in a file that all of them map, and
    gets its share of the processors. Refused for fewer than one worker, where the API would be
    open to others without sign-in, where the home takes no further server, and where the port is
    taken.
    """
    stop_by_exception()
    if workers < 1:
        raise Refused("The number of workers must be at least 1.")
    with serving_api(settings):
        trust_proxies(PageServer(open_workspace(settings)).proxies)
        share_processors(workers)
        with listening(settings) as listener:
            print(f"The API is at {address_of(listener, settings)}/v2/rerank", flush=True)
            config = uvicorn.Config(
                f"{__name__}:application", factory=True, workers=workers, log_level="warning"
            )
            if workers > 1:
                ApiWorkers(config, [listener]).run()
            else:
                uvicorn.Server(config).run([listener])  # raises the stop again once it has ended
