"""The shelf of loaded models: once, one at a time, within its limit."""

import threading
from concurrent.futures import ThreadPoolExecutor

from reranker_ui.services.ranking.model_cache import Shelf


class Model:
    def __init__(self, size=1):
        self.size, self.asked = size, 0

    def scores(self, pairs):
        self.asked += 1
        return [0.0] * len(pairs)


def test_loaded_once_however_many_ask():
    shelf, loads, together = Shelf(), [], threading.Barrier(8)

    def load():
        loads.append(1)
        return Model()

    def ask(_):
        together.wait()
        return shelf.take("one", load, 10)[0]

    with ThreadPoolExecutor(8) as pool:
        models = set(pool.map(ask, range(8)))
    assert (len(models), len(loads)) == (1, 1)


def test_the_least_used_leaves_first():
    shelf = Shelf()
    shelf.take("a", lambda: Model(4), 10)
    shelf.take("b", lambda: Model(4), 10)
    shelf.take("a", lambda: Model(4), 10)
    shelf.take("c", lambda: Model(4), 10)
    loads = []
    for name in "abc":
        shelf.take(name, lambda name=name: loads.append(name) or Model(4), 100)
    assert loads == ["b"]


def test_one_that_is_too_large_stays_alone():
    shelf = Shelf()
    shelf.take("small", Model, 10)
    huge, _ = shelf.take("huge", lambda: Model(1000), 10)
    assert shelf.take("huge", Model, 10) == (huge, 0.0)


def test_a_failed_load_can_be_tried_again():
    shelf = Shelf()

    def broken():
        raise OSError("no space")

    try:
        shelf.take("one", broken, 10)
    except OSError:
        model, seconds = shelf.take("one", Model, 10)
    assert model.asked == 1  # warmed up
    assert seconds > 0
