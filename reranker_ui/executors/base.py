"""What every executor can do: submit a run folder, say whether its worker lives, end it."""

from typing import Protocol

from reranker_ui.core.values.run_folder import RunFolder


class Executor(Protocol):
    """Starts workers somewhere. Everything else travels through the run folder."""

    name: str

    def submit(self, folder: RunFolder) -> str:
        """Start the worker of `folder`; returns a handle that outlives this process."""
        ...

    def lives(self, handle: str) -> bool:
        """Whether the worker behind `handle` still exists."""
        ...

    def end(self, handle: str, patience: float) -> None:
        """End the worker and its children: asked first, killed after `patience` seconds."""
        ...
