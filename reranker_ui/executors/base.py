"""The interface of executors: start, watch and end the worker of a run folder."""

from collections.abc import Sequence
from typing import Protocol

from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.run_folder import RunFolder


class Executor(Protocol):
    """Starts workers. All other communication goes through the run folder.

    `title`: its name in the page. `patience`: seconds that a worker may take to obey a cancel
    request before it may be ended. `in_order`: a run that waits for the model of an earlier one
    takes nothing that the earlier one needs.
    """

    name: str
    title: str
    patience: float
    in_order: bool

    def submit(self, folder: RunFolder) -> str:
        """Start the worker of `folder`; returns the executor's handle for it.

        Raises OSError, or Refused with what the executor answered.
        """
        ...

    def refresh(self, folders: Sequence[RunFolder]) -> None:
        """Write the state of the jobs of `folders` into them, see `placement.Job`."""
        ...

    def pass_stop(self, folder: RunFolder, how: str) -> None:
        """Take a stop request, "keep" or "cancel", to a worker that does not see `folder`.

        Refused where the executor does not answer.
        """
        ...

    def price(self) -> Price | None:
        """What a job costs; None where none is charged. Refused where it cannot be found out."""
        ...

    def end(self, folder: RunFolder) -> None:
        """End the worker and its children at once, or the job that waits to start it."""
        ...
