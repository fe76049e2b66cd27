"""How often is too often: failures that lock a door for a while, and a bucket of requests."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

Clock = Callable[[], float]
_MOST = 10_000  # keys remembered at once; the longest unused leave first


class Throttle:
    """Counts failures by key: after `most` of them within `window` seconds the key is shut."""

    def __init__(self, most: int, window: float, clock: Clock = time.monotonic) -> None:
        self.most, self.window, self.clock = most, window, clock
        self._failures: OrderedDict[Hashable, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: Hashable) -> float:
        """Seconds until `key` may try again; 0 where it may."""
        with self._lock:
            found = self._recent(key)
            full = len(found) >= self.most
            return max(0.0, found[-self.most] + self.window - self.clock()) if full else 0.0

    def failed(self, key: Hashable) -> None:
        """Count a failure. Counted before the try as well, so that tries at once count too."""
        with self._lock:
            self._failures.setdefault(key, deque(maxlen=self.most)).append(self.clock())
            self._failures.move_to_end(key)
            while len(self._failures) > _MOST:
                self._failures.popitem(last=False)

    def passed(self, key: Hashable) -> None:
        """Forget the failures of `key`."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: Hashable) -> deque[float]:
        found = self._failures.get(key, deque())
        while found and found[0] <= self.clock() - self.window:
            found.popleft()
        return found


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
