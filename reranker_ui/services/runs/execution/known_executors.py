"""The executors there are, each made from the settings of a workspace."""

from reranker_ui.core.values.execution.placement import LOCAL
from reranker_ui.core.values.refused import Refused, excerpt
from reranker_ui.executors.base import Executor
from reranker_ui.executors.hf_jobs import HubJobOptions, HubJobsExecutor
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.executors.ray_jobs import RayExecutor
from reranker_ui.executors.slurm import SlurmExecutor, SlurmOptions
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import hub_token, worker_environment

KINDS: dict[str, type[Executor]] = {
    kind.name: kind for kind in (LocalExecutor, SlurmExecutor, RayExecutor, HubJobsExecutor)
}


KNOWN = f"Known are {', '.join(list(KINDS)[:-1])} and {list(KINDS)[-1]}."


def kind_of(name: str) -> type[Executor]:
    """The class of the executor with this name; of the local one where there is none."""
    return KINDS.get(name, LocalExecutor)


def executor_of(workspace: Workspace, name: str) -> Executor:
    """The executor with this name. Refused where there is none."""
    if name == LOCAL:
        return LocalExecutor(worker_environment())
    if name == SlurmExecutor.name:
        return _slurm(workspace)
    if name == RayExecutor.name:
        return ray_executor(workspace)
    if name == HubJobsExecutor.name:
        return _hub_jobs(workspace)
    raise Refused(f"Unknown executor: {excerpt(name)}. {KNOWN}")


def ray_executor(workspace: Workspace) -> RayExecutor:
    """The executor of the Ray cluster in the settings."""
    settings = workspace.settings
    return RayExecutor(worker_environment(), settings.ray_address, settings.token_for_ray())


def _slurm(workspace: Workspace) -> Executor:
    settings = workspace.settings
    options = SlurmOptions(
        settings.slurm_partition,
        settings.slurm_time,
        settings.slurm_lines,
        settings.slurm_requeue,
    )
    return SlurmExecutor(worker_environment(), options)


def _hub_jobs(workspace: Workspace) -> Executor:
    from huggingface_hub import HfApi

    settings = workspace.settings
    options = HubJobOptions(
        settings.hf_jobs_flavor,
        settings.hf_jobs_timeout.strip(),
        settings.hf_jobs_image,
        settings.hf_jobs_namespace,
    )
    return HubJobsExecutor(HfApi(token=hub_token()), options, worker_environment())
