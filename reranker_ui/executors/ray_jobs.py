"""Runs as jobs of a Ray cluster, on a home that all nodes share: Ray's Jobs API over HTTP.

The job is the worker; the processes of a run may be on other nodes, see `ray_ranks`.
The API: https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html
"""

import secrets
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from reranker_ui.core.values.execution.placement import RAY, Job, Phase, job_of, placement_of
from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_cluster import check_installed, reason_of, resources_of_job

PATIENCE = 30.0  # seconds for one answer of Ray
ENDING = 30.0  # seconds until a job that is ended has stopped; Ray kills it after 3
GONE = "GONE"  # of a job that Ray does not have, as after the cluster was started again
PHASES: dict[str, Phase] = {"PENDING": "waiting", "RUNNING": "running"}  # else it has ended
WORKER = "reranker_ui.worker"
PASSED = ("RERANKER_UI_", "HF_", "PYTHONPATH", "OMP_NUM_THREADS")  # variables of a job begin so
# Ray ends a job with SIGTERM first, which would have the worker stop and save: it is lost, and
# resumed from its last checkpoint.
ENTRY = "trap '' TERM; cd {folder} && exec {command} >> {log} 2>&1"


class RayExecutor:
    """Submits `python -m reranker_ui.worker FOLDER` as the command of a job."""

    name, title, patience, in_order = RAY, "Ray", 60.0, False

    def __init__(
        self,
        environment: Mapping[str, str],
        address: str,
        token: str | None = None,
        transport: Any = None,
    ) -> None:
        """`address` of Ray's dashboard, and the `token` of a cluster that asks for one.

        `environment` is that of the server, without secrets. `transport` of httpx2
        replaces the network.
        """
        self.environment = {
            name: value for name, value in environment.items() if name.startswith(PASSED)
        }
        self.address, self.token, self.transport = address, token, transport

    def submit(self, folder: RunFolder, module: str = WORKER) -> str:
        """Submit `python -m module FOLDER` as the job of `folder`; returns its submission id."""
        placed = placement_of(folder.path)
        check_installed(placed)
        name = f"reranker-{folder.path.name}"
        command = [sys.executable, "-P", "-m", module, str(folder.path)]
        entry = ENTRY.format(
            folder=shlex.quote(str(folder.path)),
            command=shlex.join(command),
            log=shlex.quote(str(folder.log_file)),
        )
        with _errors_refused("The job was not submitted"):
            answer = self._ask(
                "POST",
                "",
                {
                    "submission_id": f"{name}-{secrets.token_hex(4)}",
                    "entrypoint": entry,
                    "runtime_env": {"env_vars": self.environment},
                    "metadata": {"name": name},
                    **resources_of_job(placed),
                },
            )
        Job(answer["submission_id"], state="PENDING").save(folder.path)
        return str(answer["submission_id"])

    def refresh(self, folders: Sequence[RunFolder]) -> None:
        """Ask Ray for the jobs of `folders`; where it does not answer, nothing changes."""
        with suppress(*_no_answer()):
            for folder in folders:
                self._refresh(folder)

    def look(self, folder: RunFolder) -> Job:
        """The job of `folder` as Ray reports it now. Refused where Ray does not answer."""
        with _errors_refused("The job cannot be watched"):
            return self._refresh(folder) or Job("", "ended", GONE)

    def _refresh(self, folder: RunFolder) -> Job | None:
        if (job := job_of(folder.path)) is None:
            return None
        state = self._state(job.id)
        now = Job(job.id, phase_of(state), state)
        if (now.phase, now.state) != (job.phase, job.state):
            with suppress(OSError):  # a run that was deleted meanwhile
                now.save(folder.path)
        return now

    def _state(self, name: str) -> str:
        """The state of a job in Ray's word, with the reason of a failure."""
        if (job := self._ask("GET", name)) is None:
            return GONE
        state = str(job["status"])
        if state != "FAILED":
            return state
        code, message = job.get("driver_exit_code"), job.get("message") or ""
        reason = message.partition("\n")[0][:200] if code is None else f"exit code {code}"
        return f"{state}, {reason}".rstrip(", .")

    def pass_stop(self, folder: RunFolder, how: str) -> None:
        """Nothing to do: the worker reads the folder itself."""

    def price(self) -> Price | None:
        """None."""
        return None

    def end(self, folder: RunFolder) -> None:
        """Stop the job, and wait until it has ended. Refused where Ray does not answer.

        Ray only stops a waiting job once it has found a node. The run already counts as ended by
        then; a worker that still starts sees that and exits.
        """
        if (job := job_of(folder.path)) is None or job.phase == "ended":
            return
        with _errors_refused("The job was not stopped"):
            self._ask("POST", f"{job.id}/stop")
            until = time.monotonic() + ENDING
            while time.monotonic() < until:
                now = self._refresh(folder)
                if now is None or (now.phase == "ended" and not folder.alive()):
                    return
                if now.phase == "waiting":
                    Job(job.id, "ended", "STOPPED").save(folder.path)
                    return
                time.sleep(0.2)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request below `/api/jobs/`; None for a job that Ray does not have.

        HTTPError where Ray does not answer.
        """
        import httpx2

        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        with httpx2.Client(
            base_url=self.address, headers=headers, timeout=PATIENCE, transport=self.transport
        ) as client:
            answer = client.request(method, f"/api/jobs/{path}", json=body)
            if answer.status_code == 404 and "does not exist" in answer.text:
                return None
            return answer.raise_for_status().json()


def phase_of(state: str) -> Phase:
    """Whether a job in this state of Ray waits, runs or has ended."""
    return PHASES.get(state, "ended")


@contextmanager
def _errors_refused(what: str) -> Iterator[None]:
    try:
        yield
    except _no_answer() as error:
        raise Refused(
            f"{what}: {_reason(error)}. Check that the cluster runs and that"
            " RERANKER_UI_RAY_ADDRESS is the address of its dashboard, then try again."
        ) from error


def _no_answer() -> tuple[type[Exception], ...]:
    """The errors of a request that nobody answers, or something else than Ray."""
    from httpx2 import HTTPError, InvalidURL

    return HTTPError, InvalidURL, ValueError, KeyError, TypeError


def _reason(error: Exception) -> str:
    """The last line of the error, or of Ray's answer."""
    response = getattr(error, "response", None)
    return reason_of(error, "" if response is None else response.text)
