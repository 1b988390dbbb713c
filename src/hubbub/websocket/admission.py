"""Admission: how many may be greeted at once and in a second, so that whoever is there already is served meanwhile.

When a proxy restarts, or we do, everybody comes back in the same moment. Reading what each has missed must not hold up
those who are talking: greetings stand in a line, and beyond its bound people are sent away, to come again.

Invariants: a greeting begins only while fewer than `at_once` are under way; in the long run no more than `per_second`
begin; they begin in the order they came; whoever gives up leaves the line and takes nobody's turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from hubbub.errors import Refused
from hubbub.telemetry import get_logger
from hubbub.websocket.keeper import Scheduler

# So many seconds' worth may begin at once after a quiet time.
BURST_SECONDS: Final = 0.1
# Finer than this no timer is; what a fraction of a token takes may be lost in rounding.
MOMENT: Final = 0.001

logger = get_logger(__name__)


class Admission:
    def __init__(self, scheduler: Scheduler, *, at_once: int, per_second: float | None, waiting: int) -> None:
        """`waiting`: how long the line may be; `per_second` None: as many as there is time for."""
        self._scheduler = scheduler
        self._at_once = at_once
        self._per_second = per_second
        self._waiting = waiting
        self._line: deque[asyncio.Future[None]] = deque()
        self._burst = max(1.0, (per_second or 0.0) * BURST_SECONDS)
        self._tokens = self._burst
        self._counted_at = scheduler.time()
        self._timed = False
        self._is_full = False
        self.under_way = 0
        self.admitted = 0
        """Greetings begun since the start; `refused`: sent away."""
        self.refused = 0

    @property
    def waiting(self) -> int:
        return len(self._line)

    def sizes(self) -> dict[str, int]:
        """For metrics and tests."""
        return {
            "greetings": self.under_way,
            "greetings_waiting": self.waiting,
            "greetings_admitted": self.admitted,
            "greetings_refused": self.refused,
        }

    def check(self) -> None:
        """Raises `busy`, with the time after which the line will have gone, when it is full."""
        if len(self._line) >= self._waiting:
            self.refused += 1
            self._tell_full()
            raise Refused("busy", retry_after=len(self._line) / (self._per_second or len(self._line)))

    def _tell_full(self) -> None:
        """Once, until the line was half as long again."""
        if not self._is_full:
            self._is_full = True
            logger.warning("the line of those who connect is full; others are sent away", waiting=len(self._line))

    async def enter(self) -> None:
        """Returns when it is one's turn, which `leave` ends; raises `busy` like `check`."""
        if not self._line and self._take():
            return
        self.check()
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        self._call_next()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it had come just now
            else:
                self._line.remove(turn)
            raise

    def leave(self) -> None:
        self.under_way -= 1
        self._call_next()

    def go_on(self) -> None:
        """Go on after having left, without standing in line anew: the turn was had already."""
        self.under_way += 1

    def _take(self) -> bool:
        """Begin one, if that is allowed now."""
        if self.under_way >= self._at_once or not self._has_token():
            return False
        self._tokens -= 1
        self.under_way += 1
        self.admitted += 1
        return True

    def _has_token(self) -> bool:
        if self._per_second is None:
            self._tokens = 1.0
            return True
        now = self._scheduler.time()
        self._tokens = min(self._burst, self._tokens + (now - self._counted_at) * self._per_second)
        self._counted_at = now
        return self._tokens >= 1

    def _call_next(self) -> None:
        while self._line:
            if self._line[0].done():  # given up; whoever did removes it
                break
            if not self._take():
                break
            self._line.popleft().set_result(None)
            if len(self._line) < self._waiting // 2:
                self._is_full = False
        if self._line and self.under_way < self._at_once and not self._timed and self._per_second is not None:
            self._timed = True
            self._scheduler.call_later(max(MOMENT, (1 - self._tokens) / self._per_second), self._on_time)

    def _on_time(self) -> None:
        self._timed = False
        self._call_next()
