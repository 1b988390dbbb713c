"""Links on an asyncio transport: for TLS, and for systems without epoll.

Invariants: those of `link.py`; what the transport keeps for a slow reader is bounded like what the poller keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from hubbub.websocket.keeper import Keeper, Scheduler
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import DEAD, OPEN, Handler, Link


class TransportLink(Link, asyncio.Protocol):
    """Link and protocol in one; `_place` is its number in the keeper's table."""

    __slots__ = ("_transport",)

    _keeper: Transports

    def __init__(
        self,
        keeper: Transports,
        handler: Handler,
        transport: asyncio.Transport,
        *,
        address: str,
        deflate_bits: int,
        session: object,
    ) -> None:
        super().__init__(keeper, handler, address=address, deflate_bits=deflate_bits, session=session)
        self._transport = transport

    # --- what the transport calls -------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._receive(data)

    def eof_received(self) -> None:
        """None lets the transport close itself: half a connection is none (section 7.1.5)."""
        self._lost()

    def connection_lost(self, error: Exception | None) -> None:
        self._lost()

    # --- what a link needs --------------------------------------------------------------------------------------

    @property
    def has_unsent(self) -> bool:
        return self._transport.get_write_buffer_size() > 0

    def _put(self, data: bytes) -> None:
        transport = self._transport
        unsent = transport.get_write_buffer_size()
        if self._state == OPEN and unsent and unsent + len(data) > self._keeper.limits.unsent_bytes:
            self._overflow()
        elif not transport.is_closing():
            transport.write(data)

    def _watch(self) -> None:
        if self._state == DEAD or self._transport.is_closing():
            return
        if self._paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _shut(self) -> None:
        """TLS cannot close one direction only; its `close` flushes and says goodbye by itself."""
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _release(self) -> None:
        self._transport.abort()
        self._keeper.give_back(self._place)


class Transports(Keeper):
    """Keeps the links on transports; the event loop does the rest."""

    def __init__(
        self,
        scheduler: Scheduler,
        limits: WireLimits,
        ids: Iterator[int],
        *,
        on_gone: Callable[[Link], None] = lambda link: None,
    ) -> None:
        super().__init__(scheduler, limits, ids, on_gone=on_gone)
        self._free: list[int] = []

    def adopt(
        self,
        transport: asyncio.Transport,
        handler: Handler,
        *,
        address: str,
        deflate_bits: int = 0,
        session: object = None,
        make: type[TransportLink] = TransportLink,
    ) -> TransportLink:
        """A link on a connected transport, which from here on calls it."""
        link = make(self, handler, transport, address=address, deflate_bits=deflate_bits, session=session)
        self.admit(link, self._free.pop() if self._free else len(self.links))
        transport.set_protocol(link)
        return link

    def give_back(self, place: int) -> None:
        self._free.append(place)
