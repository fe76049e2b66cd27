"""Values kept in memory: until their version changes, for a time, and not too many."""

from reranker_ui.services.store.memory_cache import Cache


def counter():
    made = []
    return lambda: made.append(1) or len(made)


def test_a_value_is_made_once_for_a_version():
    cache, make = Cache(), counter()
    assert [cache.get("key", make, version) for version in (1, 1, 2, 2, 1)] == [1, 1, 2, 2, 3]
    assert cache.get("other", make, 1) == 4
    cache.clear()
    assert cache.get("key", make, 1) == 5


def test_how_long_a_value_is_kept_may_depend_on_it():
    cache, make = Cache(), counter()
    assert [cache.get("key", make, seconds=0.0) for _ in range(2)] == [1, 2]
    last = [cache.get("other", make, seconds=lambda n: 60.0 if n > 3 else 0.0) for _ in range(3)]
    assert last == [3, 4, 4]


def test_the_oldest_values_leave():
    cache, make = Cache(limit=2), counter()
    for key in "abc":
        cache.get(key, make)
    assert cache.get("c", make) == 3 and cache.get("a", make) == 4
