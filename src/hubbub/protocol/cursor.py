"""Cursors: all of a client's positions in one short text, for where there is only room for one (`Last-Event-ID`). Pure.

Invariants:
1. Whatever a client sends as a cursor can be read: what is none of ours resumes nothing, and so resets everything.
2. A cursor of `n` channels has at most 4/3 · (17 + 15 n) characters, and 4/3 · (12 + 8 n) below a seq of two million:
   that of 500 channels fits in a request's head.

The form is nobody's business but ours: base64url of a version, the epoch's hash, the position in the user's own stream
plus one (0: not given), then for each channel its hash and the position; numbers are LEB128, seven bits an octet.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from hubbub.domain.ids import CHANNEL, channel_stream, user_stream
from hubbub.protocol.commands import Hello
from hubbub.protocol.views import Heads

VERSION: Final = 1
EPOCH_BYTES: Final = 6
# 40 bits: that two of 500 channels have the same hash happens to one user in ten million, and is a reset.
CHANNEL_BYTES: Final = 5
# A seq takes at most nine octets; JSON's numbers end at 2^53.
SEQ_BYTES: Final = 9

CURSOR_CHARACTERS: Final = 12 * 1024
"""The longest there is: it travels in a head, or in an address."""


class _NoCursor(Exception):
    """This is not a cursor, or one of a form that is no longer read."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a cursor says. `own` is None when it has no position in the user's own stream; `channels` by hash."""

    epoch: bytes
    own: int | None
    channels: Mapping[bytes, int] = field(default_factory=dict)

    def hello(self, user: str, heads: Heads) -> Hello:
        """The same as a hello of `user`, as far as their streams are known. Channels they are no longer in fall away:
        the own stream tells of these."""
        if self.epoch != _epoch_hash(heads.epoch):
            return Hello(streams=dict.fromkeys([user_stream(user), *map(channel_stream, heads.channels)], 0), epoch="-")
        streams = {} if self.own is None else {user_stream(user): self.own}
        seen: dict[bytes, str] = {}
        for channel in heads.channels:
            name, hashed = channel_stream(channel), _channel_hash(channel)
            position = self.channels.get(hashed)
            if hashed in seen:  # whose position it is cannot be told: no seq is above one beyond all
                streams[seen[hashed]] = streams[name] = 2**53
            elif position is not None:
                streams[name] = position
            seen[hashed] = name
        return Hello(streams=streams, epoch=heads.epoch)


NOTHING: Final = Cursor(b"", None)
"""A cursor that resumes nothing: every stream is reset."""


def encode_cursor(user: str, epoch: str, streams: Mapping[str, int]) -> str:
    """The positions `streams` (stream name → seq) of `user`; streams that are not theirs to have are left out."""
    own = streams.get(user_stream(user))
    return join_cursor(epoch, own, [encode_place(name, seq) for name, seq in streams.items()])


def encode_place(stream: str, seq: int) -> bytes:
    """One channel's part of a cursor; nothing for any other stream."""
    return _channel_hash(stream[len(CHANNEL) :]) + _encode_number(seq) if stream.startswith(CHANNEL) else b""


def join_cursor(epoch: str, own: int | None, places: Iterable[bytes]) -> str:
    """A cursor of the position in the user's own stream, and each channel's part."""
    head = bytes((VERSION,)) + _epoch_hash(epoch) + _encode_number(0 if own is None else own + 1)
    return base64.urlsafe_b64encode(head + b"".join(places)).rstrip(b"=").decode("ascii")


def decode_cursor(text: str) -> Cursor:
    """Never raises: see `NOTHING`."""
    try:
        return _decode(text)
    except (_NoCursor, binascii.Error, ValueError):
        return NOTHING


def _decode(text: str) -> Cursor:
    if len(text) > CURSOR_CHARACTERS:
        raise _NoCursor
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if data[:1] != bytes((VERSION,)) or len(data) < 1 + EPOCH_BYTES:
        raise _NoCursor
    own, at = _decode_number(data, 1 + EPOCH_BYTES)
    channels: dict[bytes, int] = {}
    while at < len(data):
        hashed = data[at : at + CHANNEL_BYTES]
        channels[hashed], at = _decode_number(data, at + CHANNEL_BYTES)
    return Cursor(data[1 : 1 + EPOCH_BYTES], own - 1 if own else None, channels)


def _encode_number(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def _decode_number(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where the next one starts."""
    number = 0
    for place, octet in enumerate(data[at : at + SEQ_BYTES]):
        number |= (octet & 0x7F) << 7 * place
        if octet < 0x80:
            return number, at + place + 1
    raise _NoCursor


@lru_cache(maxsize=4)
def _epoch_hash(epoch: str) -> bytes:
    return blake2b(epoch.encode(), digest_size=EPOCH_BYTES).digest()


def _channel_hash(channel: str) -> bytes:
    return blake2b(channel.encode("utf-8", "surrogatepass"), digest_size=CHANNEL_BYTES).digest()
