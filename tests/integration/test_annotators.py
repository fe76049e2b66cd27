"""Twenty annotators at once over HTTP, the server killed in the middle: nothing is lost."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select

from reranker_ui.services.store.database import annotations, leases, pairs
from tests.support.labelling import seed
from tests.support.server import Server

PEOPLE, PAIRS, OVERLAP = 20, 800, 2
PATIENCE = 400  # seconds for everything on a slow machine


class Served(Server):
    """A server that takes who asks from a header, and the id of its Annotate tab."""

    def start(self):
        super().start()
        config = httpx.get(f"{self.url}/config", timeout=60).json()
        rooms = [c for c in config["components"] if c["props"].get("elem_id") == "rr-annotate"]
        self.room = rooms[0]["id"]


class Annotator:
    """Labels like the page does: pairs ahead, each change sent until it is confirmed."""

    def __init__(self, name, served, deadline, all_labelled):
        self.name, self.served, self.deadline = name, served, deadline
        self.all_labelled = all_labelled
        self.confirmed: dict[int, float | None] = {}
        self.seen: list[int] = []
        self.random = random.Random(name)
        self.client = httpx.Client(timeout=30, headers={"x-annotator": name})

    def call(self, function, **asked):
        while time.monotonic() < self.deadline:
            try:
                answer = self.client.post(
                    f"{self.served.url}/gradio_api/component_server",
                    json={
                        "session_hash": self.name,
                        "component_id": self.served.room,
                        "fn_name": function,
                        "data": asked,
                    },
                )
                if answer.status_code == 200:
                    told = answer.json()
                    if "ok" in told:
                        return told["ok"]
                    assert told.get("fault"), told
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{self.name} had no answer")

    def work(self):
        ahead: list[int] = []
        while time.monotonic() < self.deadline:
            if len(ahead) < 5:
                told = self.call(
                    "next_pairs",
                    dataset="many",
                    order="unlabelled",
                    imported=False,
                    n=10,
                    have=ahead,
                )
                ahead = [pair for pair in ahead if pair not in told["gone"]]
                fresh = [pair["id"] for pair in told["pairs"]]
                self.seen += fresh
                ahead += fresh
            if not ahead:  # others have the rest in hand, and may skip
                if self.all_labelled():
                    return
                time.sleep(0.2)
                continue
            pair = ahead.pop(0)
            label = None if self.random.random() < 0.02 else self.random.choice([0, 1])
            change = f"{self.name}-{pair}-{len(self.confirmed)}"
            for _ in range(2 if self.random.random() < 0.1 else 1):  # an answer that got lost
                self.call("annotate", pair=pair, label=label, id=change, seconds=1)
            self.confirmed[pair] = label


def crowded(workspace):
    """Pairs with more labels and live leases of others than the overlap allows."""
    now = time.time()
    with workspace.reading() as connection:
        held = Counter(
            connection.scalars(
                select(leases.c.pair_id)
                .outerjoin(
                    annotations,
                    (annotations.c.pair_id == leases.c.pair_id)
                    & (annotations.c.annotator == leases.c.annotator),
                )
                .where(leases.c.until > now, annotations.c.id.is_(None))
            )
        )
        votes = {row.id: row.votes for row in connection.execute(select(pairs.c.id, pairs.c.votes))}
    return {pair: held[pair] + n for pair, n in votes.items() if held[pair] + n > OVERLAP}


@pytest.mark.timeout(PATIENCE + 200)
def test_twenty_annotators_and_a_killed_server(workspace, home):
    ids = seed(workspace, "many", PAIRS, per_query=10, overlap=OVERLAP)
    served = Served(home, program=("-m", "tests.support.annotators_server"))
    served.start()
    deadline = time.monotonic() + PATIENCE
    people: list[Annotator] = []

    def all_labelled():
        given = [label for person in people for label in list(person.confirmed.values())]
        return sum(label is not None for label in given) >= PAIRS * OVERLAP

    people += [Annotator(f"annotator {n}", served, deadline, all_labelled) for n in range(PEOPLE)]
    over, stop = {}, threading.Event()

    def watch():
        while not stop.wait(0.5):
            over.update(crowded(workspace))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with ThreadPoolExecutor(PEOPLE) as crowd:
            work = [crowd.submit(person.work) for person in people]
            while sum(len(person.confirmed) for person in people) < PAIRS * OVERLAP // 2:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            served.kill()
            time.sleep(0.5)
            served.start()
            for one in work:
                one.result()
    finally:
        stop.set()
        watcher.join()
        served.kill()

    confirmed = {(pair, p.name): label for p in people for pair, label in p.confirmed.items()}
    with workspace.reading() as connection:
        rows = connection.execute(
            select(annotations.c.pair_id, annotations.c.annotator, annotations.c.label)
        ).all()
        votes = connection.scalars(select(pairs.c.votes).where(pairs.c.id.in_(ids))).all()
    found = {(row.pair_id, row.annotator): row.label for row in rows}
    assert len(rows) == len(found) == len(confirmed)
    assert found == confirmed
    assert set(votes) == {OVERLAP}
    late = sum(label is not None for label in found.values()) - PAIRS * OVERLAP
    assert late == 0
    assert all(len(set(person.seen)) == len(person.seen) for person in people)
    assert over == {}
