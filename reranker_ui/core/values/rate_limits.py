"""How often is too often: a bucket of requests, and the pace of a crowd."""

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


class Crowd:
    """Pages that ask again and again, told to ask less often the more of them there are.

    Together they ask about `a_second` times; one page each `least` to `most` seconds.
    """

    def __init__(
        self, a_second: float, least: float, most: float, clock: Clock = time.monotonic
    ) -> None:
        self.a_second, self.least, self.most, self.clock = a_second, least, most, clock
        self._seen: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def every(self, page: Hashable) -> float:
        """Seconds after which `page`, which asks now, should ask again."""
        now = self.clock()
        with self._lock:
            self._seen[page] = now
            self._seen.move_to_end(page)
            while len(self._seen) > _MOST or self._oldest() < now - 2 * self.most:
                self._seen.popitem(last=False)
            return min(self.most, max(self.least, len(self._seen) / self.a_second))

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))
