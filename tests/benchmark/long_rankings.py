"""Memory of long rankings: python -m tests.benchmark.long_rankings [DOCUMENTS]

Each address that ranks gets as many texts of 10,000 characters as a body holds, for the embedded
cross-encoder and for cosine, while one person asks for the page. One line a ranking: seconds, by
how much the server's memory grew, and the longest answer of the page. Fails where 100 MB were added
or the page took a second.
"""

import itertools
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from reranker_ui.core.values.recipe import EMBEDDED_ENGLISH
from tests.integration.test_flood import MEMORY, Watched
from tests.support.serving import asking, with_people

LENGTH, FITS = 10_000, 1_190  # characters of a text; texts in 12 MB
DOCUMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else FITS
LONGEST = 1.0  # seconds
FIELDS = {"/v2/rerank": "documents", "/v1/rerank": "documents", "/rerank": "texts",
          "/infinity/rerank": "documents"}  # fmt: skip
WORDS = ("cave", "river", "limestone", "the", "of", "water", "a", "flows", "under", "hills")


def text(number: int) -> str:
    """A text of LENGTH characters, another one for each number."""
    words = itertools.cycle(WORDS[number % len(WORDS) :] + WORDS[: number % len(WORDS)])
    return " ".join([str(number), *itertools.islice(words, LENGTH // 4)])[:LENGTH]


def main() -> None:
    """Serve, rank at each address, and say what it took."""
    with tempfile.TemporaryDirectory() as space:
        server = with_people(
            Path(space) / "home", RERANKER_UI_RATE_LIMIT="0",
            RERANKER_UI_DEFAULT_BASE=EMBEDDED_ENGLISH,
        ).start()  # fmt: skip
        try:
            watched, person = Watched(server), asking(server, "viewer")
            client = asking(server, "viewer")
            client.timeout = 600
            bad = [
                (model, path)
                for model in ("base", "cosine")
                for path in FIELDS
                if not rank(model, path, client, person, watched)
            ]
        finally:
            server.kill()
    assert not bad, bad


def rank(
    model: str, path: str, client: httpx.Client, person: httpx.Client, watched: Watched
) -> bool:
    """Rank once; returns whether memory and page stayed within their bounds."""
    body = {"model": model, "query": "a cave by the river"}
    warm = client.post(path, json={**body, FIELDS[path]: [text(0)]})
    assert warm.status_code == 200, warm.text
    over, times = threading.Event(), [0.0]

    def ask() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            person.get("/login/check").raise_for_status()
            times.append(time.perf_counter() - begun)
            over.wait(0.2)

    asker, texts = threading.Thread(target=ask), [text(number) for number in range(DOCUMENTS)]
    asker.start()
    begun = time.perf_counter()
    answers: list[httpx.Response] = []
    grown = watched.growth(
        lambda: answers.append(client.post(path, json={**body, FIELDS[path]: texts}))
    )
    seconds = time.perf_counter() - begun
    over.set()
    asker.join()
    assert answers[0].status_code == 200, answers[0].text
    print(
        f"{model} {path}: {DOCUMENTS:,} texts in {seconds:.0f} s, {grown:+.0f} MB,"
        f" page {1000 * max(times):.0f} ms at most",
        flush=True,
    )
    return grown < MEMORY and max(times) < LONGEST


if __name__ == "__main__":
    main()
