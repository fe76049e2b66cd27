"""A stand-in for Ray's Jobs API that records what it is asked for; its jobs do nothing."""

import json

import httpx2


class FakeRay:
    """`jobs`: their details by submission id; `down`: the cluster cannot be reached.

    `answer`: to everything, if set.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.jobs: dict[str, dict] = {}
        self.headers: dict[str, str] = {}
        self.down = False
        self.answer: httpx2.Response | None = None

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
        return httpx2.Response(200, json={"job_id": name, "submission_id": name})
