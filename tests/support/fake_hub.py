"""A stand-in for the Hub's API of jobs and buckets: buckets are folders, jobs are processes.

Each call is recorded, after it was bound to the signature of the installed HfApi.
"""

import hashlib
import inspect
import os
import shutil
import subprocess
import sys
from functools import wraps
from pathlib import Path
from types import SimpleNamespace

import httpx2
import psutil
from huggingface_hub import HfApi, JobInfo
from huggingface_hub._buckets import BucketFile
from huggingface_hub._jobs_api import JobHardwareInfo
from huggingface_hub.errors import HfHubHTTPError

from tests.support import ROOT

NAME, IMAGE = "lab", "an/image"


def _recorded(act):
    @wraps(act)
    def call(self, *args, **named):
        inspect.signature(getattr(HfApi, act.__name__)).bind(self, *args, **named)
        self.calls.append((act.__name__, named))
        if self.down:
            raise httpx2.ConnectError("no route to the Hub")
        return act(self, *args, **named)

    return call


class FakeHub:
    """`held`: jobs wait; `down`: the Hub cannot be reached; `private`: of the buckets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: list[tuple[str, dict]] = []
        self.jobs: dict[str, SimpleNamespace] = {}
        self.held, self.down, self.private = False, False, True

    def called(self, name: str) -> list[dict]:
        return [named for called, named in self.calls if called == name]

    def files(self) -> list[str]:
        return [str(path) for path in self.folder.rglob("*") if path.is_file()]

    @_recorded
    def whoami(self):
        return {"name": NAME}

    # -- buckets

    @_recorded
    def create_bucket(self, bucket_id, *, private, exist_ok):
        (self.folder / bucket_id).mkdir(parents=True, exist_ok=exist_ok)

    @_recorded
    def bucket_info(self, bucket_id):
        return SimpleNamespace(private=self.private)

    @_recorded
    def batch_bucket_files(self, bucket_id, *, add=(), delete=()):
        for content, name in add:
            target = self.folder / bucket_id / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        for name in delete:
            (self.folder / bucket_id / name).unlink()

    @_recorded
    def get_bucket_paths_info(self, bucket_id, paths):
        found = [self.folder / bucket_id / path for path in paths]
        return [self._file(bucket_id, path) for path in found if path.is_file()]

    @_recorded
    def list_bucket_tree(self, bucket_id, prefix=None, *, recursive=None):
        below = self.folder / bucket_id / prefix
        return [self._file(bucket_id, path) for path in below.rglob("*") if path.is_file()]

    @_recorded
    def download_bucket_files(self, bucket_id, files):
        for file, target in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / bucket_id / file.path, target)

    def _file(self, bucket, path):
        name = str(path.relative_to(self.folder / bucket))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return BucketFile(type="file", path=name, size=path.stat().st_size, xetHash=digest)

    # -- jobs

    @_recorded
    def list_jobs_hardware(self):
        shape = {"cpu": "4 vCPU", "ram": "15 GB", "unitLabel": "minute"}
        gpu = {"type": "gpu", "model": "T4", "quantity": "1", "vram": "16 GB",
               "manufacturer": "Nvidia"}  # fmt: skip
        prices = {"t4-small": ("Nvidia T4 - small", 0.01), "cpu-basic": ("CPU Basic", 0.000167)}
        return [
            JobHardwareInfo(
                name=name, prettyName=title, unitCostUSD=cost,
                unitCostMicroUSD=int(cost * 1e6), accelerator=gpu if "t4" in name else None,
                **shape,
            )
            for name, (title, cost) in prices.items()
        ]  # fmt: skip

    @_recorded
    def run_job(self, *, image, command, env, flavor, timeout, name, volumes, namespace):
        (mounted,) = volumes
        number = command[-1].rpartition(" ")[2]
        mount = self.folder / mounted.source / mounted.path
        job = SimpleNamespace(
            process=None, cancelled=False, command=[str(mount), number], gone=False,
            home=self.folder.parent / f"container {len(self.jobs)}",
        )  # fmt: skip
        identity = f"job{len(self.jobs)}"
        self.jobs[identity] = job
        if not self.held:
            self._start(job)
        return self._info(identity)

    @_recorded
    def inspect_job(self, *, job_id, namespace):
        if self.jobs[job_id].gone:
            request = httpx2.Request("GET", "https://huggingface.co")
            raise HfHubHTTPError("gone", response=httpx2.Response(404, request=request))
        return self._info(job_id)

    @_recorded
    def fetch_job_logs(self, *, job_id, namespace):
        return ["installing", "no such package"]

    @_recorded
    def cancel_job(self, *, job_id, namespace):
        self.jobs[job_id].cancelled = True
        self.kill(job_id)

    def kill(self, job_id):
        """End the job and its worker at once."""
        process = self.jobs[job_id].process
        if process is None or process.poll() is not None:
            return
        parent = psutil.Process(process.pid)
        for one in [*parent.children(recursive=True), parent]:
            one.kill()
        process.wait()

    def _start(self, job):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RERANKER_UI_HOME": str(job.home)}
        command = [sys.executable, "-P", "-m", "reranker_ui.jobs.bucket_worker", *job.command]
        job.process = subprocess.Popen(command, env=environment, cwd="/")

    def _info(self, identity):
        stage = {"stage": self._stage(self.jobs[identity])}
        return JobInfo(id=identity, owner={"id": "1", "name": NAME, "type": "user"}, status=stage,
                       endpoint="https://huggingface.co")  # fmt: skip

    def _stage(self, job):
        if job.cancelled:
            return "CANCELED"
        if job.process is None:
            return "SCHEDULING"
        code = job.process.poll()
        return "RUNNING" if code is None else "ERROR" if code else "COMPLETED"
