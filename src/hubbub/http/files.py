"""/files: contents of files, whole or in ranges, for whoever may read a message that has them.

Invariants: what a file is was found out from its content, and the browser is told to believe that (`nosniff`); only
pictures, videos and sounds are shown in place, all else is downloaded; wherever it is shown, no script runs in it and
it reaches nothing (`sandbox`); permission is asked for each request, and no cache but the reader's own keeps anything.
What nobody takes any more is not read: a download ends soon after its reader has left or stands still.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.types import HTTPScope, Receive, Send

from hubbub.domain.accounts import Session
from hubbub.domain.files import StoredFile
from hubbub.domain.ids import is_id
from hubbub.errors import Refused
from hubbub.http.auth import token_of
from hubbub.http.static import is_known
from hubbub.http.visit import header
from hubbub.service.at_once import AtOnce
from hubbub.service.services import Services
from hubbub.service.throttle import Throttle
from hubbub.telemetry import get_logger

FILES: Final = "/files"
ORIGINAL: Final = "original"
DOWNLOAD: Final = "application/octet-stream"
# Shown in place; everything else is downloaded, SVG, HTML and PDF first of all.
SHOWN: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "video/mp4",
        "video/webm",
        "video/ogg",
        "video/quicktime",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/ogg",
        "audio/webm",
        "audio/wav",
        "audio/flac",
    }
)
_PATH: Final = re.compile(r"/files/([0-9A-Z]{26})/(?:thumbs/([0-9]{1,5})|([^/]*))\Z")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
# For one piece: a reader who takes none for so long has left, or holds what we need for others.
SEND_SECONDS: Final = 60
_HEADERS: Final = (
    (b"cache-control", b"private, max-age=3600"),
    (b"vary", b"cookie, authorization"),
    (b"x-content-type-options", b"nosniff"),
    (
        b"content-security-policy",
        b"default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


@dataclass(frozen=True, slots=True)
class Content:
    """One of a file's contents, as it is sent. `tag`: a strong ETag (RFC 9110, section 8.8.3)."""

    file: StoredFile
    variant: str
    size: int
    media_type: str
    tag: str


class FilePages:
    """`/files/{file}/{name}` and `/files/{file}/thumbs/{width}`. `users` bounds how often each asks (None: not at all),
    `at_once` how many contents are on their way to each.

    The name is for people, and for what saves the file under it: the id alone says which file it is.
    """

    def __init__(self, services: Services, users: Throttle | None, at_once: AtOnce) -> None:
        self._services = services
        self._users = users
        self._at_once = at_once

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Raises `not_found`, `method_not_allowed`, `not_logged_in`, `rate_limited`, `no_such_file`, `bad_range`."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method_not_allowed")
        found = _PATH.match(scope["path"])
        if found is None or not is_id(found[1]):
            raise Refused("not_found")
        session = await self._authenticate(scope)
        file = await self._services.files.open_file(session, found[1])
        content = await self._choose(file, found[2])
        await self._send(scope, receive, send, content, session)

    async def _authenticate(self, scope: HTTPScope) -> Session:
        connection: ASGIConnection[Any, Any, Any, State] = ASGIConnection(cast("Any", scope))
        session = await self._services.sessions.authenticate(token_of(connection))
        if self._users is not None:
            self._users.take(session.user)
        return session

    async def _choose(self, file: StoredFile, width: str | None) -> Content:
        info = file.info
        if width is None:
            return Content(file, ORIGINAL, info.size, info.media_type, f'"{info.digest[:32]}"')
        if int(width) not in (thumb[0] for thumb in info.thumbs):
            raise Refused("no_such_file")
        variant = f"thumb-{int(width)}"
        size = await self._services.files.measure_variant(file.id, variant)
        return Content(file, variant, size, "image/webp", f'"{info.digest[:32]}-{int(width)}"')

    async def _send(self, scope: HTTPScope, receive: Receive, send: Send, content: Content, session: Session) -> None:
        headers = [*_HEADERS, (b"etag", content.tag.encode()), (b"accept-ranges", b"bytes")]
        if is_known(header(scope, "if-none-match"), content.tag):
            await _send_head(send, 304, headers)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        wanted = header(scope, "range") if header(scope, "if-range") in (None, content.tag) else None
        place = parse_range(wanted, content.size)
        start, end = place or (0, content.size)
        headers += [(b"content-length", str(end - start).encode()), *describe(content)]
        if place is not None:
            headers.append((b"content-range", f"bytes {start}-{end - 1}/{content.size}".encode()))
        if scope["method"] == "HEAD":
            await _send_head(send, 200 if place is None else 206, headers)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        pieces = self._services.files.read_file(content.file.id, content.variant, start, end)
        with self._at_once.hold(session.user):
            async with contextlib.aclosing(pieces):
                first = await anext(pieces, b"")  # what is not there is refused before the head says that it is
                await _send_head(send, 200 if place is None else 206, headers)
                await send_pieces(receive, send, first, pieces)


async def _send_head(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def send_pieces(
    receive: Receive, send: Send, first: bytes, pieces: AsyncGenerator[bytes, None], seconds: float = SEND_SECONDS
) -> None:
    """`first`, and `pieces` behind it, for as long as their reader is there and takes one within `seconds`; the answer
    is left without its end otherwise. The server under us says nothing of readers that have left, unless asked."""
    leaving = asyncio.create_task(_wait_for_leaving(receive))
    try:
        await _send_piece(send, first, seconds)
        async for piece in pieces:
            if leaving.done():
                return
            await _send_piece(send, piece, seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        get_logger(__name__).info("download_stopped", seconds=seconds)
    finally:
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)


async def _send_piece(send: Send, piece: bytes, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # the rest of a body that we did not ask for


def describe(content: Content) -> list[tuple[bytes, bytes]]:
    """Content-Type and Content-Disposition; names as RFC 6266 and RFC 8187 have them."""
    shown = content.media_type in SHOWN
    kind = "inline" if shown else "attachment"
    name = content.file.name
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    disposition = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    media_type = content.media_type if shown else DOWNLOAD
    return [(b"content-type", media_type.encode()), (b"content-disposition", disposition.encode())]


def parse_range(given: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last of a single range (RFC 9110, section 14.1.2); None for the whole,
    which also answers several ranges and what cannot be read. Raises `bad_range`."""
    found = _RANGE.match((given or "").strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise Refused("bad_range", f"The file has {size} bytes.")
    return start, end
