"""What every request must pass and every answer carries, whoever answers it.

Invariants: a request that changes something and comes from a browser comes from our own origin (Fetch metadata, else
Origin); /api takes JSON (and pieces of files, of a type no form
can have) and /forms takes urlencoded bodies, so that no form of another site can speak to /api; every answer has the
headers below, and is stored by nobody unless it says otherwise itself.
"""

from __future__ import annotations

from typing import Final

from litestar.types import HTTPScope, Message, Send

from hubbub.errors import Refused
from hubbub.http.visit import Visit, header

API: Final = "/api"
FORMS: Final = "/forms"
JSON: Final = "application/json"
# What tus 1.0.0 sends pieces of files as; no form of another site can.
OFFSET_OCTETS: Final = "application/offset+octet-stream"
UPLOADS: Final = "/api/files/"
URLENCODED: Final = "application/x-www-form-urlencoded"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# The body was not read to its end: whatever is still on the way must not be taken for the next request.
_UNREAD_BODY: Final = frozenset({408, 413, 415})

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(self), microphone=(self), payment=(), usb=(), browsing-topics=()",
    ),
    (b"x-frame-options", b"DENY"),
)
_UNLESS_SET: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


def is_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def check_request(scope: HTTPScope, visit: Visit) -> None:
    """Raises `foreign_origin`, `unsupported_media_type`."""
    path = scope["path"]
    if scope["method"] in SAFE_METHODS:
        return
    if is_under(path, FORMS):
        check_origin_of_form(scope, visit)
        check_media_type(scope, URLENCODED)
    elif is_under(path, API):
        check_origin_of_call(scope, visit)
        check_media_type(scope, OFFSET_OCTETS if is_upload(scope) else JSON)


def is_upload(scope: HTTPScope) -> bool:
    return scope["method"] == "PATCH" and scope["path"].startswith(UPLOADS)


def check_origin_of_call(scope: HTTPScope, visit: Visit) -> None:
    """A program sends neither Origin nor Fetch metadata; a browser cannot leave both out of a request that changes
    something. A Bearer token is sent by no browser on its own, so that it needs no origin."""
    if (header(scope, "authorization") or "").lower().startswith("bearer "):
        return
    if header(scope, "origin") is None and header(scope, "sec-fetch-site") is None:
        return
    check_origin_of_form(scope, visit)


def check_origin_of_form(scope: HTTPScope, visit: Visit) -> None:
    """Fetch metadata first: no page can forge it, and it stays right where a proxy renames the host. It is absent in
    old browsers and over plain http; then Origin must be ours. `null` is not."""
    site, origin = header(scope, "sec-fetch-site"), header(scope, "origin")
    if site == "same-origin":
        return
    if site in (None, "none") and origin is not None and origin.lower() == visit.origin:
        return
    raise Refused("foreign_origin")


def check_media_type(scope: HTTPScope, wanted: str) -> None:
    """A body must say that it is of the one type taken here; no body needs no type."""
    given = header(scope, "content-type")
    if given is None and header(scope, "content-length") in (None, "0") and header(scope, "transfer-encoding") is None:
        return
    essence, _, parameters = (given or "").partition(";")
    if essence.strip().lower() != wanted or not is_utf8(parameters):
        raise Refused("unsupported_media_type", f"This address takes {wanted} only.")


def is_utf8(parameters: str) -> bool:
    name, _, value = parameters.partition("=")
    return not parameters.strip() or (name.strip().lower(), value.strip(' "').lower()) == ("charset", "utf-8")


def with_security_headers(send: Send, visit: Visit) -> Send:
    """`send`, adding to the head of the answer what it lacks."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [(name.lower(), value) for name, value in message["headers"]]
            message["headers"] = [*given, *missing_headers(message["status"], {name for name, _ in given}, visit)]
        await send(message)

    return send_with_headers


def missing_headers(status: int, given: set[bytes], visit: Visit) -> list[tuple[bytes, bytes]]:
    added = [(b"x-request-id", visit.id.encode()), *_HEADERS, *_UNLESS_SET]
    if visit.secure:
        added.append(_HSTS)
    if status in _UNREAD_BODY:
        added.append((b"connection", b"close"))
    return [(name, value) for name, value in added if name not in given]
