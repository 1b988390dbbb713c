"""The way in: sockets that leave the HTTP server after their handshake.

Given to uvicorn as `http=`, not as `ws=`, where octets behind the head are lost and neither the size nor the time of a
head is bounded. Use with `ws="none"`.

Invariants:
1. No octet behind a handshake is lost, and none is read before the owner has said whose socket this is.
2. After a takeover nothing of the HTTP server refers to the connection, nor the connection to the HTTP server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from random import randint
from typing import Any, Final

import httptools
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.config import Config
from uvicorn.server import ServerState

from hubbub.errors import Refused
from hubbub.websocket.event_frames import encode_head
from hubbub.websocket.event_stream import PolledEventStream, TransportEventStream
from hubbub.websocket.handshake import (
    Opening,
    RequestHead,
    check_fetch,
    check_opening,
    check_origin,
    encode_answer,
    encode_problem,
    refusal_headers,
)
from hubbub.websocket.heads import BoundedHeads
from hubbub.websocket.link import Link
from hubbub.websocket.liveness import watch_peer
from hubbub.websocket.poller import Poller, PollerLink
from hubbub.websocket.transport import TransportLink
from hubbub.websocket.upgrades import Route, Upgrades

# Milliseconds until a browser whose event stream was cut connects again; drawn by lot, so that not all come at once.
RETRY_LEAST: Final = 1_000
RETRY_MOST: Final = 6_000

logger = logging.getLogger(__name__)


class TakeoverProtocol(BoundedHeads):
    """One HTTP connection, until it is closed or taken over."""

    def __init__(
        self,
        upgrades: Upgrades,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(upgrades.limits, config, server_state, app_state, _loop)
        self._upgrades = upgrades
        self._asking: RequestHead | None = None  # a request for one of our paths
        self._behind = b""  # what came after it
        self._left = False

    def data_received(self, data: bytes) -> None:
        if self._asking is None:
            super().data_received(data)
        elif not self._deaf:
            self._keep_behind(data)  # was under way when reading was paused

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._behind = b""
        if self._left:
            # The transport and its protocol name each other; without this both would wait for the garbage collector.
            del self.transport, self.flow, self.scope, self.headers, self.cycle

    def _on_head(self) -> None:
        path = httptools.parse_url(self.url).path.decode("latin-1")
        if self._asking is not None:
            return
        route = self._upgrades.routes.get(path)
        if route is None or (route.event_stream and self.parser.get_method() != b"GET"):
            super()._on_head()
        elif self._is_busy() or (self._may_leave() and self.transport.get_write_buffer_size()):
            self._refuse_in_turn(Refused("bad_handshake", "A response is still under way."))
        else:
            self._asking = self._describe(path)

    def _await_head(self) -> None:
        if self._asking is None:
            super()._await_head()

    def on_body(self, body: bytes) -> None:
        if self._asking is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._asking is None:
            super().on_message_complete()

    def _describe(self, path: str) -> RequestHead:
        return RequestHead(
            method=self.parser.get_method().decode("ascii"),
            path=path,
            query=(httptools.parse_url(self.url).query or b"").decode("latin-1"),
            version=self.parser.get_http_version(),
            headers=tuple(self.headers),
            address=self.client[0] if self.client else "",
            secure=self.scheme == "https",
        )

    # --- asking the owner ---------------------------------------------------------------------------------------

    def _take_rest(self, rest: memoryview, *, upgraded: bool) -> bool:
        if self._asking is None:
            return False
        if not self._deaf:
            self._ask(self._asking, bytes(rest), upgraded=upgraded)
        return True

    def _ask(self, request: RequestHead, behind: bytes, *, upgraded: bool) -> None:
        """The head is here as a whole: check it, then ask the owner of its path."""
        route = self._upgrades.routes[request.path]
        try:
            opening = self._check(request, route, upgraded=upgraded)
            address = self._upgrades.reserve(self._upgrades.address_of(request))
        except Refused as refused:
            self._refuse(refused)
            return
        self.flow.pause_reading()
        task = self.loop.create_task(self._authorize(request, route, opening, address))
        self._upgrades.tasks.add(task)
        task.add_done_callback(self._upgrades.tasks.discard)
        self._keep_behind(behind)

    def _check(self, request: RequestHead, route: Route, *, upgraded: bool) -> Opening | None:
        """What was agreed on; None for an event stream, where there is nothing to agree on."""
        if route.event_stream:
            check_fetch(request, self._upgrades.public_address)
            return None
        opening = check_opening(request, route.subprotocols)
        if not upgraded:
            raise Refused("bad_handshake")
        if not route.any_origin:
            check_origin(request, self._upgrades.public_address)
        return opening

    def _keep_behind(self, data: bytes) -> None:
        self._behind += data
        if len(self._behind) > self._limits.behind_bytes:
            self._refuse(Refused("too_large"))

    async def _authorize(self, request: RequestHead, route: Route, opening: Opening | None, address: str) -> None:
        try:
            async with asyncio.timeout(self._limits.authorize_seconds):
                session = await route.authorize(request)
            if not self._deaf and not self.transport.is_closing():
                self._open(route, opening, address, session)
        except Refused as refused:
            self._refuse(refused)
        except (TimeoutError, OSError):
            logger.warning("A socket could not be opened", exc_info=True)
            self._refuse(Refused("busy"))
        except Exception:
            logger.exception("A socket could not be opened")
            self._refuse(Refused("internal"))
        finally:
            if not self._left:
                self._upgrades.release(address)

    # --- leaving ------------------------------------------------------------------------------------------------

    def _open(self, route: Route, opening: Opening | None, address: str, session: object) -> None:
        """From here on the connection is its link's, and only the link answers for it."""
        upgrades, transport, behind = self._upgrades, self.transport, self._behind
        link: Link
        with contextlib.suppress(OSError):  # gone already, as will be noticed
            watch_peer(transport.get_extra_info("socket"), self._limits.pong_wait)
        if upgrades.poller is not None and self._may_leave():
            link = adopt_descriptor(upgrades.poller, transport, route, opening, address, session)
            self._leave()
            transport.abort()  # closes the transport's descriptor, not the connection
        else:
            link = upgrades.transports.adopt(
                transport,
                route.handler,
                address=address,
                deflate_bits=opening.deflate_bits if opening else 0,
                session=session,
                make=TransportEventStream if route.event_stream else TransportLink,
            )
            self._leave()
            transport.resume_reading()
        link.send(encode_answer(opening) if opening else encode_head(randint(RETRY_LEAST, RETRY_MOST)))
        link._begin(behind)

    def _may_leave(self) -> bool:
        """Whether the descriptor can be taken; TLS lives in its transport, with octets of its own still to write."""
        return self._upgrades.poller is not None and self.scheme == "http"

    def _leave(self) -> None:
        self._left = self._deaf = True
        self._stop_head_timer()
        self._unset_keepalive_if_required()
        self.connections.discard(self)

    def _refuse_in_turn(self, refused: Refused) -> None:
        """An upgrade behind a response that is not finished (pipelining): refused when its turn comes."""

        async def answer(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            headers = [*refusal_headers(refused), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": refused.status, "headers": headers})
            await send({"type": "http.response.body", "body": encode_problem(refused), "more_body": False})

        app, self.app = self.app, answer
        super()._on_head()
        self.app = app
        self._deaf = True


def adopt_descriptor(
    poller: Poller,
    transport: asyncio.Transport,
    route: Route,
    opening: Opening | None,
    address: str,
    session: object,
) -> Link:
    """A link on a descriptor of its own for the transport's connection (not inherited by children, PEP 446).

    Raises OSError when there are no descriptors left; the connection is then as it was.
    """
    held: socket.socket = transport.get_extra_info("socket")
    fd = os.dup(held.fileno())
    try:
        return poller.adopt(
            fd,
            route.handler,
            address=address,
            deflate_bits=opening.deflate_bits if opening else 0,
            session=session,
            make=PolledEventStream if route.event_stream else PollerLink,
        )
    except OSError:
        os.close(fd)
        raise


def make_http_protocol(upgrades: Upgrades) -> type[TakeoverProtocol]:
    """What `uvicorn.Config(http=…, ws="none")` takes."""

    class BoundProtocol(TakeoverProtocol):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(upgrades, config, server_state, app_state, _loop)

    return BoundProtocol
