"""Rates: so many at once, then so many a second, for each key of a bounded table.

Invariants (generic cell rate algorithm, ITU-T I.371): a key's stored time never lies more than `burst` intervals ahead
of now; the table never holds more than `entries` keys, the one untouched the longest goes first. Keys whose time has
passed are as good as absent and do not stay: each call forgets up to FORGET of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from hubbub.errors import Refused

# Milliseconds. Sums of times since 1970 are exact to some 0.0002 of them, so that the last of a burst may seem late.
CLOCK_STEP = 1
# More than one, so that the table shrinks faster than it grows.
FORGET = 2


class Throttle:
    """`burst` at once for each key, and `per_second` in the long run. `clock` gives milliseconds."""

    def __init__(self, clock: Callable[[], int], *, per_second: float, burst: int, entries: int = 65_536) -> None:
        self._clock = clock
        self._interval = 1000 / per_second
        self._burst = burst
        self._entries = entries
        self._busy_until: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._busy_until)

    def take(self, key: str) -> None:
        """Count one for `key`; raises `rate_limited` with the seconds after which one more is allowed."""
        now = self._clock()
        until = max(self._busy_until.get(key, 0.0), now) + self._interval
        over = until - now - self._burst * self._interval
        if over > CLOCK_STEP:
            raise Refused("rate_limited", retry_after=over / 1000)
        self._busy_until[key] = until
        self._busy_until.move_to_end(key)
        if len(self._busy_until) > self._entries:
            self._busy_until.popitem(last=False)
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Drop those untouched the longest whose time has passed: without this every user ever seen would stay."""
        for _ in range(FORGET):
            oldest = next(iter(self._busy_until), None)
            if oldest is None or self._busy_until[oldest] > now:
                return
            del self._busy_until[oldest]

    def give_back(self, key: str) -> None:
        """The last one counted for `key` was harmless after all."""
        if key in self._busy_until:
            self._busy_until[key] -= self._interval
