"""Frames: RFC 6455 section 5, seen from the server. No I/O, no clock.

Invariants:
1. However a byte stream is cut into `feed` calls, `next` gives the same frames and the same failure.
2. Bytes are judged as soon as they can be: a wrong header, length or UTF-8 octet fails before the rest arrives (8.1).
3. What is kept between calls is bounded by the limits; nothing is kept between messages (`idle`).
"""

from __future__ import annotations

import codecs
from typing import Final, NamedTuple

from hubbub.errors import CloseCode
from hubbub.websocket.deflate import Inflater, WireError
from hubbub.websocket.limits import WireLimits

# Section 5.2: opcodes and the bits beside them.
CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

FIN: Final = 0x80
RSV1: Final = 0x40
RSV2_AND_RSV3: Final = 0x30
OPCODE: Final = 0x0F
CONTROL: Final = 0x08
MASKED: Final = 0x80
LENGTH: Final = 0x7F

MASK_BYTES: Final = 4
CONTROL_PAYLOAD_MOST: Final = 125
TWO_BYTE_LENGTH: Final = 126
EIGHT_BYTE_LENGTH: Final = 127

OPCODES: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})

# The longest message that is read at once, without keeping anything of it.
SMALL_MOST: Final = 1024

# From this length on, four table look-ups over strided slices beat one xor of two long integers.
STRIDES_FROM: Final = 2048
XOR_TABLES: Final = tuple(bytes(octet ^ key for octet in range(256)) for key in range(256))


class Received(NamedTuple):
    """A whole message (TEXT or BINARY), or a control frame; `payload` unmasked, inflated and, as text, valid UTF-8."""

    opcode: int
    payload: bytes


def unmask(payload: bytes, mask: bytes) -> bytes:
    """Section 5.3: octet i of the payload XOR octet i modulo 4 of the mask. Its own inverse."""
    size = len(payload)
    if size >= STRIDES_FROM:
        return _unmask_strided(payload, mask)
    repeated = (mask * (size // MASK_BYTES + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")


def _unmask_strided(payload: bytes, mask: bytes) -> bytes:
    plain = bytearray(len(payload))
    for i, key in enumerate(mask):
        plain[i::MASK_BYTES] = payload[i::MASK_BYTES].translate(XOR_TABLES[key])
    return bytes(plain)


def encode_frame(opcode: int, payload: bytes, *, flags: int = FIN) -> bytes:
    """Section 5.2. A server does not mask (5.1); the length takes the fewest bytes it can."""
    size = len(payload)
    if size < TWO_BYTE_LENGTH:
        return bytes((flags | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((flags | opcode, TWO_BYTE_LENGTH)) + size.to_bytes(2, "big") + payload
    return bytes((flags | opcode, EIGHT_BYTE_LENGTH)) + size.to_bytes(8, "big") + payload


def encode_close(code: int | None, reason: str = "") -> bytes:
    """Section 5.5.1: code and reason, the reason cut to what a control frame holds, between characters."""
    if code is None:
        return encode_frame(CLOSE, b"")
    told = reason.encode()[: CONTROL_PAYLOAD_MOST - 2].decode(errors="ignore").encode()
    return encode_frame(CLOSE, code.to_bytes(2, "big") + told)


def decode_close(payload: bytes) -> tuple[int | None, str]:
    """Code (None: none given) and reason of a Close frame; `WireError` when they break 5.5.1 or 7.4."""
    if not payload:
        return None, ""
    if len(payload) == 1:
        raise WireError(CloseCode.PROTOCOL_ERROR, "A Close frame holds one octet.")
    code = int.from_bytes(payload[:2], "big")
    if not is_code_on_the_wire(code):
        raise WireError(CloseCode.PROTOCOL_ERROR, f"Close code {code} must not be sent.")
    check_utf8(payload[2:])
    return code, payload[2:].decode()


def is_code_on_the_wire(code: int) -> bool:
    """Section 7.4.2 and the IANA registry: 1004 to 1006 and 1015 are never sent, 1016 to 2999 not yet given out."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def check_utf8(text: bytes) -> None:
    """Section 8.1."""
    if text.isascii():
        return
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise WireError(CloseCode.INVALID_DATA, "Text that is not UTF-8.") from error


def decode_small_text(data: bytes, at: int = 0) -> tuple[bytes, int] | None:
    """The payload of the whole short uncompressed text message that begins at `at`, unmasked but not yet judged as
    UTF-8, and where it ends; None when there is anything else. Nearly all there is to read, so it has a way of its own.
    """
    left = len(data) - at - 6
    if left < 0 or data[at] != FIN | TEXT:
        return None
    size = data[at + 1] - MASKED
    mask = at + 2
    if size == TWO_BYTE_LENGTH:
        size = data[mask] << 8 | data[mask + 1]
        mask += 2
        left -= 2
        if not TWO_BYTE_LENGTH <= size <= SMALL_MOST:
            return None
    elif not 0 <= size < TWO_BYTE_LENGTH:
        return None
    if size > left:
        return None
    body = mask + MASK_BYTES
    return unmask(data[body : body + size], data[mask:body]), body + size


class _Message:
    """A message that came in more than one piece, so far. Raises `WireError` at the first octet that is wrong."""

    __slots__ = ("_body", "_inflater", "_utf8", "fragments", "opcode", "size")

    def __init__(self, opcode: int, inflater: Inflater | None) -> None:
        self.opcode = opcode
        self.fragments = 0
        self.size = 0  # as it travels, counted when a frame's header comes
        self._body = bytearray()
        self._inflater = inflater
        self._utf8 = codecs.getincrementaldecoder("utf-8")() if opcode == TEXT else None

    def add(self, piece: bytes) -> None:
        self._append(self._inflater.feed(piece) if self._inflater else piece, final=False)

    def finish(self) -> Received:
        self._append(self._inflater.finish() if self._inflater else b"", final=True)
        return Received(self.opcode, bytes(self._body))

    def _append(self, piece: bytes, *, final: bool) -> None:
        if self._utf8 is not None:
            try:
                self._utf8.decode(piece, final)
            except UnicodeDecodeError as error:
                raise WireError(CloseCode.INVALID_DATA, "Text that is not UTF-8.") from error
        self._body += piece


class Receiver:
    """What a client sends, octet by octet, as whole messages. `deflate`: whether RFC 7692 was agreed on.

    Made when something is pending and thrown away when it is `idle`, so that an idle link has none.
    """

    __slots__ = ("_at", "_data", "_deflate", "_first", "_limits", "_mask", "_message", "_need")

    def __init__(self, limits: WireLimits, *, deflate: bool) -> None:
        self._limits = limits
        self._deflate = deflate
        self._data = b""
        self._at = 0
        self._first = -1  # the first octet of the frame under way; -1: none is
        self._need = 0  # octets of its payload still to come
        self._mask = b""  # turned so that it starts at the next octet
        self._message: _Message | None = None

    @property
    def idle(self) -> bool:
        return self._first < 0 and self._message is None and self._at == len(self._data)

    def feed(self, data: bytes) -> None:
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def next(self) -> Received | None:
        """The next whole message or control frame; None: more octets are needed. `WireError`: fail the connection."""
        while self._first >= 0 or self._begin_frame():
            if self._first & CONTROL:
                return self._take_control()
            received = self._take_data()
            if received is not None or self._first >= 0:
                return received
        return None

    def _begin_frame(self) -> bool:
        """Section 5.2, the header; False when it is not there as a whole."""
        data, at = self._data, self._at
        have = len(data) - at
        if have < 2:
            if have:
                self._check_first(data[at])
            return False
        first, second = data[at], data[at + 1]
        self._check_first(first)
        size = self._check_second(first, second)
        header = 2
        if size >= TWO_BYTE_LENGTH:
            header = 4 if size == TWO_BYTE_LENGTH else 10
            if have < header:
                return False
            size = self._check_length(int.from_bytes(data[at + 2 : at + header], "big"), header)
        self._check_size(first, size)
        if have < header + MASK_BYTES:
            return False
        self._mask = data[at + header : at + header + MASK_BYTES]
        self._at = at + header + MASK_BYTES
        self._first = first
        self._need = size
        self._count(first, size)
        return True

    def _check_first(self, first: int) -> None:
        opcode = first & OPCODE
        if first & RSV2_AND_RSV3:
            raise WireError(CloseCode.PROTOCOL_ERROR, "A reserved bit is set.")
        if opcode not in OPCODES:
            raise WireError(CloseCode.PROTOCOL_ERROR, f"Opcode {opcode} is reserved.")
        # RFC 7692, section 6: on the first frame of a data message only.
        if first & RSV1 and not (self._deflate and opcode in (TEXT, BINARY)):
            raise WireError(CloseCode.PROTOCOL_ERROR, "RSV1 is set where it must not be.")
        if opcode & CONTROL:
            if not first & FIN:
                raise WireError(CloseCode.PROTOCOL_ERROR, "A control frame is fragmented.")
        elif (opcode == CONTINUATION) != (self._message is not None):
            told = "A continuation of nothing." if self._message is None else "A message within a message."
            raise WireError(CloseCode.PROTOCOL_ERROR, told)

    def _check_second(self, first: int, second: int) -> int:
        size = second & LENGTH
        if not second & MASKED:
            raise WireError(CloseCode.PROTOCOL_ERROR, "A client's frame is not masked.")
        if first & CONTROL and size > CONTROL_PAYLOAD_MOST:
            raise WireError(CloseCode.PROTOCOL_ERROR, "A control frame is longer than 125 octets.")
        return size

    def _check_length(self, size: int, header: int) -> int:
        """Section 5.2: the minimal number of bytes; the most significant bit is 0."""
        if size < (TWO_BYTE_LENGTH if header == 4 else 1 << 16) or size >> 63:
            raise WireError(CloseCode.PROTOCOL_ERROR, "A payload length is not written as it must be.")
        return size

    def _check_size(self, first: int, size: int) -> None:
        if first & CONTROL:
            return
        limits, message = self._limits, self._message
        if size > limits.frame_bytes or (message.size if message else 0) + size > limits.message_bytes:
            raise WireError(CloseCode.TOO_BIG, "That is larger than the server accepts.")
        if message and message.fragments >= limits.fragments:
            raise WireError(CloseCode.TOO_BIG, "A message in too many fragments.")

    def _count(self, first: int, size: int) -> None:
        """A message that is not here as a whole in one frame gets a place to be put together."""
        if first & CONTROL:
            return
        if self._message is None:
            if first & FIN and len(self._data) - self._at >= size:
                return
            inflater = Inflater(self._limits.inflated_bytes) if first & RSV1 else None
            self._message = _Message(first & OPCODE, inflater)
        self._message.fragments += 1
        self._message.size += size

    def _take_control(self) -> Received | None:
        """Section 5.5. At most 125 octets: waited for as a whole."""
        end = self._at + self._need
        if len(self._data) < end:
            return None
        received = Received(self._first & OPCODE, unmask(self._data[self._at : end], self._mask))
        self._at = end
        self._first = -1
        return received

    def _take_data(self) -> Received | None:
        piece = unmask(self._data[self._at : self._at + self._need], self._mask)
        self._at += len(piece)
        self._need -= len(piece)
        first, message = self._first, self._message
        if self._need == 0:
            self._first = -1
        if message is None:
            return self._whole(first, piece)
        message.add(piece)
        if self._need:
            turn = len(piece) % MASK_BYTES
            self._mask = self._mask[turn:] + self._mask[:turn]
            return None
        if not first & FIN:
            return None
        self._message = None
        return message.finish()

    def _whole(self, first: int, payload: bytes) -> Received:
        if first & RSV1:
            inflater = Inflater(self._limits.inflated_bytes)
            payload = inflater.feed(payload) + inflater.finish()
        if first & OPCODE == TEXT:
            check_utf8(payload)
        return Received(first & OPCODE, payload)
