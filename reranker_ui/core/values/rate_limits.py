"""Rate limits: a token bucket for requests, and the polling interval of many pages."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

Clock = Callable[[], float]
_MOST = 10_000  # keys remembered at once; the longest unused leave first


class Bucket:
    """A token bucket per key: `rate` tokens a second are added, up to `burst`."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> float:
        """Take one token. Returns 0, or the seconds until one is available."""
        now = self.clock()
        with self._lock:
            left, at = self._left.pop(key, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.rate)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self.rate


class PollInterval:
    """The polling interval of pages: the more pages poll, the longer it is.

    Together they send about `per_second` requests a second; one page polls every `shortest` to
    `longest` seconds.
    """

    def __init__(
        self, per_second: float, shortest: float, longest: float, clock: Clock = time.monotonic
    ) -> None:
        self.per_second, self.clock = per_second, clock
        self.shortest, self.longest = shortest, longest
        self._seen: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_for(self, page: Hashable) -> float:
        """Seconds until `page`, which polls now, should poll again."""
        now = self.clock()
        with self._lock:
            self._seen[page] = now
            self._seen.move_to_end(page)
            while len(self._seen) > _MOST or self._oldest() < now - 2 * self.longest:
                self._seen.popitem(last=False)
            return min(self.longest, max(self.shortest, len(self._seen) / self.per_second))

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))
