"""The verbs rank, evaluate."""

from reranker_ui.commands import Verbs


def add(verbs: Verbs) -> None:
    """Add the verbs."""
