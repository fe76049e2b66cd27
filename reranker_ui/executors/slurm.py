"""Runs as Slurm jobs, on a home that all nodes share: sbatch, squeue, sacct and scancel."""

import re
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from reranker_ui.core.values.execution.placement import Job, Phase, job_of, placement_of
from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.refused import Refused, excerpt
from reranker_ui.core.values.run_folder import RunFolder

PATIENCE = 10.0  # seconds for one command of Slurm
ENDING = 30.0  # seconds until a job that is ended has left the queue
ARRIVAL = 60.0  # seconds in which a job that sbatch may have submitted is in the queue
REQUEUE_MARGIN = 60  # seconds before the time limit in which a job is queued again, at most
INSTALL = (
    "Install Slurm's client programs on the server's machine, or start the server with their folder"
    " in PATH, then resume the run."
)
CORRECT = "Correct the settings RERANKER_UI_SLURM_*, or choose fewer GPUs or processes"
# Errors of sbatch after which the controller may have the job all the same.
OPEN = re.compile("timed out|receive|zero bytes|send failure|shutdown failure", re.IGNORECASE)
LIMIT = re.compile(r"(?:(?P<days>\d+)-)?(?P<clock>\d+(?::\d+){0,2})")
FORMAT = "--format=%i|%T|%r|%j"  # of squeue: number, state, reason why it waits, name
# By number and name of a job: number, and state with the reason why it waits.
Queue: TypeAlias = dict[str, tuple[str, str]]
# States of Slurm; a job in any other has ended.
WAITING = ("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD")
RUNNING = ("RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING")
# Slurm ends a job with SIGTERM first, which would have the worker stop and save: it is lost, and
# resumed from its last checkpoint. USR1 comes where the job is to be queued again.
SCRIPT = """#!/bin/bash
{lines}
trap '' TERM
trap 'scontrol requeue "$SLURM_JOB_ID"' USR1
{command} &
while kill -0 $! 2>/dev/null; do wait $!; code=$?; done
exit "$code"
"""


@dataclass(frozen=True)
class SlurmOptions:
    """The settings of jobs: empty ones are the cluster's. `lines` come into the batch script."""

    partition: str = ""
    time: str = ""
    lines: Sequence[str] = ()
    requeue: bool = False


class SlurmExecutor:
    """Submits `python -m reranker_ui.worker FOLDER` as a batch job of one node."""

    # A request in a folder of NFS is seen within a minute.
    name, title, patience, in_order = "slurm", "Slurm", 60.0, True

    def __init__(self, environment: Mapping[str, str], options: SlurmOptions) -> None:
        """`environment` is the job's whole environment; it must not contain secrets."""
        self.environment = dict(environment)
        self.options = options

    def submit(self, folder: RunFolder) -> str:
        """Submit the job of `folder`; returns its number.

        Where sbatch leaves open whether it submitted the job, `refresh` looks for its name, which
        is returned: no other job has it.
        """
        name = f"reranker-{folder.path.name}-{secrets.token_hex(4)}"
        script = folder.path / "slurm.sh"
        command = [sys.executable, "-P", "-m", "reranker_ui.worker", str(folder.path)]
        lines = "\n".join(self.options.lines)
        script.write_text(SCRIPT.format(lines=lines, command=shlex.join(command)))
        # First, so that the job is found although this process is killed.
        Job(name, state="being submitted").save(folder.path)
        submitted = self._submitted(name, f"--job-name={name}", *self._options(folder), str(script))
        submitted.save(folder.path)
        if submitted.id == name:
            self.refresh([folder])
            submitted = job_of(folder.path) or submitted
        return submitted.id

    def _submitted(self, name: str, *options: str) -> Job:
        """The job that sbatch submits; with `name` as its id where its answer leaves that open.

        Refused with what to do where it was not submitted.
        """
        try:
            answer = self._run("sbatch", "--parsable", *options)
        except TimeoutError as error:
            return Job(name, state=str(error))
        except OSError as error:
            raise Refused(f"The job was not submitted: {error}. {INSTALL}") from error
        if answer.returncode:
            reason = _reason(answer.stderr)
            if OPEN.search(reason):
                return Job(name, state=reason)
            silent = "unable to contact" in reason.casefold()
            advice = "Check that its controller runs" if silent else CORRECT
            raise Refused(f"Slurm refused the job: {reason}. {advice}, then resume the run.")
        number = answer.stdout.strip().partition(";")[0]  # ";CLUSTER" may follow
        if number.isdecimal():
            return Job(number, state="PENDING")
        return Job(name, state=f"sbatch printed {excerpt(number)!r}" if number else "no answer")

    def _options(self, folder: RunFolder) -> list[str]:
        placed, chosen = placement_of(folder.path), self.options
        return [
            f"--chdir={folder.path}",
            f"--output={folder.log_file}",
            "--open-mode=append",
            "--nodes=1",
            "--ntasks=1",
            *([f"--cpus-per-task={placed.processes}"] if placed.processes > 1 else []),
            *([f"--gres=gpu:{placed.gpus}"] if placed.gpus else []),
            *([f"--partition={chosen.partition}"] if chosen.partition else []),
            *([f"--time={chosen.time}"] if chosen.time else []),
            *(
                ["--requeue", f"--signal=B:USR1@{margin_of(chosen.time)}"]
                if chosen.requeue
                else ["--no-requeue"]
            ),
            *self._dependency(folder),
        ]

    def _dependency(self, folder: RunFolder) -> list[str]:
        # The next run of a chain would hold a node while it waits for the model of the last.
        if (number := folder.lineage_if_readable().get("parent_run")) is None:
            return []
        parent = job_of(folder.path.parent / f"{number:05d}")
        known = parent is not None and parent.phase != "ended" and parent.id.isdecimal()
        return [f"--dependency=afterany:{parent.id}"] if parent and known else []

    def refresh(self, folders: Sequence[RunFolder]) -> None:
        """Ask Slurm once for the jobs of `folders`; where it does not answer, nothing changes."""
        jobs = {folder.path: job for folder in folders if (job := job_of(folder.path))}
        if not jobs or (queue := self._queue()) is None:
            return
        for path, job in jobs.items():
            now = self._now(job, queue)
            if (now.id, now.phase, now.state) != (job.id, job.phase, job.state):
                with suppress(OSError):  # a run that was deleted meanwhile
                    now.save(path)

    def _now(self, job: Job, queue: Queue) -> Job:
        """The job as Slurm has it now."""
        if job.id in queue:
            number, state = queue[job.id]
            return Job(number, phase_of(state), state)
        if job.id.isdecimal():
            state = self._last_state(job.id)
            return Job(job.id, phase_of(state), state)
        if time.time() - job.at < ARRIVAL:
            return job
        return Job(job.id, "ended", f"not in the queue; {job.state}")

    def _queue(self) -> Queue | None:
        """The jobs of this account; None where Slurm does not answer."""
        try:
            answer = self._run(
                "squeue", "--me", "--noheader", "--states=all", "--format=%i|%T|%r|%j"
            )
        except OSError:
            return None
        if answer.returncode:
            return None
        queue: Queue = {}
        for line in answer.stdout.splitlines():
            number, state, reason, name = line.strip().split("|", 3)
            if phase_of(state) == "waiting" and reason not in ("", "None"):
                state = f"{state} ({reason})"
            queue[number] = queue[name] = number, state
        return queue

    def _last_state(self, number: str) -> str:
        """The state of a job that squeue has forgotten; "" on a cluster without accounting."""
        with suppress(OSError):
            answer = self._run("sacct", "-n", "-P", "-X", "-j", number, "-o", "State")
            return answer.stdout.strip().partition(" ")[0]  # "CANCELLED by 1000"
        return ""

    def pass_stop(self, folder: RunFolder, how: str) -> None:
        """Nothing to do: the worker reads the folder itself."""

    def price(self) -> Price | None:
        """None."""
        return None

    def end(self, folder: RunFolder) -> None:
        """Kill the processes of the job, or take it from the queue; wait until it has ended.

        Refused where Slurm does not answer.
        """
        if (job := job_of(folder.path)) is None:
            return
        chosen = job.id if job.id.isdecimal() else f"--name={job.id}"
        try:
            self._run("scancel", "--full", "--signal=KILL", chosen)  # the worker ignores SIGTERM
            self._run("scancel", chosen)
        except OSError as error:
            raise Refused(f"The job was not ended: {error}. Try again later.") from error
        until = time.monotonic() + ENDING
        while time.monotonic() < until:
            if (queue := self._queue()) is not None:
                number, state = queue.get(job.id, (job.id, "CANCELLED"))
                if phase_of(state) == "ended":
                    Job(number, "ended", state).save(folder.path)
                    return
            time.sleep(0.2)

    def _run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of Slurm; OSError where it is missing or does not answer."""
        try:
            return subprocess.run(
                command,
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                cwd=Path("/"),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            answer = f"{command[0]} did not answer within {PATIENCE:.0f} s"
            raise TimeoutError(answer) from error
        except FileNotFoundError as error:
            raise OSError(f"the server finds no program {command[0]}") from error


def margin_of(limit: str) -> int:
    """Seconds before the time limit `limit` in which a job is queued again: half of a short one.

    Formats of `limit`: https://slurm.schedmd.com/sbatch.html#OPT_time
    """
    parts = LIMIT.fullmatch(limit.strip())
    if parts is None:  # none, or that of the partition
        return REQUEUE_MARGIN
    days, numbers = parts["days"], [int(number) for number in parts["clock"].split(":")]
    if days is None and len(numbers) < 3:  # minutes, or minutes and seconds
        numbers = [0, *numbers]
    hours, minutes, seconds = (*numbers, 0, 0)[:3]
    total = int(days or 0) * 86_400 + hours * 3_600 + minutes * 60 + seconds
    return max(1, min(REQUEUE_MARGIN, total // 2))


def _reason(errors: str) -> str:
    """What sbatch wrote on standard error, as one line."""
    lines = (line.removeprefix("sbatch: ") for line in errors.strip().splitlines())
    return "; ".join(line.removeprefix("error: ").rstrip(".") for line in lines)


def phase_of(state: str) -> Phase:
    """Whether a job in this state of Slurm waits, runs or has ended; a reason may follow."""
    word = state.partition(" ")[0]
    if word in WAITING:
        return "waiting"
    return "running" if word in RUNNING else "ended"
