"""Where upgrades lead: which path belongs to whom, how many may be open, and what carries them.

Invariant: a connection is counted from before its owner is asked until its descriptor is given back.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from hubbub.errors import Refused
from hubbub.websocket.handshake import RequestHead
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Handler, Link
from hubbub.websocket.poller import HAS_EPOLL, Poller
from hubbub.websocket.transport import Transports


@dataclass(frozen=True, slots=True)
class Route:
    """The owner of a path. `authorize` answers the session of whoever asks, or raises `Refused`; it may take its time,
    nothing is read meanwhile."""

    handler: Handler
    authorize: Callable[[RequestHead], Awaitable[object]]
    subprotocols: tuple[str, ...] = ()
    event_stream: bool = False
    """GET is answered with server-sent events; any other method is the application's."""
    any_origin: bool = False
    """Open to other sites' pages: only where there is nothing to protect."""


class Upgrades:
    """Everything an upgrade needs; made once, on the running loop, by whoever composes the server.

    `public_address`: our own origin as browsers see it, None to go by Host. `address_of`: the client's address for
    limits, where proxies are trusted to tell it. `takeover` False keeps every link on its transport.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: WireLimits,
        routes: Mapping[str, Route],
        *,
        public_address: str | None = None,
        address_of: Callable[[RequestHead], str] = lambda request: request.address,
        takeover: bool = True,
    ) -> None:
        ids = itertools.count(1)
        self.loop = loop
        self.limits = limits
        self.routes = dict(routes)
        self.public_address = public_address
        self.address_of = address_of
        self.tasks: set[asyncio.Task[None]] = set()
        self.transports = Transports(loop, limits, ids, on_gone=self._on_gone)
        self.poller: Poller | None = None
        if takeover and HAS_EPOLL:
            self.poller = Poller(loop, limits, ids, on_gone=self._on_gone)
            self.poller.attach(loop)
        self._by_address: dict[str, int] = {}
        self._all_gone = asyncio.Event()
        self.connections = 0
        """Open ones, and those whose owner is being asked."""

    def reserve(self, address: str) -> str:
        """Count one more; raises `too_many_connections`. Returns the one object all links of this address share."""
        here = self._by_address.get(address, 0)
        if self.connections >= self.limits.connections or here >= self.limits.connections_per_address:
            raise Refused("too_many_connections")
        address = sys.intern(address)
        self._by_address[address] = here + 1
        self.connections += 1
        return address

    def release(self, address: str) -> None:
        self.connections -= 1
        left = self._by_address[address] - 1
        if left:
            self._by_address[address] = left
        else:
            del self._by_address[address]
        if self.connections == 0:
            self._all_gone.set()

    def _on_gone(self, link: Link) -> None:
        self.release(link.address)

    def sizes(self) -> dict[str, int]:
        """What is open and kept here, and who was cut since the start, for metrics and tests."""
        keepers = [keeper for keeper in (self.poller, self.transports) if keeper is not None]
        return {
            "connections": self.connections,
            "unsent_bytes": self.poller.unsent_bytes if self.poller is not None else 0,
            "too_slow": sum(keeper.too_slow for keeper in keepers),
        }

    async def close(self, code: int, reason: str = "") -> None:
        """Close every link with `code`, let their handshakes finish within `close_seconds`, abort the rest."""
        for task in self.tasks:
            task.cancel()
        keepers = [keeper for keeper in (self.poller, self.transports) if keeper is not None]
        for keeper in keepers:
            keeper.close_all(code, reason)
        if self.connections:
            self._all_gone.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), self.limits.close_seconds)
        if self.poller is not None:
            self.poller.detach(self.loop)
            self.poller.close()
            self.poller = None
        self.transports.stop()
