"""Slurm jobs: submitted once, found again, ended; Slurm's programs are scripts here."""

import json
import re
from dataclasses import asdict, replace

import pytest

from reranker_ui.core.values.execution.placement import JOB, Job, job_of
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors import slurm as slurm_jobs
from reranker_ui.executors.slurm import (
    SlurmExecutor,
    SlurmOptions,
    _reason,
    margin_of,
    phase_of,
)

SOCKET = "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"
NAME = r"reranker-00007-[0-9a-f]{8}"


def test_without_slurm_its_jobs_stay_as_last_seen(tmp_path):
    folder, slurm = RunFolder(tmp_path), SlurmExecutor({"PATH": "/nowhere"}, SlurmOptions())
    Job("7", "running", "RUNNING").save(tmp_path)
    slurm.refresh([folder])
    assert job_of(tmp_path).state == "RUNNING"
    with pytest.raises(Refused, match=r"not submitted: .*no program sbatch\. Install Slurm's"):
        slurm.submit(folder)
    with pytest.raises(Refused, match="not ended: the server finds no program scancel"):
        slurm.end(folder)
    assert _reason("sbatch: error: no such account\nsbatch: error: Failed.\n") == (
        "no such account; Failed"
    )
    states = ("PENDING", "COMPLETING", "TIMEOUT", "")
    assert [phase_of(state) for state in states] == ["waiting", "running", "ended", "ended"]


class Programs:
    """Scripts in place of Slurm's programs; sbatch puts its job number 41 into `queue`."""

    def __init__(self, folder):
        self.folder, self.queue, self.calls = folder, folder / "queue", folder / "calls"
        self.queue.touch()
        self.write("squeue", "cat queue")
        self.write("scancel", ": > queue")
        self.run_folder = RunFolder(folder / "00007")
        self.run_folder.path.mkdir()
        self.executor = SlurmExecutor({"PATH": f"{folder}:/bin:/usr/bin"}, SlurmOptions())

    def write(self, name, lines):
        file = self.folder / name
        file.write_text(f'#!/bin/sh\ncd {self.folder}\necho "{name} $*" >> calls\n{lines}\n')
        file.chmod(0o755)

    def called(self, name):
        return [line for line in self.calls.read_text().splitlines() if line.startswith(name)]

    def submit(self):
        return self.executor.submit(self.run_folder)

    def refresh(self):
        self.executor.refresh([self.run_folder])
        return job_of(self.run_folder.path)

    def let_time_pass(self):
        job = job_of(self.run_folder.path)
        earlier = asdict(replace(job, at=job.at - slurm_jobs.ARRIVAL))
        (self.run_folder.path / JOB).write_text(json.dumps(earlier))


@pytest.fixture
def programs(tmp_path, monkeypatch):
    monkeypatch.setattr(slurm_jobs, "PATIENCE", 5.0)  # a script starts slowly on a busy machine
    return Programs(tmp_path)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            "echo 'error: Unable to contact slurm controller (connect failure)' >&2; exit 1",
            r"slurm controller \(connect failure\)\. Check that its controller runs, then resume",
        ),
        ("echo 'sbatch: error: Bad account' >&2; exit 1", r"account\. Correct the settings"),
    ],
)
def test_a_job_that_slurm_refuses_says_what_to_do(programs, answer, said):
    programs.write("sbatch", answer)
    with pytest.raises(Refused, match=said):
        programs.submit()


ENQUEUE = 'echo "41|PENDING|None|${2#--job-name=}" > queue'
OPEN_ANSWERS = [
    ("exec sleep 60", "sbatch did not answer within 5 s"),
    (f"echo '{SOCKET}' >&2; exit 1", SOCKET.removeprefix("sbatch: error: ")),
    ("true", "no answer"),
    ("echo 'please wait'", "sbatch printed 'please wait'"),
]


@pytest.mark.parametrize("answer", [answer for answer, _ in OPEN_ANSWERS])
def test_a_job_that_sbatch_does_not_confirm_is_found_by_its_name(programs, answer):
    programs.write("sbatch", f"{ENQUEUE}\n{answer}")
    assert programs.submit() == "41" == job_of(programs.run_folder.path).id
    assert programs.run_folder.status() == "queued" and len(programs.called("sbatch")) == 1
    assert re.search(rf"--job-name={NAME} ", programs.called("sbatch")[0])


@pytest.mark.parametrize(("answer", "state"), OPEN_ANSWERS[1:])
def test_a_job_that_comes_late_is_found_and_one_that_does_not_is_lost(programs, answer, state):
    programs.write("sbatch", answer)
    name = programs.submit()
    waiting = programs.refresh()
    assert re.fullmatch(NAME, name) and (waiting.id, waiting.phase) == (name, "waiting")
    assert waiting.state == state and programs.run_folder.status() == "queued"

    programs.write("squeue", "exit 1")
    programs.let_time_pass()
    assert programs.refresh().phase == "waiting"  # nobody knows
    programs.write("squeue", "cat queue")
    programs.queue.write_text(f"40|RUNNING|None|of|somebody\n41|RUNNING|None|{name}\n")
    assert programs.refresh().id == "41" and programs.refresh().phase == "running"

    assert programs.submit() != name
    programs.let_time_pass()
    ended = programs.refresh()
    assert (ended.phase, ended.state) == ("ended", f"not in the queue; {state}")
    assert programs.run_folder.status() == "lost"


def test_a_job_whose_server_was_killed_while_it_submitted_is_found(programs):
    programs.write("sbatch", ENQUEUE)
    run = programs.executor._run

    def killed(*command):
        run(*command)
        raise KeyboardInterrupt

    programs.executor._run = killed
    with pytest.raises(KeyboardInterrupt):
        programs.submit()
    programs.executor._run = run
    assert job_of(programs.run_folder.path).state == "being submitted"
    assert programs.refresh().id == "41"


def test_a_job_that_is_not_confirmed_is_ended_by_its_name(programs):
    programs.write("sbatch", "true")
    name = programs.submit()
    programs.executor.end(programs.run_folder)
    assert job_of(programs.run_folder.path).phase == "ended"
    assert programs.called("scancel")[-1] == f"scancel --name={name}"


@pytest.mark.parametrize(
    ("limit", "margin"),
    [("", 60), ("UNLIMITED", 60), ("1", 30), ("0:50", 25), ("0:01:30", 45), ("5", 60),
     ("04:00:00", 60), ("0-1", 60), ("1-00:00", 60)],
)  # fmt: skip
def test_a_job_is_queued_again_in_the_second_half_of_its_time(limit, margin):
    assert margin_of(limit) == margin
