"""The worker processes of the ranking API."""

import signal
from multiprocessing import resource_tracker

from uvicorn.supervisors import Multiprocess

from reranker_ui.core.values.execution.signals import held


class ApiWorkers(Multiprocess):
    """Worker processes of uvicorn that are stopped by this process alone.

    Ctrl-C in a terminal is sent to them too, and would interrupt their imports.
    """

    def init_processes(self) -> None:
        """Start them."""
        resource_tracker.ensure_running()  # its start, by the first process, releases the signal
        with held(signal.SIGINT):
            super().init_processes()

    def keep_subprocess_alive(self) -> None:
        """Start those again that have died."""
        with held(signal.SIGINT):
            super().keep_subprocess_alive()
