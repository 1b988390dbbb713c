"""The opening handshake: RFC 6455 section 4.2, RFC 7692 section 5. Pure: a request's head in, an answer's octets out.

Every refusal is a `Refused` with a code of the error table, and is answered as problem details (RFC 9457).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from hubbub.errors import Refused
from hubbub.websocket.deflate import DeflateAgreement, agree_on_deflate

# Section 1.3: appended to the key, so that the answer proves that the handshake was understood.
GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
VERSION: Final = "13"
KEY_BYTES: Final = 16

# RFC 9110, section 5.6.2.
TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# One extension parameter (section 9.1); a quoted value must be a token once the quotes are gone.
_TOKEN: Final = TOKEN.pattern
PARAMETER: Final = re.compile(
    rf"\s*;\s*(?P<name>{_TOKEN})\s*(?:=\s*(?:(?P<value>{_TOKEN})|\"(?P<quoted>{_TOKEN})\"))?\s*"
)
HOST: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]+)(?::[0-9]*)?")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

Offer = tuple[str, list[tuple[str, str | None]]]


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request without its body. `headers` as they came, names in lower case; `address` is the client's."""

    method: str
    path: str
    query: str
    version: str
    headers: tuple[tuple[bytes, bytes], ...]
    address: str
    secure: bool

    def all(self, name: str) -> list[str]:
        wanted = name.encode()
        return [value.strip(b" \t").decode("latin-1") for key, value in self.headers if key == wanted]

    def one(self, name: str) -> str | None:
        """The only value; None when absent, `bad_handshake` when there are several."""
        values = self.all(name)
        if len(values) > 1:
            raise Refused("bad_handshake", f"There is more than one {name} header.")
        return values[0] if values else None

    def tokens(self, name: str) -> list[str]:
        """All values of a comma-separated list, in order."""
        items = (item.strip(" \t") for value in self.all(name) for item in value.split(","))
        return [item for item in items if item]

    def cookie(self, name: str) -> str | None:
        """The value of a cookie (RFC 6265, section 4.2); None when absent."""
        for header in self.all("cookie"):
            for pair in header.split(";"):
                key, found, value = pair.partition("=")
                if found and key.strip() == name:
                    return value.strip()
        return None

    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer` (RFC 6750); None when absent."""
        scheme, _, token = (self.one("authorization") or "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Opening:
    """A valid handshake and what was agreed on."""

    accept: str
    deflate: DeflateAgreement | None
    subprotocol: str | None

    @property
    def deflate_bits(self) -> int:
        return self.deflate.server_bits if self.deflate else 0


def accept_key(key: str) -> str:
    """Section 4.2.2, step 5.4.

    >>> accept_key("m3xNMIzhueJyd3N66EAK6w==")
    'qgWIKoKflyd9H8L/jCNa8XP4CYQ='
    """
    return base64.b64encode(hashlib.sha1(key.encode() + GUID, usedforsecurity=False).digest()).decode()


def check_opening(request: RequestHead, subprotocols: Sequence[str] = ()) -> Opening:
    """Every MUST of section 4.2.1, in its order, then 4.2.2; raises `Refused` where one is not met."""
    if request.method != "GET":
        raise Refused("method_not_allowed", "A WebSocket is opened with GET.")
    if _version(request.version) < (1, 1):
        raise Refused("bad_handshake", "A WebSocket needs HTTP/1.1.")
    host = request.one("host")
    if host is None or not HOST.fullmatch(host):
        raise Refused("bad_handshake", "The Host header is missing or wrong.")
    if "websocket" not in map(str.lower, request.tokens("upgrade")):
        raise Refused("bad_version", "Here only WebSockets are opened.")
    if "upgrade" not in map(str.lower, request.tokens("connection")):
        raise Refused("bad_handshake", "The Connection header does not say Upgrade.")
    if request.all("transfer-encoding") or request.all("content-length") not in ([], ["0"]):
        raise Refused("bad_handshake", "A handshake has no body.")
    if request.one("sec-websocket-version") != VERSION:
        raise Refused("bad_version")
    key = check_key(request.one("sec-websocket-key"))
    deflate = agree_on_deflate(parse_extensions(request.all("sec-websocket-extensions")))
    return Opening(accept_key(key), deflate, choose_subprotocol(request, subprotocols))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


def check_key(key: str | None) -> str:
    """Section 4.2.1, point 5: base64 of 16 octets."""
    try:
        decoded = base64.b64decode(key or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("bad_handshake", "Sec-WebSocket-Key is not base64.") from error
    if key is None or len(decoded) != KEY_BYTES:
        raise Refused("bad_handshake", "Sec-WebSocket-Key is not 16 octets.")
    return key


def choose_subprotocol(request: RequestHead, known: Sequence[str]) -> str | None:
    """The first of the client's that we know (section 4.2.2, `/subprotocol/`)."""
    offered = request.tokens("sec-websocket-protocol")
    if not all(map(TOKEN.fullmatch, offered)) or len(set(offered)) != len(offered):
        raise Refused("bad_handshake", "Sec-WebSocket-Protocol is malformed.")
    return next((name for name in offered if name in known), None)


def parse_extensions(values: Sequence[str]) -> list[Offer]:
    """Section 9.1: offers in order of preference, each a name with its parameters."""
    offers: list[Offer] = []
    for value in values:
        at = 0
        while at < len(value):
            offer, at = _parse_offer(value, at)
            offers.append(offer)
    return offers


def _parse_offer(value: str, at: int) -> tuple[Offer, int]:
    """One offer from `at` on, and where the next one starts."""
    at += len(value[at:]) - len(value[at:].lstrip())
    name = TOKEN.match(value, at)
    if name is None:
        raise Refused("bad_handshake", "Sec-WebSocket-Extensions is malformed.")
    at = name.end()
    parameters: list[tuple[str, str | None]] = []
    while (found := PARAMETER.match(value, at)) is not None:
        parameters.append((found["name"].lower(), found["value"] or found["quoted"]))
        at = found.end()
    rest = value[at:].lstrip()
    if rest and (rest[0] != "," or not rest[1:].strip()):
        raise Refused("bad_handshake", "Sec-WebSocket-Extensions is malformed.")
    return (name[0].lower(), parameters), len(value) - len(rest) + 1


def check_origin(request: RequestHead, public_address: str | None) -> None:
    """Sections 4.2.2 (point 1) and 10.2: only our own pages, and programs with a token, open sockets.

    A browser sends cookies along whichever site's page opens the socket; only Origin tells the sites apart. A program
    has no cookie to abuse. Our own origin is the configured public address, else what the client calls us in Host.
    Raises `foreign_origin`.
    """
    if request.bearer() is not None and not request.all("cookie"):
        return
    origins = request.all("origin")
    origin = parse_origin(origins[0]) if len(origins) == 1 else None
    if origin is None:
        raise Refused("foreign_origin")
    if public_address is not None:
        own = parse_origin(public_address.rstrip("/"))
    else:
        # A proxy in front may end TLS without our knowing, so the scheme is the page's.
        own = parse_origin(f"{origin[0]}://{request.one('host') or ''}")
    if origin != own:
        raise Refused("foreign_origin")


def check_fetch(request: RequestHead, public_address: str | None) -> None:
    """A request that changes nothing: its answer is for our own pages, and for programs. A browser says in the Fetch
    metadata which site's page asks, or names it as the Origin. Raises `foreign_origin`."""
    site = request.one("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Refused("foreign_origin")
    if site is None and request.all("origin"):
        check_origin(request, public_address)


def parse_origin(text: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin (RFC 6454, section 6.2); None for `null` and whatever is no http(s) origin."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme not in DEFAULT_PORTS or not host or text.lower() != f"{parts.scheme}://{parts.netloc.lower()}":
        return None
    if "@" in parts.netloc:
        return None
    return parts.scheme, host, port if port is not None else DEFAULT_PORTS[parts.scheme]


def encode_answer(opening: Opening) -> bytes:
    """Section 4.2.2, point 5: 101 and what was agreed on."""
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {opening.accept}",
    ]
    if opening.subprotocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {opening.subprotocol}")
    if opening.deflate is not None:
        lines.append(f"Sec-WebSocket-Extensions: {opening.deflate.header()}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def encode_refusal(refused: Refused) -> bytes:
    """A whole response that ends the connection, with problem details (RFC 9457)."""
    status = HTTPStatus(refused.status)
    body = encode_problem(refused)
    headers = [*refusal_headers(refused), (b"content-length", str(len(body)).encode())]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in [*headers, (b"connection", b"close")]]
    return b"\r\n".join([*lines, b"", body])


def encode_problem(refused: Refused) -> bytes:
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.message,
        "code": refused.code,
        "advice": refused.kind.advice,
        "retry": refused.retry,
    }
    return json.dumps(problem).encode()


def refusal_headers(refused: Refused) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if refused.status == HTTPStatus.UPGRADE_REQUIRED:
        # Section 4.4; RFC 9110, section 15.5.22.
        headers += [(b"upgrade", b"websocket"), (b"sec-websocket-version", VERSION.encode())]
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"GET"))
    if refused.retry_after is not None:
        headers.append((b"retry-after", str(int(refused.retry_after + 1)).encode()))
    return headers
