"""What all people of a run share: whether to go on, how many posts were acknowledged, which life the server is in."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

# Longer than any fault lasts, and than a start takes on a busy machine.
STUCK_SECONDS: Final = 90.0
LOOK_SECONDS: Final = 0.02


class StuckError(Exception):
    """Nobody was acknowledged anything for a long time, though nothing is in the way any more."""


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition became true within so long; looked at again and again, for what nobody tells of."""
    for _ in range(int(seconds / LOOK_SECONDS)):
        if condition():
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return condition()


@dataclass(slots=True)
class Stage:
    """`acknowledged` holds the times at which posts were, `retried` the codes of errors that said: try again."""

    began: float = field(default_factory=time.monotonic)
    life: int = 0
    acknowledged: list[float] = field(default_factory=list)
    retried: Counter[str] = field(default_factory=Counter)
    _plays: asyncio.Event = field(default_factory=asyncio.Event)
    _waiters: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def restart(self) -> None:
        """The run begins now."""
        self.began = time.monotonic()

    @property
    def playing(self) -> bool:
        """Whether people do new things; otherwise they only finish what they began."""
        return self._plays.is_set()

    def play(self) -> None:
        self._plays.set()

    def rest(self) -> None:
        self._plays.clear()

    async def until_playing(self) -> None:
        await self._plays.wait()

    def count_post(self) -> None:
        self.acknowledged.append(self.now())
        while self._waiters and self._waiters[0][0] <= len(self.acknowledged):
            waiter = heapq.heappop(self._waiters)[2]
            if not waiter.done():
                waiter.set_result(None)

    async def until_posts(self, number: int) -> None:
        """Until so many posts were acknowledged; raises StuckError when it no longer goes on."""
        if number <= len(self.acknowledged):
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (number, next(self._ids), waiter))
        before = -1
        while not waiter.done():
            if len(self.acknowledged) == before:
                waiter.cancel()
                raise StuckError(f"nothing was acknowledged for {STUCK_SECONDS:g} s, {before} posts after the start")
            before = len(self.acknowledged)
            await asyncio.wait([waiter], timeout=STUCK_SECONDS)
