"""The verb serve: the page on this machine, or only the ranking API."""

import argparse
import os
import sys
from contextlib import suppress
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.core.values.machine import import_large
from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Settings


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("serve", help="serve the page")
    verb.add_argument("--demo", action="store_true", help="only the Playground, read-only")
    verb.add_argument("--api-only", action="store_true", help="the ranking API without the page")
    verb.add_argument(
        "--workers", type=int, metavar="N", help="processes of the API (with --api-only; default 1)"
    )
    verb.set_defaults(run=_serve, show=str)


def _serve(arguments: argparse.Namespace) -> tuple[Any, int]:
    settings = Settings()
    if arguments.api_only:
        from reranker_ui.ui.api.server import serve_api

        if arguments.demo:
            raise Refused("--demo serves a page and --api-only does not: choose one of them.")
        with suppress(KeyboardInterrupt):
            serve_api(settings, 1 if arguments.workers is None else arguments.workers)
        return None, 0
    if arguments.workers is not None:
        raise Refused("--workers needs --api-only: the page is served by one process.")
    import_large("reranker_ui.ui.layout")
    from reranker_ui.ui.layout import serve

    with suppress(KeyboardInterrupt):
        serve(settings.model_copy(update={"demo": True}) if arguments.demo else settings)
    _exit_now()
    return None, 0


def _exit_now() -> None:
    """End this process without Python's cleanup.

    It stops the thread that loads a model wherever that is, and then waits for ever for the import
    lock that the thread holds.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
