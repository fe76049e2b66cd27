"""An annotator learns nothing about hidden labels, whatever is asked and in whatever order.

Two twin homes differ only in labels that Ann may not know. She does the same in both, and every
answer must be the same.
"""

import random
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.ranking import rankers
from tests.support.annotator_calls import (
    ACTS,
    ADDRESSES,
    ELSEWHERE,
    ENDPOINTS,
    READS,
    Draw,
)
from tests.support.served_page import Served
from tests.support.twin_homes import ANN, DATASETS, Clock, Model, TwinHome, hidden_labels, make_twin

# What shows hidden labels where the server hides none.
LEAKS = {
    *("all_datasets", "progress", "agree", "page_of_pairs", "quality_report", "dataset_history"),
    *("queries", "compare", "compare_queries", "evaluate", "disputed", "plan_run"),
    *("agree_in_detail", "find_cutoff", "/runs/{run:int}/run.zip"),
}
DRAWS = 20  # of a call for each dataset, at most
Ask = Callable[[Served, Draw], str]
OTHERS_ACT = ("Bo", "Cy", "decide", "set label")


def _hex(chance: random.Random, size: int = 16) -> str:
    return f"{chance.getrandbits(8 * size):0{2 * size}x}"


@pytest.fixture
def alike(monkeypatch):
    """Both twins have the same time and the same chance, and no model needs torch."""
    clock = Clock()
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    monkeypatch.setattr(time, "time", clock)
    monkeypatch.setattr(rankers, "Encoder", Model)
    monkeypatch.setattr(rankers, "_load", Model)
    rankers.MODELS.clear()

    def draw_again(key: str) -> None:
        chance = random.Random(key)
        random.seed(key)
        for name in ("token_hex", "token_urlsafe"):
            monkeypatch.setattr(secrets, name, partial(_hex, chance))
        monkeypatch.setattr(secrets, "randbelow", chance.randrange)

    yield clock, draw_again
    rankers.MODELS.clear()


@pytest.fixture
def homes(request, tmp_path, database, monkeypatch):
    """Where the two twins lie: a folder and, for PostgreSQL, a database each."""
    urls = [None, None]
    if database == "postgresql":
        cluster = request.getfixturevalue("postgres")
        urls = [cluster.new_database() for _ in urls]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return [(tmp_path / f"home{side}", url) for side, url in enumerate(urls)]


@pytest.fixture
def make_worlds(homes, alike, tmp_path):
    """Two twins from one chance, as Ann sees them."""
    clock, draw_again = alike
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "README.md").write_text("# A model")

    def make(chance: int) -> list[Served]:
        twins = []
        for side, (home, url) in enumerate(homes):
            clock.now = 1_800_000_000.0
            draw_again(f"make {chance}")
            twins.append(make_twin(home, url, side, chance, model))
        assert hidden_labels(twins[0]) != hidden_labels(twins[1])
        return [Served(twin, ANN) for twin in twins]

    return make


def test_every_function_event_and_address_is_played(workspace):
    served = Served(TwinHome(workspace, 0, 0), ANN)
    assert set(served.functions) == set(ACTS) | set(READS)
    assert {name for name, *_ in served.events} <= set(ENDPOINTS)
    assert served.paths == set(ADDRESSES) | ELSEWHERE


class Walk:
    """The same calls in both twins, and what was answered differently."""

    def __init__(self, twins: list[Served], alike, chance: int) -> None:
        self.twins, (self.clock, self.draw_again) = twins, alike
        self.chance, self.step = random.Random(chance), 0
        self.differing: list[tuple] = []
        self.faults: list[str] = []

    def both(self, name: str, dataset: str, ask) -> bool:
        """Ask both twins the same. Returns whether they answer the same."""
        key = f"{self.chance.random()}"
        answers = []
        for served in self.twins:
            self.draw_again(key)
            draw = Draw(random.Random(key), dataset, served.twin.ids[dataset])
            try:
                answers.append(ask(served, draw))
            except Exception as error:
                answers.append(f'"fault": true {name} {error!r}')
        if answers[0] != answers[1]:
            self.differing.append((self.step, dataset, name, *_around(*answers)))
        self.faults += [answer for answer in answers if '"fault": true' in answer]
        return answers[0] == answers[1]

    def act(self, dataset: str) -> None:
        """Ann or someone else acts, the same in both twins but for hidden labels."""
        self.step += 1
        self.clock.tick()
        if self.chance.random() < 0.3:
            what, place = self.chance.choice(OTHERS_ACT), self.chance.random()
            for served in self.twins:
                ids = served.twin.ids[dataset]
                served.twin.others_act(dataset, ids[int(place * len(ids))], what)
        else:
            name = self.chance.choice(list(ACTS))
            self.both(name, dataset, lambda served, draw: served.call(name, ACTS[name](draw)))

    def look(self, dataset: str) -> None:
        """Ann asks for everything there is."""
        for name, ask in self.asks():
            self.both(name, dataset, ask)

    def asks(self) -> Iterator[tuple[str, Ask]]:
        """Everything that Ann can ask for, by name."""
        for name, payload in READS.items():
            yield name, lambda s, d, n=name, p=payload: s.call(n, p(d))
        for place, (name, *_) in enumerate(self.twins[0].events):
            given = ENDPOINTS[name]
            yield name, lambda s, d, n=name, g=given, at=place: s.event(n, s.events[at][1], g(d))
        for path, address in ADDRESSES.items():
            yield path, lambda s, d, a=address: s.address(a(d))


def _around(left: str, right: str) -> tuple[str, str]:
    """Where two answers part."""
    at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    return left[max(0, at - 60) : at + 60], right[max(0, at - 60) : at + 60]


@pytest.fixture
def unhidden(monkeypatch):
    """A server that hides no label from anyone."""
    for name, module in list(sys.modules.items()):
        if name.startswith("reranker_ui.") and hasattr(module, "visibility_of"):
            monkeypatch.setattr(module, "visibility_of", lambda dataset, _: Visibility(dataset.id))


def test_the_walk_notices_labels_that_are_not_hidden(make_worlds, alike, unhidden):
    """What is drawn for one call may show no label: each is asked until it shows one."""
    walk = Walk(make_worlds(1), alike, 1)
    datasets = ("blind", "open", "decider")
    for dataset in datasets:
        walk.act(dataset)
    noticed = {
        name
        for name, ask in walk.asks()
        if name in LEAKS and any(not walk.both(name, dataset, ask) for dataset in datasets * DRAWS)
    }
    assert noticed == LEAKS


@pytest.mark.both_databases
def test_nothing_correlates_with_hidden_labels(make_worlds, alike, database):
    chance, rounds = (1, 3) if database == "postgresql" else (2, 8)
    walk = Walk(make_worlds(chance), alike, chance)
    for _ in range(rounds):
        dataset = walk.chance.choice(list(DATASETS))
        for _ in range(3):
            walk.act(dataset)
        walk.look(dataset)
    assert not walk.differing, "\n".join(map(str, walk.differing))
    assert not walk.faults, walk.faults
