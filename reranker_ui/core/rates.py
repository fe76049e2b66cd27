"""How often is too often: a bucket of requests."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

Clock = Callable[[], float]
_MOST = 10_000  # keys remembered at once; the longest unused leave first


class Bucket:
    """A bucket of requests by key: `rate` a second flow in, up to `burst` lie in store."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> float:
        """Take one. Returns 0, or the seconds until there is one to take."""
        now = self.clock()
        with self._lock:
            left, at = self._left.pop(key, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.rate)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self.rate
