"""`serve --api-only` with two workers against one: python -m tests.benchmark.api_workers [CLIENTS]

Both servers run at once and are asked in turn, by the same clients, so that what else the machine
does meets both alike: a request ranks 20 passages of 250 to 600 characters by a 6-layer MiniLM. A
line a round, then the medians; ratios are those of two workers to one in the same round.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles

import httpx
from sentence_transformers import CrossEncoder

from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.services.ranking import engines
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.benchmark.rank_speed import candidates
from tests.support.labelling import finished_run, seed
from tests.support.server import Server

CLIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 4
ROUNDS, SECONDS, DOCUMENTS = 5, 10.0, 20


def ask(server: Server, run: int, seconds: float = SECONDS) -> tuple[float, float]:
    """Requests a second of all clients together, and the 95th percentile of one in ms."""
    passages, times = [passage for _, passage in candidates()], []
    start = time.monotonic()

    def client(number: int) -> None:
        body = {"model": str(run), "documents": passages[number * 5 :][:DOCUMENTS]}
        # A new connection each time: the system deals them to the workers.
        with httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), timeout=60) as http:
            while (begun := time.monotonic()) < start + seconds:
                body["query"] = f"is number {begun} right?"
                http.post(f"{server.url}/v2/rerank", json=body).raise_for_status()
                times.append(time.monotonic() - begun)

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.monotonic() - start), quantiles(times, n=20)[-1] * 1000


def server_of(space: Path, workers: int) -> tuple[Server, int]:
    """A server over a home of its own, since SQLite takes one, and its run."""
    workspace = open_workspace(Settings(home=space / f"home {workers}"))
    seed(workspace)
    run = finished_run(workspace, str(space / "model"))
    model = folder_of(workspace, run).model
    engines._convert(model, engines.engine_folder(workspace, model))
    words = ("-m", "reranker_ui", "serve", "--api-only", "--workers", str(workers))
    return Server(workspace.home, {"RERANKER_UI_RATE_LIMIT": "0"}, words).start(), run


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as space:
        CrossEncoder(str(embedded_encoder()), num_labels=1).save(f"{space}/model")
        servers = {workers: server_of(Path(space), workers) for workers in (1, 2)}
        try:
            for server, run in servers.values():
                ask(server, run, 20.0)  # until all workers have loaded the model
            rounds = [{n: ask(*servers[n]) for n in servers} for _ in range(ROUNDS)]
        finally:
            for server, _ in servers.values():
                server.kill(15)
    for at, unit in ((0, "requests/s"), (1, "ms at p95")):
        one, two = (median(each[n][at] for each in rounds) for n in (1, 2))
        ratio = median(each[2][at] / each[1][at] for each in rounds)
        print(
            f"{CLIENTS} clients: {one:.1f} {unit} with one worker, {two:.1f} with two: {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
