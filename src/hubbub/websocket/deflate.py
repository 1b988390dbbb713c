"""permessage-deflate: RFC 7692, always without context takeover in both directions.

Invariants:
1. No message is compressed or inflated with anything of another one, so one compressed frame serves every link that
   agreed on the same window, and no link keeps a window.
2. Nothing is inflated beyond the limit: the bound is given to zlib, not checked afterwards.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hubbub.errors import CloseCode
from hubbub.websocket.event_frames import Move, encode_event, moves_of

EXTENSION: Final = "permessage-deflate"

# zlib cannot compress with a window of 2^8, so an offer that asks for it is declined.
WINDOW_BITS: Final = range(9, 16)
WINDOW_BITS_MOST: Final = 15

# Section 7.2.1: what a flush ends with, which does not travel.
TAIL: Final = b"\x00\x00\xff\xff"
# An empty last block: behind a stream that stands on a block's end zlib then reports the end, behind a cut one never.
LAST_BLOCK: Final = b"\x03\x00"

# An event with a line of talk in it has about 250 octets and shrinks by a sixth: not worth everyone's inflating.
DEFLATE_FROM: Final = 512

# Setting a compressor up costs more than a short message does, and grows with its memory; the ratio hardly does, nor
# with the level.
LEVEL: Final = 1
MEMORY_LEVEL: Final = 5

TEXT_FIN: Final = 0x81
TEXT_FIN_RSV1: Final = 0xC1


class WireError(Exception):
    """The peer broke the protocol or a bound: fail the connection with `code` (RFC 6455, 7.1.7)."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Inflater:
    """One message's inflating, piece by piece (section 7.2.2). `limit`: the most octets that may come out of it."""

    __slots__ = ("_left", "_zlib")

    def __init__(self, limit: int) -> None:
        self._left = limit
        # The largest window reads what any smaller one wrote.
        self._zlib = zlib.decompressobj(-WINDOW_BITS_MOST)

    def feed(self, piece: bytes) -> bytes:
        try:
            plain = self._zlib.decompress(piece, self._left + 1)
        except zlib.error as error:
            raise WireError(CloseCode.INVALID_DATA, "Compressed data that is damaged.") from error
        self._left -= len(plain)
        if self._left < 0:
            raise WireError(CloseCode.TOO_BIG, "That is larger than the server accepts.")
        return plain

    def finish(self) -> bytes:
        plain = b"" if self._zlib.eof else self.feed(TAIL)
        if not self._zlib.eof:
            plain += self.feed(LAST_BLOCK)
        elif self._zlib.unused_data.strip(b"\x00"):
            # Section 7.2.3.4: behind a block that said it was the last only the padding may come.
            raise WireError(CloseCode.INVALID_DATA, "Compressed data behind its end.")
        if not self._zlib.eof:
            raise WireError(CloseCode.INVALID_DATA, "Compressed data that is cut off.")
        return plain


def deflate(payloads: Sequence[bytes], bits: int) -> list[bytes]:
    """Each payload compressed by itself (section 7.2.1) with a window of 2^bits octets.

    A full flush forgets what was before it, which is what a new compressor would do, at a tenth of the cost.
    """
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -bits, MEMORY_LEVEL)
    return [(compressor.compress(payload) + compressor.flush(zlib.Z_FULL_FLUSH))[: -len(TAIL)] for payload in payloads]


def encode_text(payload: bytes, first: int = TEXT_FIN) -> bytes:
    """A whole text message in one unmasked frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


class Encoded:
    """Text messages as they travel, encoded once for everyone: plain, compressed once for each window in use, and as
    server-sent events.

    Only where it pays: a payload is compressed when it is long enough and comes out shorter.
    """

    __slots__ = ("_deflated", "_events", "_payloads", "_pays", "plain")

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self.plain = b"".join([encode_text(payload) for payload in payloads])
        self._payloads = payloads
        self._pays = any(len(payload) >= DEFLATE_FROM for payload in payloads)
        self._events: tuple[bytes, tuple[Move, ...]] | None = None
        self._deflated: dict[int, bytes] = {}

    def for_window(self, bits: int) -> bytes:
        """The octets for a link whose agreed server_max_window_bits are `bits` (0: no compression was agreed on)."""
        if bits == 0 or not self._pays:
            return self.plain
        data = self._deflated.get(bits)
        if data is None:
            data = self._deflated[bits] = self._deflate(bits)
        return data

    def for_event_stream(self) -> tuple[bytes, tuple[Move, ...]]:
        """The octets for an event stream, and how far its reader has come with them."""
        if self._events is None:
            self._events = b"".join([encode_event(payload) for payload in self._payloads]), moves_of(self._payloads)
        return self._events

    def _deflate(self, bits: int) -> bytes:
        long = [payload for payload in self._payloads if len(payload) >= DEFLATE_FROM]
        short = iter(deflate(long, bits))
        frames = []
        for payload in self._payloads:
            packed = next(short) if len(payload) >= DEFLATE_FROM else payload
            shorter = len(packed) < len(payload)
            frames.append(encode_text(packed, TEXT_FIN_RSV1) if shorter else encode_text(payload))
        return b"".join(frames)


@dataclass(frozen=True, slots=True)
class DeflateAgreement:
    """What was agreed on. `server_bits`: how far back our frames may refer; `client_bits`: None when not spoken of."""

    server_bits: int
    server_bits_asked: bool
    client_bits: int | None

    def header(self) -> str:
        """The extension as the server's answer names it (section 7.1)."""
        told = [EXTENSION, "server_no_context_takeover", "client_no_context_takeover"]
        if self.server_bits_asked:
            told.append(f"server_max_window_bits={self.server_bits}")
        if self.client_bits is not None:
            told.append(f"client_max_window_bits={self.client_bits}")
        return "; ".join(told)


def agree_on_deflate(offers: Sequence[tuple[str, Sequence[tuple[str, str | None]]]]) -> DeflateAgreement | None:
    """The first offer that can be met (section 5.1); None: no compression."""
    for name, parameters in offers:
        if name == EXTENSION and (agreement := _meet(parameters)) is not None:
            return agreement
    return None


def _meet(parameters: Sequence[tuple[str, str | None]]) -> DeflateAgreement | None:
    """Section 7.1: an unknown, repeated or wrong parameter means the offer is declined."""
    given = dict(parameters)
    if len(given) != len(parameters):
        return None
    for flag in ("server_no_context_takeover", "client_no_context_takeover"):
        if given.pop(flag, None) is not None:
            return None
    server = _bits(given.pop("server_max_window_bits", ""))
    client_value = given.pop("client_max_window_bits", "")
    client = WINDOW_BITS_MOST if client_value is None else _bits(client_value)
    if given or server is None or client is None:
        return None
    return DeflateAgreement(server or WINDOW_BITS_MOST, server > 0, client or None)


def _bits(value: str | None) -> int | None:
    """0: not given; None: given, and not to be met."""
    if value == "":
        return 0
    if value is None or value not in map(str, WINDOW_BITS):
        return None
    return int(value)
