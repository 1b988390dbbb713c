"""Who sends a request and by which address they know us, as far as it can be believed.

Invariant: headers that a proxy adds are read only when the peer is one of `trusted_proxies`, or proves with the
internal token that it is our own Node process. Whoever connects directly is the address of their socket.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from litestar.types import HTTPScope

from hubbub.config import Config, check_origin
from hubbub.domain.proxies import forwarded_address, is_among, last_of
from hubbub.errors import Refused

INTERNAL_TOKEN_HEADER: Final = "x-hubbub-internal"
SCOPE_KEY: Final = "visit"
# Names, addresses and a port (RFC 9110, section 7.2); everything else has no business in an address of ours.
_HOST: Final = re.compile(r"[A-Za-z0-9._\[\]:-]+\Z")
_REQUEST_ID_CHARACTERS: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Visit:
    """`id` names the request in answers and logs; `origin` is our own origin as the visitor sees it (RFC 6454)."""

    id: str
    address: str
    origin: str
    internal: bool

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https:")


def header(scope: HTTPScope, name: str) -> str | None:
    """The last header of that name; several are not joined, because none that we read may come twice."""
    wanted = name.encode("latin-1")
    return next((value.decode("latin-1") for key, value in reversed(list(scope["headers"])) if key == wanted), None)


def visit_of(scope: HTTPScope) -> Visit:
    visit: Visit = scope["state"][SCOPE_KEY]
    return visit


def describe_visit(scope: HTTPScope, config: Config, internal_token: str) -> Visit:
    """Raises `bad_request` when the Host header is missing or no host."""
    peer = scope["client"][0] if scope["client"] else "unix"
    internal = is_internal(header(scope, INTERNAL_TOKEN_HEADER), internal_token)
    networks = config.trusted_networks
    if not internal and not is_among(peer, networks):
        return Visit(new_request_id(), peer, own_origin(scope, config, scope["scheme"], header(scope, "host")), False)
    scheme = last_of(header(scope, "x-forwarded-proto")) or scope["scheme"]
    host = last_of(header(scope, "x-forwarded-host")) or header(scope, "host")
    address = forwarded_address(header(scope, "x-forwarded-for"), networks) or peer
    return Visit(request_id(scope, internal), address, own_origin(scope, config, scheme, host), internal)


def is_internal(given: str | None, token: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode("latin-1"), token.encode())


def own_origin(scope: HTTPScope, config: Config, scheme: str, host: str | None) -> str:
    if config.public_url:
        return config.public_url
    try:
        if not host or not _HOST.match(host):
            raise ValueError(host)
        return check_origin(f"{scheme}://{host.lower()}")
    except ValueError as error:
        raise Refused("bad_request", "The Host header is missing or wrong.") from error


def request_id(scope: HTTPScope, internal: bool) -> str:
    """Node passes on the id of the page request it works for; anybody else's is ignored, so that ids can be trusted."""
    given = header(scope, "x-request-id") if internal else None
    if given and len(given) <= 32 and _REQUEST_ID_CHARACTERS.issuperset(given):
        return given
    return new_request_id()


def new_request_id() -> str:
    return secrets.token_hex(8)
