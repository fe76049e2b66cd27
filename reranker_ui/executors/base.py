"""The interface of executors: start and end the worker of a run folder."""

from typing import Protocol

from reranker_ui.core.values.run_folder import RunFolder


class Executor(Protocol):
    """Starts workers. All other communication goes through the run folder."""

    name: str

    def submit(self, folder: RunFolder) -> str:
        """Start the worker of `folder`; returns the executor's handle for it."""
        ...

    def end(self, folder: RunFolder) -> None:
        """End the worker and its children at once."""
        ...
