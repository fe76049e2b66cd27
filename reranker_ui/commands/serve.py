"""The verb serve: the page on this machine."""

import argparse
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.settings import Settings


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("serve", help="serve the page")
    verb.add_argument("--demo", action="store_true", help="the Playground alone, read-only")
    verb.set_defaults(run=_serve, show=str)


def _serve(arguments: argparse.Namespace) -> tuple[Any, int]:
    from reranker_ui.ui.layout import serve

    settings = Settings()
    serve(settings.model_copy(update={"demo": True}) if arguments.demo else settings)
    return None, 0
