"""The one timer of everything ephemeral.

Invariants:
- There is a timer only while some part has something to do.
- No slice of work takes much longer than SLICE, and after each the loop belongs to others for REST times as long: all
  that is ephemeral together costs at most a twentieth of it, however much there is. What is late is told together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from math import inf
from typing import Final, Protocol

from hubbub.hub.ports import Clockwork, Timer

SLICE: Final = 0.002  # seconds
REST: Final = 19
# After a failure, so that one that stays does not take all of the time.
PAUSE: Final = 1.0


class Part(Protocol):
    """Something that has to be done from time to time."""

    @property
    def due(self) -> float | None:
        """When next, in the loop's time; None: nothing is to be done."""
        ...

    def work(self, now: float) -> Iterator[None]:
        """Do what is due by `now`, in steps of well under a millisecond."""
        ...


class Ticker:
    def __init__(self, clockwork: Clockwork, parts: Sequence[Part], stopwatch: Callable[[], float]) -> None:
        """`stopwatch` measures what the work takes: the loop's own time stands still for a turn."""
        self._clockwork = clockwork
        self._parts = parts
        self._stopwatch = stopwatch
        self._timer: Timer | None = None
        self._at = 0.0
        self._rested = 0.0
        self._work: Iterator[None] | None = None
        self._working = False

    @property
    def idle(self) -> bool:
        """Whether there is no timer."""
        return self._timer is None

    def plan(self) -> None:
        """To be called when something may be due earlier than it was."""
        if self._working:
            return  # it plans when it is done
        at = self._next()
        if self._timer is not None:
            if self._at <= at:
                return
            self._timer.cancel()
            self._timer = None
        if at < inf:
            self._at = at
            self._timer = self._clockwork.call_later(max(0.0, at - self._clockwork.time()), self._run)

    def _next(self) -> float:
        if self._work is not None:
            return self._rested
        first = inf
        for part in self._parts:  # asked with every link that comes or goes
            due = part.due
            if due is not None and due < first:
                first = due
        return max(first, self._rested)

    def _run(self) -> None:
        self._timer, self._working = None, True
        now = max(self._clockwork.time(), self._at)  # loops round, and may be early
        begun = self._stopwatch()
        work, self._work = self._work or self._all(now), None
        rest = PAUSE
        try:
            if not self._go_on(work, begun + SLICE):
                self._work = work
            rest = (self._stopwatch() - begun) * (1 + REST)
        finally:  # whatever has failed, the rest goes on
            self._rested, self._working = now + rest, False
            self.plan()

    def _all(self, now: float) -> Iterator[None]:
        for part in self._parts:
            yield from part.work(now)

    def _go_on(self, work: Iterator[None], until: float) -> bool:
        """True: all is done; False: the slice is over."""
        return all(self._stopwatch() < until for _ in work)


class Agenda:
    """What is to be looked at when; each key is there once, at the earliest time asked for."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []  # with entries that are no longer true

    def put(self, key: str, at: float) -> None:
        if at < self._at.get(key, inf):
            self._at[key] = at
            heappush(self._heap, (at, key))

    @property
    def first(self) -> float | None:
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: float) -> list[str]:
        """The keys whose time has come, which are on the agenda no more."""
        taken = []
        while (first := self.first) is not None and first <= now:
            key = heappop(self._heap)[1]
            del self._at[key]
            taken.append(key)
        return taken
