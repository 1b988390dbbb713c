"""An event stream: a link that is written server-sent events, where a proxy lets no WebSocket through.

It is a `Link` on the same keepers as every WebSocket: the same bounds on what is unsent, the same walk, the same end.
What differs is the form of what is written, and that nothing is read.

Invariants:
1. Its cursor never names a position whose events were not given to `_put` before.
2. It is never written to past `send_encoded` and `send_text`: what is sent has to be noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from hubbub.domain.ids import user_stream
from hubbub.errors import CloseCode
from hubbub.protocol.cursor import encode_place, join_cursor
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.event_frames import (
    GONE,
    HEARTBEAT,
    Move,
    encode_event,
    encode_goodbye,
    encode_id,
)
from hubbub.websocket.keeper import PONG_WAIT
from hubbub.websocket.link import OPEN, Link
from hubbub.websocket.poller import PollerLink
from hubbub.websocket.transport import TransportLink

# In the keeper's walks, of which there are PONG_WAIT in the time a peer has to be heard of in.
HEARTBEAT_PERIOD: Final = PONG_WAIT // 5


class Trail:
    """How far the reader of an event stream has come."""

    __slots__ = ("epoch", "moved", "own", "places", "positions", "quiet")

    def __init__(self, user: str, epoch: str, positions: Mapping[str, int]) -> None:
        self.own = user_stream(user)
        self.epoch = epoch
        self.positions = dict(positions)
        self.places = {stream: encode_place(stream, seq) for stream, seq in positions.items()}
        """Each channel's part of the cursor, made once: there may be hundreds, of which a few have moved."""
        self.moved: set[str] = set()
        """Streams that have moved since the last cursor."""
        self.quiet = 0
        """Walks since something was sent that the client's page sees."""

    def move(self, moves: tuple[Move, ...]) -> None:
        for stream, seq in moves:
            self.moved.add(stream)
            if seq == GONE:
                self.positions.pop(stream, None)
            elif seq > self.positions.get(stream, GONE):
                self.positions[stream] = seq

    def take_cursor(self) -> str:
        """The cursor for now; nothing has moved since."""
        for stream in self.moved:
            seq = self.positions.get(stream)
            if seq is None:
                self.places.pop(stream, None)
            else:
                self.places[stream] = encode_place(stream, seq)
        self.moved.clear()
        return join_cursor(self.epoch, self.positions.get(self.own), self.places.values())


class EventStream(Link):
    """What both carriers of event streams have in common. `trail` is None until the reader is greeted."""

    one_way: ClassVar[bool] = True
    trail: Trail | None = None
    behind = 0
    """Walks in a row at which the reader had yet to take something."""

    # --- what owners call ---------------------------------------------------------------------------------------

    def send_encoded(self, encoded: Encoded) -> None:
        data, moves = encoded.for_event_stream()
        self.send(data)
        if self.trail is not None:
            self.trail.move(moves)

    def send_text(self, payload: bytes) -> None:
        self.send(encode_event(payload))

    def begin_at(self, user: str, epoch: str, positions: Mapping[str, int]) -> None:
        self.trail = Trail(user, epoch, positions)

    def settle(self) -> None:
        """Everything missed was sent: a browser that is cut off from here on begins here."""
        self._send_cursor()

    def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        """Say why, and end: the reader has no closing handshake to take part in."""
        if self._state == OPEN:
            self._fail(CloseCode(code), reason)

    # --- what keepers and adapters call -------------------------------------------------------------------------

    def _tend(self) -> None:
        """The keeper's walk has come by. A reader cannot be asked whether it is there: one that is behind for as long
        as any peer may be silent is gone, or as good as that."""
        self.behind = self.behind + 1 if self.has_unsent else 0
        if self.behind > PONG_WAIT:
            self.abort(CloseCode.TOO_SLOW)
            return
        self.handler.on_walk(self)
        trail = self.trail
        if trail is None:
            return
        if trail.moved:
            self._send_cursor()
            trail.quiet = 1  # what moved it was sent since the last walk
            return
        trail.quiet += 1
        if trail.quiet >= HEARTBEAT_PERIOD:
            trail.quiet = 0
            self.send(HEARTBEAT)

    def _send_cursor(self) -> None:
        trail = self.trail
        if trail is not None:
            self.send(encode_id(trail.take_cursor()))

    def _receive(self, data: bytes) -> None:
        """Whatever is sent behind the request is nobody's."""

    def _fail(self, code: CloseCode, reason: str) -> None:
        if self._state == OPEN:
            self._leave_open(code)
            self._put(encode_goodbye(code, reason))
        self._drain()


class PolledEventStream(EventStream, PollerLink):
    def _flush(self) -> None:
        super()._flush()
        self._fd = -1


class TransportEventStream(EventStream, TransportLink):
    pass
