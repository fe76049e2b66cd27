"""The cache of loaded models: once, one at a time, within its limit."""

import threading
from concurrent.futures import ThreadPoolExecutor

from reranker_ui.services.ranking.model_cache import ModelCache


class Model:
    def __init__(self, size=1):
        self.size, self.asked = size, 0

    def scores(self, pairs):
        self.asked += 1
        return [0.0] * len(pairs)


def test_loaded_once_however_many_ask():
    cache, loads, together = ModelCache(), [], threading.Barrier(8)

    def load():
        loads.append(1)
        return Model()

    def ask(_):
        together.wait()
        return cache.get("one", load, 10)[0]

    with ThreadPoolExecutor(8) as pool:
        models = set(pool.map(ask, range(8)))
    assert (len(models), len(loads)) == (1, 1)


def test_the_least_used_leaves_first():
    cache = ModelCache()
    cache.get("a", lambda: Model(4), 10)
    cache.get("b", lambda: Model(4), 10)
    cache.get("a", lambda: Model(4), 10)
    cache.get("c", lambda: Model(4), 10)
    loads = []
    for name in "abc":
        cache.get(name, lambda name=name: loads.append(name) or Model(4), 100)
    assert loads == ["b"]


def test_one_that_is_too_large_stays_alone():
    cache = ModelCache()
    cache.get("small", Model, 10)
    huge, _ = cache.get("huge", lambda: Model(1000), 10)
    assert cache.get("huge", Model, 10) == (huge, 0.0)


def test_a_failed_load_can_be_tried_again():
    cache = ModelCache()

    def broken():
        raise OSError("no space")

    try:
        cache.get("one", broken, 10)
    except OSError:
        model, seconds = cache.get("one", Model, 10)
    assert model.asked == 1  # warmed up
    assert seconds > 0
