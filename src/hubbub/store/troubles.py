"""Failures that come by the hundred, told so that the log stays readable and the disk, which may be full, is spared.

Invariants: at most one line a second; every failure is in the `times` of some line, at the end at the latest; one that
was not told within a minute is told with its traceback.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

PERIOD: Final = 1.0  # seconds between two lines
REMEMBERED: Final = 60.0  # seconds for which the same failure needs no second traceback


class Log(Protocol):
    def error(self, event: str, **fields: object) -> object: ...


class Troubles:
    """Lines called `event`, each with `times` for how often it happened since the last. Used by one thread."""

    def __init__(self, log: Log, event: str, now: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._event = event
        self._now = now
        self._told = self._shown = float("-inf")
        self._shape = ""
        self._last: BaseException | None = None
        self.untold = 0

    def note(self, error: BaseException) -> None:
        self._last = error
        self.untold += 1
        self.tell_in_time()

    def tell_in_time(self) -> None:
        """Tell what is untold, unless a line was written within the last second."""
        if self._now() - self._told >= PERIOD:
            self.tell()

    def tell(self) -> None:
        if self._last is None:
            return
        now, error, times = self._now(), self._last, self.untold
        shape = f"{type(error).__name__}: {error}"
        known = shape == self._shape and now - self._shown < REMEMBERED
        self._told, self._last, self.untold = now, None, 0
        if known:
            self._log.error(self._event, times=times, error=shape)
        else:
            self._shape, self._shown = shape, now
            self._log.error(self._event, times=times, exc_info=error)
