"""A crowd that labels over HTTP as the page does, and what must hold of its labels afterwards."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
from sqlalchemy import select

from reranker_ui.services.store.database import annotations, leases, pairs

PEOPLE, OVERLAP = 20, 2


def widget_of(config):
    """The id of the component of the Annotate tab."""
    return next(
        part["id"] for part in config["components"] if part["props"].get("elem_id") == "rr-annotate"
    )


class Annotator:
    """Labels like the page does: pairs ahead, each change sent until it is confirmed."""

    def __init__(self, name, served, deadline, all_labelled, headers):
        self.name, self.served, self.deadline = name, served, deadline
        self.all_labelled = all_labelled
        self.confirmed: dict[int, float | None] = {}
        self.seen: list[int] = []
        self.random = random.Random(name)
        self.client = httpx.Client(timeout=30, headers=headers)

    def call(self, function, **asked):
        while time.monotonic() < self.deadline:
            try:
                answer = self.client.post(
                    f"{self.served.url}/gradio_api/component_server",
                    json={
                        "session_hash": self.name,
                        "component_id": self.served.widget,
                        "fn_name": function,
                        "data": asked,
                    },
                )
                if answer.status_code == 200:
                    answered = answer.json()
                    if "ok" in answered:
                        return answered["ok"]
                    assert answered.get("fault"), answered
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise TimeoutError(f"{self.name} had no answer")

    def work(self):
        ahead: list[int] = []
        while time.monotonic() < self.deadline:
            if len(ahead) < 5:
                answered = self.call(
                    "next_pairs",
                    dataset="many",
                    order="unlabelled",
                    imported=False,
                    n=10,
                    have=ahead,
                )
                ahead = [pair for pair in ahead if pair not in answered["closed"]]
                fresh = [pair["id"] for pair in answered["pairs"]]
                self.seen += fresh
                ahead += fresh
            if not ahead:  # others have reserved the rest, and may skip
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


class Crowd:
    """PEOPLE who label the dataset "many" of `count` pairs at `served` (has `url` and `widget`).

    `headers`: what tells the server who a person is, by name.
    """

    def __init__(self, workspace, served, count, seconds, headers):
        self.workspace, self.wanted = workspace, count * OVERLAP
        self.deadline = time.monotonic() + seconds
        names = [f"annotator {n}" for n in range(PEOPLE)]
        self.people = [
            Annotator(name, served, self.deadline, self.all_labelled, headers(name))
            for name in names
        ]
        self.over: dict[int, int] = {}

    def all_labelled(self):
        given = [label for person in self.people for label in list(person.confirmed.values())]
        return sum(label is not None for label in given) >= self.wanted

    def work(self, halfway):
        """Label everything; `halfway` is called when half of it is done."""
        stop = threading.Event()

        def watch():
            while not stop.wait(0.5):
                self.over.update(crowded(self.workspace))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            with ThreadPoolExecutor(PEOPLE) as pool:
                work = [pool.submit(person.work) for person in self.people]
                while sum(len(person.confirmed) for person in self.people) < self.wanted // 2:
                    assert time.monotonic() < self.deadline
                    time.sleep(0.05)
                halfway()
                for one in work:
                    one.result()
        finally:
            stop.set()
            watcher.join()

    def check(self, ids):
        """Every confirmed label is stored exactly once, and no pair has too many."""
        people, workspace = self.people, self.workspace
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
        assert sum(label is not None for label in found.values()) == self.wanted
        assert all(len(set(person.seen)) == len(person.seen) for person in people)
        assert self.over == {}
