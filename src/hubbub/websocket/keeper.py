"""What all links of one kind have in common, so that none has a timer, a task or a callback of its own.

Invariants:
1. A link is in `links` from `admit` to the `sweep` after its death, at a place nobody else has meanwhile.
2. Owners are told of a close, and descriptors are given back, only in `sweep`, which the scheduler calls.
3. Time costs an idle link nothing but being walked past ten times in `pong_wait`. A peer that is silent is pinged
   after eight to ten of these tenths and dropped after ten to twelve, so it has a tenth at least to answer in.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from hubbub.errors import CloseCode
from hubbub.websocket.frames import PING, encode_frame
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import DEAD, Link

# The time a peer has to be heard of in, in walks over all links. It is pinged while there are still two walks to go.
PONG_WAIT: Final = 10
PING_PERIOD: Final = PONG_WAIT * 9 // 10

# A walk is cut into slices, so that no event waits for a whole one.
SLICES: Final = 12

PING_FRAME: Final = encode_frame(PING, b"")

logger = logging.getLogger(__name__)


class Timer(Protocol):
    def cancel(self) -> None: ...


class Scheduler(Protocol):
    """As much of an event loop as is needed; `time` is in seconds and never goes back."""

    def time(self) -> float: ...

    def call_soon(self, callback: Callable[[], object], /) -> object: ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer: ...


class Keeper:
    """Keeps links: who is open, who is silent, who closes and by when. One for each adapter; they share `ids`."""

    def __init__(
        self,
        scheduler: Scheduler,
        limits: WireLimits,
        ids: Iterator[int],
        *,
        on_gone: Callable[[Link], None] = lambda link: None,
    ) -> None:
        self.scheduler = scheduler
        self.limits = limits
        self.links: list[Link | None] = []
        self.walk = 0
        """How many walks there were: the time links are stamped with, one object for all of them."""
        self.count = 0
        self.too_slow = 0
        """Links that were cut since the start because they did not read."""
        self._ids = ids
        self._on_gone = on_gone
        self._told: list[tuple[Link, int]] = []
        self._buried: list[Link] = []
        self._sweeping = False
        self._closing: deque[tuple[float, Link]] = deque()
        self._closing_timer: Timer | None = None
        self._slice = 0  # where the walk goes on
        self._walk_timer: Timer | None = None

    def next_id(self) -> int:
        return next(self._ids)

    def admit(self, link: Link, place: int) -> None:
        if place >= len(self.links):
            self.links.extend([None] * (place + 1 - len(self.links)))
        self.links[place] = link
        link._place = place
        self.count += 1
        if self._walk_timer is None:
            self._walk_timer = self._call_next_slice()

    def tell_closed(self, link: Link, code: int) -> None:
        if code == CloseCode.TOO_SLOW:
            self.too_slow += 1
        self._told.append((link, code))
        self._sweep_soon()

    def bury(self, link: Link) -> None:
        self._buried.append(link)
        self._sweep_soon()

    def _sweep_soon(self) -> None:
        if not self._sweeping:
            self._sweeping = True
            self.scheduler.call_soon(self.sweep)

    def sweep(self) -> None:
        """Tell owners, then give back what the dead held. Their numbers may be another's from here on."""
        self._sweeping = False
        told, self._told = self._told, []
        for link, code in told:
            try:
                link.handler.on_close(link, code)
            except Exception:
                logger.exception("A close's handler failed", extra={"link": link.id})
        buried, self._buried = self._buried, []
        for link in buried:
            self.links[link._place] = None
            self.count -= 1
            link._release()
            self._on_gone(link)

    # --- closing within a bound -----------------------------------------------------------------------------------

    def expire_later(self, link: Link) -> None:
        """All wait equally long, so the first in the queue is the first to expire, and one timer is enough."""
        self._closing.append((self.scheduler.time() + self.limits.close_seconds, link))
        if self._closing_timer is None:
            self._closing_timer = self.scheduler.call_later(self.limits.close_seconds, self._expire)

    def _expire(self) -> None:
        self._closing_timer = None
        now = self.scheduler.time()
        while self._closing and (self._closing[0][0] <= now or self._closing[0][1]._state == DEAD):
            self._closing.popleft()[1].abort()
        if self._closing:
            self._closing_timer = self.scheduler.call_later(self._closing[0][0] - now, self._expire)

    # --- silence --------------------------------------------------------------------------------------------------

    def _call_next_slice(self) -> Timer:
        return self.scheduler.call_later(self.limits.pong_wait / PONG_WAIT / SLICES, self._walk_slice)

    def _walk_slice(self) -> None:
        size, at = len(self.links), self._slice
        for link in self.links[size * at // SLICES : size * (at + 1) // SLICES]:
            if link is not None:
                self._look_at(link)
        self._slice = (at + 1) % SLICES
        if self._slice == 0:
            self.walk += 1
        self._walk_timer = self._call_next_slice() if self.count else None

    def _look_at(self, link: Link) -> None:
        if link.one_way:
            link._tend()
            return
        link._controls = 0
        if link._paused:
            link._heard = self.walk  # not listening to it is our doing
        silent = self.walk - link._heard
        if silent > PONG_WAIT:
            link.abort()
        elif silent >= PING_PERIOD:
            link.send(PING_FRAME)

    # --- the end --------------------------------------------------------------------------------------------------

    def close_all(self, code: int, reason: str) -> None:
        for link in self.links:
            if link is not None:
                link.close(code, reason)

    def stop(self) -> None:
        """Abort what is left and set no more timers."""
        for link in self.links:
            if link is not None:
                link.abort()
        self.sweep()
        for timer in (self._closing_timer, self._walk_timer):
            if timer is not None:
                timer.cancel()
        self._closing_timer = self._walk_timer = None
        self._closing.clear()
