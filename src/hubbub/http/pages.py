"""The way to the pages: what is no API, no form and no file goes to the Node process, and its answer is streamed back.

Invariants: only what the allow-list names reaches Node, so that no header of a visitor can pass for one of ours; each
page has a nonce of its own, and no script runs without it; no page is stored by anybody; Node's trouble is answered
with a page that needs nothing else.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
import zlib
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import unquote_to_bytes

import httpx
from litestar.types import HTTPScope, Receive, Send

from hubbub.errors import Refused
from hubbub.http.auth import COOKIE, cookie_name
from hubbub.http.pages_process import PagesProcess
from hubbub.http.unavailable import UNAVAILABLE
from hubbub.http.visit import Visit, header, visit_of
from hubbub.telemetry import get_logger

__all__ = ["Pages", "PagesProcess"]

RESTART_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 0.05
# Of what a visitor sends; the router's own headers besides (see `is_router_header`).
TO_NODE: Final = ("accept", "accept-language", "user-agent", "rsc", "next-url", "purpose", "sec-purpose")
FROM_NODE: Final = ("content-type", "location", "vary", "link", "refresh", "set-cookie")
COMPRESSIBLE: Final = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_BROKEN_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
GZIP: Final = 16 + zlib.MAX_WBITS
# More than this at once is compressed on a thread: the loop has sockets to serve.
INLINE_BYTES: Final = 16 << 10


def content_policy(nonce: str) -> str:
    return (
        "default-src 'self'; "
        f"script-src 'nonce-{nonce}' 'strict-dynamic'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class Pages:
    """The ASGI application for pages. While Node is not there, a visitor waits up to `patience` seconds for it."""

    def __init__(self, process: PagesProcess, *, patience: float = RESTART_SECONDS) -> None:
        self._process = process
        self._patience = patience

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Raises `method_not_allowed`: pages are only read; `not_found` for a path that is no text."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method_not_allowed")
        if not is_readable(scope["raw_path"]):
            raise Refused("not_found")
        policy = content_policy(secrets.token_urlsafe(16))
        response = await self._ask(scope, policy)
        if response is None:
            await send_unavailable(scope, send)
            return
        try:
            await send_page(scope, send, response, policy)
        finally:
            await response.aclose()

    async def _ask(self, scope: HTTPScope, policy: str) -> httpx.Response | None:
        """Node's answer, its body not yet read; None when there is none. A page may be asked for twice, so that when
        Node died meanwhile it is asked again once it is back."""
        deadline = time.monotonic() + self._patience
        while (left := deadline - time.monotonic()) > 0:
            address = await self._process.wait_ready(left)
            if address is None:
                return None
            try:
                return await self._process.client.send(self._request(scope, address, policy), stream=True)
            except httpx.TimeoutException as error:
                get_logger(__name__).warning("the pages' process is too slow", reason=repr(error))
                return None
            except httpx.TransportError as error:
                get_logger(__name__).info("the pages' process did not answer", reason=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
        return None

    def _request(self, scope: HTTPScope, address: str, policy: str) -> httpx.Request:
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        url = httpx.URL(address).copy_with(raw_path=target)
        return self._process.client.build_request("GET", url, headers=headers_to_node(scope, policy))


def is_readable(path: bytes) -> bool:
    """Whether the path is percent-encoded UTF-8 (RFC 3986, section 2.5): Next answers 500 to any other."""
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return False
    return _BROKEN_ESCAPE.search(path) is None


def headers_to_node(scope: HTTPScope, policy: str) -> list[tuple[str, str]]:
    """The visitor's headers that pages need, and ours: who they are, where they are, and the page's policy."""
    visit = visit_of(scope)
    scheme, _, host = visit.origin.partition("://")
    given = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if name.decode("latin-1") in TO_NODE or is_router_header(name)
    ]
    ours = [
        ("host", host),
        ("x-forwarded-host", host),
        ("x-forwarded-proto", scheme),
        ("x-forwarded-for", visit.address),
        ("x-request-id", visit.id),
        ("content-security-policy", policy),
        ("x-nonce", policy.partition("'nonce-")[2].partition("'")[0]),
        ("accept-encoding", "identity"),
    ]
    cookies = cookies_to_node(header(scope, "cookie") or "", visit)
    return [*given, *ours, *([("cookie", cookies)] if cookies else [])]


def is_router_header(name: bytes) -> bool:
    return name.startswith(b"next-router-")


def cookies_to_node(value: str, visit: Visit) -> str:
    """The visitor's cookies, the session's under one name whatever the scheme, so that Node need not know about it.

    Under https a plain `session` is dropped: anybody between us and the browser could have put it there.
    """
    pairs = (part.strip().partition("=") for part in value.split(";"))
    jar = {name: content for name, equals, content in pairs if equals}
    session = jar.pop(cookie_name(visit), None)
    jar.pop(COOKIE, None)
    if session is not None:
        jar[COOKIE] = session
    return "; ".join(f"{name}={value}" for name, value in jar.items())


async def send_page(scope: HTTPScope, send: Send, response: httpx.Response, policy: str) -> None:
    """Streams Node's answer, compressed where the browser takes gzip."""
    headers = [(name, value) for name, value in response.headers.raw if name.lower().decode("latin-1") in FROM_NODE]
    headers += [(b"content-security-policy", policy.encode()), (b"cache-control", b"no-store")]
    compressible = response.headers.get("content-type", "").startswith(COMPRESSIBLE)
    body = response.aiter_raw()
    if compressible:
        headers.append((b"vary", b"accept-encoding"))
        if accepts_gzip(header(scope, "accept-encoding") or ""):
            headers.append((b"content-encoding", b"gzip"))
            body = compress(body)
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    if scope["method"] == "GET":
        async for chunk in body:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def compress(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """gzip (RFC 1952) that gives out at once what it took in, so that the first part of a page is shown early."""
    packer = zlib.compressobj(4, zlib.DEFLATED, GZIP)

    def pack(chunk: bytes) -> bytes:
        return packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)

    async for chunk in body:
        yield await asyncio.to_thread(pack, chunk) if len(chunk) > INLINE_BYTES else pack(chunk)
    yield packer.flush()


def accepts_gzip(accepted: str) -> bool:
    codings = [part.replace(" ", "").lower().split(";") for part in accepted.split(",")]
    return any(name == "gzip" and "q=0" not in weights for name, *weights in codings)


async def send_unavailable(scope: HTTPScope, send: Send) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(UNAVAILABLE)).encode()),
        (b"retry-after", b"2"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    body = UNAVAILABLE if scope["method"] == "GET" else b""
    await send({"type": "http.response.body", "body": body, "more_body": False})
