"""Where a run is trained: its executor with processes and GPUs, and the job that it became."""

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.refused import Refused

LOCAL, RAY = "local", "ray"
MOST_RANKS = 64
PLACEMENT, JOB = "executor.json", "job.json"
Phase = Literal["waiting", "running", "ended"]  # of a job
Count = Annotated[int, Field(ge=0, le=MOST_RANKS)]


@dataclass(frozen=True)
class Placement:
    """The executor of a run, and its processes: on CPUs, or one for each of `gpus`.

    `agreed`: US dollars an hour that the user agreed to pay; asked again each time, so not saved.
    """

    executor: str = LOCAL
    processes: Annotated[int, Field(ge=1, le=MOST_RANKS)] = 1
    gpus: Count = 0
    agreed: float | None = None

    @property
    def ranks(self) -> int:
        """The number of processes that train together."""
        return max(self.processes, self.gpus)

    @property
    def several_nodes(self) -> bool:
        """Whether its processes may be on any nodes of a cluster, not only with its worker."""
        return self.executor == RAY and self.ranks > 1

    @property
    def gpus_of_worker(self) -> int:
        """The number of GPUs that the worker itself needs on its machine."""
        return min(1, self.gpus) if self.several_nodes else self.gpus

    def save(self, folder: Path) -> None:
        """Write it into a run folder, and forget an earlier job."""
        (folder / JOB).unlink(missing_ok=True)
        save(folder / PLACEMENT, asdict(replace(self, agreed=None)))


@dataclass(frozen=True)
class Job:
    """What an executor last said of its job: `state` in its own word; `at` in Unix seconds."""

    id: str
    phase: Phase = "waiting"
    state: str = ""
    at: float = 0.0

    def save(self, folder: Path) -> None:
        """Write it into a run folder."""
        save(folder / JOB, asdict(self) | {"at": time.time()})


_PLACEMENT, _JOB = TypeAdapter(Placement), TypeAdapter(Job)


def checked(executor: str, processes: int = 1, gpus: int = 0) -> Placement:
    """The placement with these values. Refused where they are out of range or contradict."""
    if processes > 1 and gpus:
        raise Refused("Choose processes or GPUs, not both: each GPU has a process of its own.")
    try:
        return _PLACEMENT.validate_python(
            {"executor": executor, "processes": processes, "gpus": gpus}
        )
    except ValidationError as error:
        raise Refused(f"A run has 1 to {MOST_RANKS} processes or GPUs.") from error


def placement_of(folder: Path) -> Placement:
    """The placement of a run folder; local with one process where it has none, as in 0.1."""
    return _read(_PLACEMENT, folder / PLACEMENT) or Placement()


def job_of(folder: Path) -> Job | None:
    """The job of a run folder; None where its executor has no jobs, or none was submitted."""
    job: Job | None = _read(_JOB, folder / JOB)
    return job


def has_live_job(folder: Path) -> bool:
    """Whether the executor's job of a run folder waits or runs, as last seen."""
    job = job_of(folder)
    return job is not None and job.phase != "ended"


def _read(shape: TypeAdapter[Any], file: Path) -> Any:
    try:
        return shape.validate_python(read_object(file))
    except ValidationError:
        return None
