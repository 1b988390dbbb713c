"""uvicorn's HTTP protocol with every head bounded: in size, in number of fields, in time.

uvicorn alone takes a head of any size and waits for the end of one for ever.

Invariants:
1. A head is measured twice: as the parser reports it, which is exact, and as it is fed, which sees a field that never
   ends. What is hidden behind a body or another request is measured to within one PIECE.
2. Whenever neither a request is being answered nor uvicorn's own keep-alive timer runs, the head timer does; it starts
   with the first octet and no later octet moves it.
3. What is refused is answered, once, and nothing is read after it.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from hubbub.errors import Refused
from hubbub.websocket.handshake import encode_refusal
from hubbub.websocket.limits import WireLimits

PIECE: Final = 16 * 1024

FIELD_OVERHEAD: Final = len(": \r\n")


class BoundedHeads(HttpToolsProtocol):
    """One HTTP connection."""

    def __init__(
        self,
        limits: WireLimits,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._deaf = False  # nothing more is read of this connection
        self._heads = 0  # how many have begun
        self._head_open = False  # the last of them has not ended
        self._head_bytes = 0  # as the parser reported it
        self._head_fed = 0  # as it was fed
        self._head_fields = 0
        self._head_timer: asyncio.TimerHandle | None = None

    # --- the connection -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deaf = True
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        self._parse(memoryview(data))
        self._await_head()

    def _parse(self, data: memoryview) -> None:
        at = 0
        while at < len(data) and not self._deaf:
            heads, was_open = self._heads, self._head_open
            upgraded, used = self._feed(data[at : at + PIECE])
            at += used
            if self._take_rest(data[at:], upgraded=upgraded):
                return
            if self._head_open and self._heads == heads + (not was_open):
                self._head_fed += used
                if self._head_fed > self._limits.head_bytes:
                    self._refuse(Refused("head_too_large"))

    def _feed(self, piece: memoryview) -> tuple[bool, int]:
        """Whether the parser came upon an upgrade, and how many octets it took."""
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            # One to something we do not speak may be ignored (RFC 9110, section 7.8).
            return True, upgrade.args[0]
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, Refused) else Refused("bad_request", "This is not HTTP."))
        return False, len(piece)

    def _take_rest(self, rest: memoryview, *, upgraded: bool) -> bool:
        """Whether what follows is not to be parsed as HTTP; for subclasses."""
        return False

    # --- size ---------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heads += 1
        self._head_open = True
        self._head_bytes = self._head_fed = self._head_fields = 0
        self._start_head_timer()

    def on_url(self, url: bytes) -> None:
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_fields += 1
        self._measure(len(name) + len(value) + FIELD_OVERHEAD)
        if self._head_open:  # a trailer is no header: whoever reads headers has decided by now
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_open = False
        self._stop_head_timer()
        if not self._deaf:
            self._on_head()

    def _on_head(self) -> None:
        """A head is here as a whole; for subclasses to choose."""
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._deaf:
            super().on_message_complete()

    def _measure(self, more: int) -> None:
        self._head_bytes += more
        if self._head_bytes > self._limits.head_bytes or self._head_fields > self._limits.head_fields:
            raise Refused("head_too_large")

    # --- time ---------------------------------------------------------------------------------------------------

    def _is_busy(self) -> bool:
        """A response is under way; its end starts uvicorn's keep-alive timer."""
        cycle: RequestResponseCycle | None = self.cycle
        return (cycle is not None and not cycle.response_complete) or bool(self.pipeline)

    def _await_head(self) -> None:
        """Something came; if it was no whole request, the rest of one is awaited."""
        if not self._deaf and not self._is_busy():
            self._start_head_timer()

    def _start_head_timer(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self._limits.head_seconds, self._on_slow_head)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _on_slow_head(self) -> None:
        self._head_timer = None
        if self._head_open and not self._is_busy():
            self._refuse(Refused("head_too_slow"))
        else:
            self.transport.close()

    # --- the end ------------------------------------------------------------------------------------------------

    def _refuse(self, refused: Refused) -> None:
        """Answer, then read on for a while and throw it away: closing with octets unread may destroy the answer."""
        if self._deaf:
            return
        self._deaf = True
        self._stop_head_timer()
        if self._is_busy():
            self.transport.close()  # an answer here would be taken for the response under way
            return
        self.transport.write(encode_refusal(refused))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._head_timer = self.loop.call_later(self._limits.close_seconds, self.transport.abort)
        else:
            self.transport.close()
