"""The verb serve: the page on this machine."""

import argparse
from typing import Any

from reranker_ui.commands import Verbs


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("serve", help="serve the page")
    verb.set_defaults(run=_serve, show=str)


def _serve(_arguments: argparse.Namespace) -> tuple[Any, int]:
    from reranker_ui.ui.layout import serve

    serve()
    return None, 0
