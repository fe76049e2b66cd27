"""A cache for expensive values, each valid until its version changes or it expires."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")
MOST = 1024  # values; the oldest leave first


class Cache:
    """Shared by all threads of a process. Callers must not change the values."""

    def __init__(self, limit: int = MOST) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, tuple[Any, float, Any]] = OrderedDict()

    def get(
        self,
        key: Hashable,
        make: Callable[[], Value],
        version: Any = None,
        seconds: float | Callable[[Value], float] = float("inf"),
    ) -> Value:
        """The value of `key`; computed again if `version` differs or `seconds` have passed.

        `seconds` may be a function of the value.
        """
        now = time.monotonic()
        cached_version, until, value = self._kept.get(key, (None, -1.0, None))
        if cached_version == version and now < until:
            return value  # type: ignore[no-any-return]
        fresh = make()
        until = now + (seconds(fresh) if callable(seconds) else seconds)
        self._kept.pop(key, None)  # so that it comes last
        self._kept[key] = (version, until, fresh)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return fresh

    def clear(self) -> None:
        """Remove all values."""
        self._kept.clear()
