"""Values in memory that are expensive to compute, each until its version changes or it is old."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")
MOST = 1024  # values; the oldest leave first


class Cache:
    """Shared by all threads of a process. Callers must not change the values."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Any, float, Any]] = OrderedDict()

    def get(
        self,
        key: Hashable,
        make: Callable[[], Value],
        version: Any = None,
        seconds: float | Callable[[Value], float] = float("inf"),
    ) -> Value:
        """The value of `key`; made again if `version` is another one or `seconds` have passed.

        How long a value is kept may depend on it.
        """
        now = time.monotonic()
        known, until, value = self._kept.get(key, (None, -1.0, None))
        if known == version and now < until:
            return value  # type: ignore[no-any-return]
        made = make()
        until = now + (seconds(made) if callable(seconds) else seconds)
        self._kept.pop(key, None)  # so that it comes last
        self._kept[key] = (version, until, made)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget all values."""
        self._kept.clear()
