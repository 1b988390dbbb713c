"""The one clock of a process. Everything that needs the time is given it."""

from __future__ import annotations

import time


class MonotonicClock:
    """Milliseconds since 1970 that never go backwards, whatever is done to the machine's clock.

    Nor do they stand still: set back, the clock goes on at half its speed until the world has caught up. Rates and
    expiries that wait for time to pass would otherwise wait for as long as it was set back.
    """

    def __init__(self) -> None:
        self._now = 0
        self._looked = time.monotonic_ns()

    def __call__(self) -> int:
        looked = time.monotonic_ns()
        going_on = self._now + (looked - self._looked) // 2
        world = time.time_ns()
        self._now = world if world > going_on else going_on
        self._looked = looked
        return self._now // 1_000_000
