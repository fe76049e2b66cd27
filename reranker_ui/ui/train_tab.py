"""The Train tab."""

from typing import Any

from reranker_ui.services.workspace import Workspace


def build(workspace: Workspace, shell: Any) -> None:
    """Draw the tab; `shell.dataset` is a gr.State with the name of the dataset in hand."""
