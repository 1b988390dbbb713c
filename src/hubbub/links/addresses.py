"""Which addresses of the network a stranger's link may lead this server to.

Invariant: an address is let through only because it is known to be an ordinary one of the public internet; whatever is
set aside for anything else, or carries an IPv4 address within it that somebody else would unpack, is not. The lists are
our own (IANA's special-purpose registries, RFC 6890), because what Python's `is_global` says changes with its version.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: where clouds answer with their secrets
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # to many, and reserved
    )
)
_ORDINARY_6: Final = ipaddress.IPv6Network("2000::/3")
_REFUSED_6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID, benchmarks …
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
# What ISATAP puts before an IPv4 address in the last 64 bits (RFC 5214).
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})


def is_public(address: Address) -> bool:
    """Whether it is an ordinary address of the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    # NAT64, mapped, compatible, site-local and unique local addresses lie outside of this one.
    if address not in _ORDINARY_6 or address.scope_id is not None:
        return False
    if any(address in network for network in _REFUSED_6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Whether it is public, or in one of the `networks` that the owner lets previews be fetched from."""
    return is_public(address) or any(address in network for network in networks if network.version == address.version)


def read_address(text: str) -> Address | None:
    """An address in its plain form; None for a name, or any other spelling of an address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None else address
