"""Rates: so many at once, then so many a second, for each key of a bounded table.

Invariants (generic cell rate algorithm, ITU-T I.371): a key's stored time never lies more than `burst` intervals ahead
of when it was last counted; the table never holds more than `entries` keys, those untouched the longest go first.

There are two tables: what is counted is in the new one, which becomes the old one after as long as `burst` intervals.
What is in the old one by then was not counted for so long, its time has passed, and it is as good as absent: a whole
table is forgotten at once, and counting keeps no order.
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.errors import Refused

# Milliseconds. Sums of times since 1970 are exact to some 0.0002 of them, so that the last of a burst may seem late.
CLOCK_STEP = 1


class Throttle:
    """`burst` at once for each key, and `per_second` in the long run. `clock` gives milliseconds."""

    def __init__(self, clock: Callable[[], int], *, per_second: float, burst: int, entries: int = 65_536) -> None:
        self._clock = clock
        self._interval = 1000 / per_second
        self._most = burst * self._interval + CLOCK_STEP
        self._each = max(1, entries // 2)
        self._new: dict[str, float] = {}
        self._old: dict[str, float] = {}
        self._turned_at = 0.0

    def __len__(self) -> int:
        return len(self._new.keys() | self._old.keys())

    def take(self, key: str, now: float | None = None) -> None:
        """Count one for `key`, at `now` if the caller has the time already.

        Raises `rate_limited` with the seconds after which one more is allowed.
        """
        if now is None:
            now = self._clock()
        if now - self._turned_at >= self._most or len(self._new) >= self._each:
            self._turn(now)
        until = self._new.get(key)
        if until is None:
            until = self._old.get(key, 0.0)
        until = (until if until > now else now) + self._interval
        if until - now > self._most:
            raise Refused("rate_limited", retry_after=(until - now - self._most + CLOCK_STEP) / 1000)
        self._new[key] = until

    def _turn(self, now: float) -> None:
        """The new table is the old one from here on."""
        self._old = self._new if now - self._turned_at < 2 * self._most else {}
        self._new = {}
        self._turned_at = now

    def give_back(self, key: str) -> None:
        """The last one counted for `key` was harmless after all."""
        for table in (self._new, self._old):
            if key in table:
                table[key] -= self._interval
                return
