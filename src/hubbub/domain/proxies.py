"""What proxies in front of us say of a visitor, and how far to believe it.

Only the peers named as trusted are honest: each of them appends the address it saw to `X-Forwarded-For`, so that the
list is read from its end, up to the first address that is no trusted proxy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from hubbub.config import Network


def is_among(address: str, networks: Iterable[Network]) -> bool:
    """An IPv4 peer of a socket that listens on both (`::ffff:10.0.0.1`, RFC 4291, section 2.5.5.2) is its IPv4 self."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks if network.version == parsed.version)


def forwarded_address(value: str | None, networks: Iterable[Network]) -> str | None:
    """The nearest hop that is no trusted proxy: each one appends the peer it saw, and only trusted ones are honest."""
    hops = [hop.strip() for hop in (value or "").split(",") if hop.strip()]
    networks = tuple(networks)
    for hop in reversed(hops):
        if not is_among(hop, networks):
            return hop if is_address(hop) else None
    return hops[0] if hops else None


def is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def last_of(value: str | None) -> str | None:
    return value.rsplit(",", 1)[-1].strip() if value else None
