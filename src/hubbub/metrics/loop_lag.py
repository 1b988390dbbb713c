"""How late the event loop is: whatever holds it up holds up everybody.

Once a second a timer notes how much later than asked it came. That costs an idle server one wake-up a second, and sees
a delay with the share of time that it takes: what stops the loop 20 ms in every second is seen in one probe of fifty.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

from hubbub.metrics.histogram import SECONDS, Histogram

PERIOD: Final = 1.0  # seconds


class Timer(Protocol):
    def cancel(self) -> None: ...


class Scheduler(Protocol):
    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer: ...


class LoopLag:
    """Probes from `start` to `stop`. `now` is in seconds; not the loop's own time, which stands still in a turn."""

    def __init__(self, scheduler: Scheduler, now: Callable[[], float] = time.monotonic) -> None:
        self.seconds = Histogram(SECONDS)
        self._scheduler = scheduler
        self._now = now
        self._due = 0.0
        self._timer: Timer | None = None

    def start(self) -> None:
        self._due = self._now() + PERIOD
        self._timer = self._scheduler.call_later(PERIOD, self._probe)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _probe(self) -> None:
        # A loop that counts whole milliseconds may be early by one.
        self.seconds.observe(max(0.0, self._now() - self._due))
        self.start()
