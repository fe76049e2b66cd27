"""How a run obeys a stop request where no training step sees it."""

from reranker_ui.core.values.run_folder import Cancelled, RunFolder


class Waited(Exception):  # noqa: N818 - not an error
    """Raised where a waiting run gets the stop request `keep`."""


def obey_while_waiting(folder: RunFolder) -> None:
    """Raise Cancelled or Waited where a run that waits was asked to stop."""
    if stop := folder.stop_requested():
        raise Cancelled if stop == "cancel" else Waited


def obey_cancel(folder: RunFolder) -> None:
    """Raise Cancelled if the run is cancelled.

    A run that was stopped, saved and resumed continues: its saved model is already overwritten.
    """
    if folder.stop_requested() == "cancel" and not folder.last_stop():
        raise Cancelled
