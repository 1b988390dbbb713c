"""Cyclic garbage, looked for when nobody waits.

CPython's collector stops the process while it looks at every object there is: with 15,000 connections for 30 to 70 ms,
whenever enough has been allocated. Nearly all of ours is freed with its last reference; what is left are the cycles of
failed requests and tasks, which have time.

Invariants:
- By itself the collector looks at young objects only, a few milliseconds at most.
- All that came since the last time is looked at in a moment when the server is not busy, or after PATIENCE; what
  survives is frozen, so that the next look is short too.
- Once in FULL looks everything is looked at, so that a cycle among frozen objects is found in the end.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from hubbub.metrics.histogram import SECONDS, Histogram

# Container objects allocated, less those freed, until the young are looked at; young looks until the middle-aged are.
YOUNG: Final = 20_000
MIDDLE: Final = 20
# Looks at the middle-aged before the collector would look at all by itself: never, in practice.
NEVER: Final = 1 << 30

PERIOD: Final = 600.0  # seconds between two looks
RETRY: Final = 0.5  # seconds until one who found the server busy tries again
PATIENCE: Final = 600  # tries, then it looks all the same
FULL: Final = 144  # looks; a day of them


class Timer(Protocol):
    def cancel(self) -> None: ...


class Scheduler(Protocol):
    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer: ...


def rest() -> None:
    """No looks until `Garbage.start`: nearly all that a start makes stays; looking at it takes a tenth of the time."""
    gc.disable()


class Garbage:
    """Has the process's collector to itself from `start` to `stop`; `is_busy` says whether a pause would be felt."""

    def __init__(self, scheduler: Scheduler, is_busy: Callable[[], bool]) -> None:
        self._scheduler = scheduler
        self._is_busy = is_busy
        self._tries = 0
        self._looks = 0
        self._timer: Timer | None = None
        self._began = 0.0
        self.pauses = Histogram(SECONDS)
        """Seconds for which the collector stopped the process."""

    def start(self) -> None:
        """What start-up made stays for ever: nobody needs to look at it soon."""
        gc.collect()
        gc.freeze()
        gc.enable()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.callbacks.append(self._time)
        self._timer = self._scheduler.call_later(PERIOD, self._try)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            gc.callbacks.remove(self._time)

    def _time(self, phase: str, info: dict[str, Any]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._began = now
        else:
            self.pauses.observe(now - self._began)

    def _try(self) -> None:
        self._tries += 1
        if self._is_busy() and self._tries < PATIENCE:
            self._timer = self._scheduler.call_later(RETRY, self._try)
            return
        self._tries = 0
        self._look()
        self._timer = self._scheduler.call_later(PERIOD, self._try)

    def _look(self) -> None:
        self._looks += 1
        if self._looks % FULL == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
