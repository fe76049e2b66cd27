"""A stand-in for Ray's Jobs API that records what it is asked for."""

import json
import shlex
import threading
from collections.abc import Callable

import httpx2


class FakeRay:
    """`jobs`: their details by submission id; `down`: the cluster cannot be reached.

    `answer`: to everything, if set. `work`: what a job does with the name of its module and its
    folder, in a thread; jobs do nothing without it.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.jobs: dict[str, dict] = {}
        self.headers: dict[str, str] = {}
        self.down = False
        self.answer: httpx2.Response | None = None
        self.work: Callable[[str, str], int] | None = None

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/api/jobs/")
        self.calls.append((request.method, path))
        self.headers = dict(request.headers)
        if self.down:
            raise httpx2.ConnectError("no route to Ray")
        if self.answer:
            return httpx2.Response(self.answer.status_code, text=self.answer.text)
        if request.method == "POST" and not path:
            return self._submitted(json.loads(request.content))
        name, _, act = path.partition("/")
        if name not in self.jobs:
            return httpx2.Response(404, text=f"Job {name} does not exist")
        if act and self.jobs[name]["status"] == "RUNNING":  # one that waits is stopped later
            self.jobs[name]["status"] = "STOPPED"
        return httpx2.Response(200, json={"stopped": True} if act else self.jobs[name])

    def _submitted(self, asked: dict) -> httpx2.Response:
        name = asked["submission_id"]
        self.jobs[name] = {**asked, "status": "PENDING", "message": None}
        if self.work:
            threading.Thread(target=self._run, args=[self.jobs[name], self.work]).start()
        return httpx2.Response(200, json={"job_id": name, "submission_id": name})

    @staticmethod
    def _run(job: dict, work: Callable[[str, str], int]) -> None:
        words = shlex.split(job["entrypoint"])
        module, folder = words[words.index("-m") + 1 :][:2]
        job["status"] = "RUNNING"
        job["driver_exit_code"] = work(module, folder)
        job["status"] = "FAILED" if job["driver_exit_code"] else "SUCCEEDED"
