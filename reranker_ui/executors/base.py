"""What every executor can do: start the worker of a run folder, and end it."""

from typing import Protocol

from reranker_ui.core.values.run_folder import RunFolder


class Executor(Protocol):
    """Starts workers somewhere. Everything else travels through the run folder."""

    name: str

    def submit(self, folder: RunFolder) -> str:
        """Start the worker of `folder`; returns a name that the executor knows it by."""
        ...

    def end(self, folder: RunFolder) -> None:
        """End the worker and its children at once."""
        ...
