"""Where the next page of a search begins, as clients carry it: sealed, and good for the same search only.

It holds a score, and scores follow from how frequent the words are in all texts there are: whoever could read them
would learn, word by word, what is said in channels that are not theirs. So a cursor is encrypted and signed with a key
of this process (a keystream and a tag of HMAC-SHA-256, RFC 2104; encrypt, then authenticate); after a restart a search
begins again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import zlib
from dataclasses import replace

import msgspec

from hubbub.domain.finding import EngineName, Found, Order, Page, Position
from hubbub.errors import Refused

_MAX: int = 500
_NONCE = 16
_TAG = 16


class _Cursor(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    query: int
    order: Order
    engine: EngineName
    now: int
    score: float
    at: int
    channel: str
    number: int


class Seal:
    """What a cursor is closed and opened with: for as long as this object lives."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def close(self, told: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        hidden = self._mix(nonce, told)
        return nonce + self._tag(nonce + hidden) + hidden

    def open(self, sealed: bytes) -> bytes:
        """Raises ValueError for what was not closed here."""
        nonce, tag, hidden = sealed[:_NONCE], sealed[_NONCE : _NONCE + _TAG], sealed[_NONCE + _TAG :]
        if not hmac.compare_digest(tag, self._tag(nonce + hidden)):
            raise ValueError("not ours")
        return self._mix(nonce, hidden)

    def _tag(self, told: bytes) -> bytes:
        return hmac.digest(self._key, b"tag" + told, hashlib.sha256)[:_TAG]

    def _mix(self, nonce: bytes, told: bytes) -> bytes:
        blocks = (
            hmac.digest(self._key, b"stream" + nonce + bytes((place,)), hashlib.sha256)
            for place in range(len(told) // 32 + 1)
        )
        return bytes(one ^ other for one, other in zip(told, b"".join(blocks), strict=False))


def encode_cursor(seal: Seal, text: str, page: Page, found: Found) -> str | None:
    """None when there is no further page."""
    if not found.more or not found.hits:
        return None
    last = found.hits[-1]
    cursor = _Cursor(_sum(text), page.order, found.engine, page.now, last.score, last.at, last.channel, last.number)
    return base64.urlsafe_b64encode(seal.close(msgspec.json.encode(cursor))).decode().rstrip("=")


def decode_cursor(seal: Seal, cursor: str, text: str, page: Page) -> tuple[Page, EngineName]:
    """The page that `cursor` stands for, and the engine whose scores it holds. Raises `bad_request`."""
    try:
        if len(cursor) > _MAX:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
        read = msgspec.json.decode(seal.open(sealed), type=_Cursor)
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
