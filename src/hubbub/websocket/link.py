"""A link: one open WebSocket, whatever carries it.

Invariants:
1. Its owner hears `on_open` once, then messages, then `on_close` once; never from inside a call of the owner's own, so
   that a list of links may be walked while links close.
2. After it is `closed` nothing is sent and no message is delivered; every call on it does nothing.
3. What is kept for it between two events is bounded by the limits; an idle link keeps no buffer and no parser.
4. Nothing a peer sends raises out of it, and nothing its handler raises does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from hubbub.errors import CloseCode
from hubbub.websocket.deflate import DEFLATE_FROM, Encoded, WireError, encode_text
from hubbub.websocket.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Received,
    Receiver,
    check_utf8,
    decode_close,
    decode_small_text,
    encode_close,
    encode_frame,
)

if TYPE_CHECKING:
    from hubbub.websocket.keeper import Keeper

# RFC 6455, section 7.4.1: told to the owner, never sent.
NO_CODE: Final = 1005
ABNORMAL: Final = 1006

# Section 7: a link goes through these in this order and never back.
OPEN: Final = 0
CLOSING: Final = 1  # our Close frame is sent, the peer's is awaited
DRAINING: Final = 2  # both are done, or the connection failed: what still comes is thrown away
DEAD: Final = 3

WENT_WRONG: Final = "Something went wrong on the server."

logger = logging.getLogger(__name__)


class Handler:
    """The owner of links. Nothing it raises reaches the connection: the link is closed with 1011."""

    def on_open(self, link: Link) -> None:
        """The answer to the handshake is on its way and `link.session` is set; messages come after this."""

    def on_message(self, link: Link, payload: bytes) -> None:
        """A whole text message, valid UTF-8."""

    def on_binary(self, link: Link, payload: bytes) -> None:
        """A whole binary message; refused unless overridden."""
        link.close(CloseCode.UNSUPPORTED_DATA, "Text only.")

    def on_walk(self, link: Link) -> None:
        """Every now and then, for a link that is `one_way`: its owner hears of it in no other way."""

    def on_close(self, link: Link, code: int) -> None:
        """`code`: who closed first, said why; 1005: the peer gave none; 1006: the connection ended without."""


class Link:
    """What the rest of the server sees of a connection. Adapters say how octets travel (`_put` and below)."""

    __slots__ = (
        "_controls",
        "_fd",
        "_heard",
        "_keeper",
        "_paused",
        "_place",
        "_receiver",
        "_state",
        "address",
        "deflate_bits",
        "greeted",
        "handler",
        "id",
        "in_flight",
        "session",
    )

    one_way: ClassVar[bool] = False
    """Nothing is read of it: silence is no sign of death, and `_tend` is called on each of the keeper's walks."""

    def __init__(self, keeper: Keeper, handler: Handler, *, address: str, deflate_bits: int, session: object) -> None:
        self.id = keeper.next_id()
        self.address = address
        """The client's address, as limits count it."""
        self.session = session
        """The owner's: what `authorize` returned."""
        self.greeted = False
        """The owner's: whether hello was said. Here, since an object for it would cost each link as much as itself."""
        self.in_flight = 0
        """The owner's: how many of its messages are being carried out."""
        self.handler = handler
        self.deflate_bits = deflate_bits
        """Window bits our compressed frames may use; 0: compression was not agreed on."""
        self._keeper = keeper
        self._place = -1  # where the keeper keeps it
        self._fd = -1  # 0 or more: `wire.write` may write to this descriptor directly
        self._state = OPEN
        self._paused = False
        self._heard = keeper.walk
        self._controls = 0
        self._receiver: Receiver | None = None

    # --- what owners call ---------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        return self._state != OPEN

    @property
    def has_unsent(self) -> bool:
        """Whether the peer has yet to take what was sent before."""
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        """Send whole frames (`encode_frame`, `Encoded`). Never blocks, never raises; over `unsent_bytes` the link is
        closed with 4008."""
        if self._state == OPEN:
            self._put(data)

    def send_encoded(self, encoded: Encoded) -> None:
        """Send messages that were encoded once for many, in the form this link takes."""
        self.send(encoded.for_window(self.deflate_bits))

    def send_text(self, payload: bytes) -> None:
        """Send one text message, compressed if that was agreed on and pays."""
        if self._state == OPEN:
            short = len(payload) < DEFLATE_FROM
            self._put(encode_text(payload) if short else Encoded((payload,)).for_window(self.deflate_bits))

    def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        """Start the closing handshake (section 7.1.2). The link is `closed` at once; the connection ends when the peer
        answers or `close_seconds` have passed."""
        if self._state != OPEN:
            return
        self._leave_open(code)
        self._put(encode_close(code, reason))
        self._keeper.expire_later(self)

    def abort(self, code: int = ABNORMAL) -> None:
        """End the connection now, without a word to the peer; `code` is for the owner."""
        if self._state == OPEN:
            self._leave_open(code)
        if self._state != DEAD:
            self._state = DEAD
            self._receiver = None
            self._keeper.bury(self)

    def begin_at(self, user: str, epoch: str, positions: Mapping[str, int]) -> None:
        """The peer is greeted and has these positions: for links that tell it where it stands."""

    def settle(self) -> None:
        """The peer was sent all it had missed."""

    def pause(self) -> None:
        """Read no more until `resume`; no message is delivered meanwhile, not even one that was read already."""
        if self._state == OPEN and not self._paused:
            self._paused = True
            self._watch()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._keeper.scheduler.call_soon(self._go_on)

    # --- what adapters provide ----------------------------------------------------------------------------------

    def _put(self, data: bytes) -> None:
        """Write or keep `data`. A connection found broken is given to `_lost`."""
        raise NotImplementedError

    def _keep(self, data: bytes, sent: int) -> None:
        """Keep what `wire.write`, writing to `_fd`, could not send."""
        raise NotImplementedError

    def _watch(self) -> None:
        """Start or stop reading, after `_paused` changed."""
        raise NotImplementedError

    def _shut(self) -> None:
        """Send FIN behind what is unsent; go on reading, to throw it away, until the peer ends the connection."""
        raise NotImplementedError

    def _release(self) -> None:
        """Give back the descriptor or the transport. Called once, outside any batch of events."""
        raise NotImplementedError

    # --- what keepers and adapters call -------------------------------------------------------------------------

    def _tend(self) -> None:
        """A walk of the keeper has come by; only for links that are `one_way`."""

    def _begin(self, behind: bytes) -> None:
        """The answer to the handshake is sent; `behind` is what came with the handshake already."""
        try:
            self.handler.on_open(self)
        except Exception:
            logger.exception("An opening's handler failed", extra={"link": self.id})
            self._fail(CloseCode.INTERNAL, WENT_WRONG)
        if behind:
            self._receive(behind)

    def _receive(self, data: bytes) -> None:
        """Octets have come. When paused they wait; adapters then bring no more."""
        self._heard = self._keeper.walk
        if self._state >= DRAINING:
            return
        try:
            if self._receiver is None:
                data = data[self._deliver_small(data) :]
                if not data or self._state >= DRAINING:
                    return
                self._receiver = Receiver(self._keeper.limits, deflate=self.deflate_bits > 0)
            self._receiver.feed(data)
            self._pump()
        except WireError as error:
            self._fail(error.code, error.reason)

    def _lost(self) -> None:
        """The connection is gone."""
        self.abort()

    def _overflow(self) -> None:
        """The peer reads too slowly: say so behind what is kept, and keep no more than that."""
        self._fail(CloseCode.TOO_SLOW, "Too slow.")

    # --- the protocol -------------------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Deliver what is whole, until nothing is or the owner pauses. Raises `WireError`."""
        receiver = self._receiver
        while receiver is not None and self._state < DRAINING and not self._paused:
            received = receiver.next()
            if received is None:
                if receiver.idle:
                    self._receiver = None
                return
            self._dispatch(received)

    def _dispatch(self, received: Received) -> None:
        opcode, payload = received
        if opcode == CLOSE:
            self._on_close_frame(payload)
        elif opcode in (PING, PONG):
            self._on_control(opcode, payload)
        elif self._state == OPEN:
            self._deliver(opcode, payload)

    def _deliver_small(self, data: bytes) -> int:
        """Deliver the short whole texts that `data` begins with; answers how many octets those were."""
        at = 0
        while self._state == OPEN and not self._paused:
            found = decode_small_text(data, at)
            if found is None:
                break
            text, at = found
            check_utf8(text)
            self._deliver(TEXT, text)
        return at

    def _deliver(self, opcode: int, payload: bytes) -> None:
        try:
            if opcode == BINARY:
                self.handler.on_binary(self, payload)
            else:
                self.handler.on_message(self, payload)
        except Exception:
            logger.exception("A message's handler failed", extra={"link": self.id})
            self._fail(CloseCode.INTERNAL, WENT_WRONG)

    def _on_control(self, opcode: int, payload: bytes) -> None:
        """Sections 5.5.2 and 5.5.3. The count starts anew at each of the keeper's walks."""
        self._controls += 1
        if self._controls > self._keeper.limits.control_frames:
            raise WireError(CloseCode.POLICY, "Too many control frames.")
        if opcode == PING and self._state == OPEN:
            self._put(encode_frame(PONG, payload))

    def _on_close_frame(self, payload: bytes) -> None:
        """Section 5.5.1: answer with the same code, unless this is the answer. The server ends TCP first (7.1.1)."""
        code, _reason = decode_close(payload)
        if self._state == OPEN:
            self._leave_open(NO_CODE if code is None else code)
            self._put(encode_close(code))
        self._drain()

    def _fail(self, code: CloseCode, reason: str) -> None:
        """Section 7.1.7: say why, and take no more notice of what the peer sends."""
        if self._state == OPEN:
            self._leave_open(code)
            self._put(encode_close(code, reason))
        self._drain()

    def _leave_open(self, code: int) -> None:
        self._state = CLOSING
        self._fd = -1
        self._keeper.tell_closed(self, code)
        if self._paused:
            self.resume()  # the peer's Close frame is behind what was not read

    def _drain(self) -> None:
        """Closing at once would make the kernel send RST for unread octets, which may overtake our Close frame."""
        if self._state < DRAINING:
            self._state = DRAINING
            self._receiver = None
            self._shut()
            self._keeper.expire_later(self)

    def _go_on(self) -> None:
        """After `resume`: first what was read already."""
        if self._paused or self._state == DEAD:
            return
        try:
            self._pump()
        except WireError as error:
            self._fail(error.code, error.reason)
        if not self._paused:
            self._watch()
