"""Child processes of the services, started with a job folder, with or without a workspace."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reranker_ui.core.values.job_folder import JobFolder, run_job
from reranker_ui.executors.local import launch
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import Settings, worker_environment


def start(job: JobFolder, module: str, request: dict[str, Any], private: Any = None) -> bool:
    """Run `python -m module` on a job folder; False if its process is already alive.

    `private` goes to the process by standard input and is never written to disk.
    """
    if (lock := job.begin(request)) is None:
        return False
    launch(job, lock, module, worker_environment(), private)
    return True


def start_on(workspace: Workspace, job: JobFolder, module: str, request: dict[str, Any]) -> bool:
    """Run `python -m module` on a job folder, with access to the workspace."""
    settings = workspace.settings
    private = {
        "home": str(workspace.home),
        "database_url": settings.database_url,
        "default_base": settings.default_base,
        "ray_token": settings.token_for_ray(),
    }
    return start(job, module, request, private)


def run_on(work: Callable[[JobFolder, Workspace], Any]) -> int:
    """The main function of a process started with `start_on`."""

    def on_workspace(job: JobFolder, private: dict[str, Any]) -> Any:
        settings = Settings(**private | {"home": Path(private["home"])})
        return work(job, open_workspace(settings))

    return run_job(on_workspace)
