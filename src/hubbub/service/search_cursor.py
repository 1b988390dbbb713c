"""Where the next page of a search begins, as clients carry it: opaque, and good for the same search only.

What is in it gives no right to anything: whoever makes one up comes out somewhere else in what they may read anyway.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import replace

import msgspec

from hubbub.domain.finding import EngineName, Found, Order, Page, Position
from hubbub.errors import Refused

_MAX: int = 400


class _Cursor(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    query: int
    order: Order
    engine: EngineName
    now: int
    score: float
    at: int
    channel: str
    number: int


def encode_cursor(text: str, page: Page, found: Found) -> str | None:
    """None when there is no further page."""
    if not found.more or not found.hits:
        return None
    last = found.hits[-1]
    cursor = _Cursor(_sum(text), page.order, found.engine, page.now, last.score, last.at, last.channel, last.number)
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode_cursor(cursor: str, text: str, page: Page) -> tuple[Page, EngineName]:
    """The page that `cursor` stands for, and the engine whose scores it holds. Raises `bad_request`."""
    try:
        if len(cursor) > _MAX:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        read = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=_Cursor)
    except (ValueError, binascii.Error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("bad_request", "The cursor cannot be read.") from error
    if read.query != _sum(text) or read.order != page.order:
        raise Refused("bad_request", "The cursor belongs to another search.")
    if max(abs(read.now), abs(read.at), abs(read.number)) > _LARGEST:
        raise Refused("bad_request", "The cursor cannot be read.")
    return replace(page, now=read.now, after=Position(read.score, read.at, read.channel, read.number)), read.engine


# Of the milliseconds and numbers that any engine takes.
_LARGEST = 2**48


def _sum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
