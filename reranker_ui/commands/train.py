"""The verbs train, runs."""

from reranker_ui.commands import Verbs


def add(verbs: Verbs) -> None:
    """Add the verbs."""
