"""What a value is checked for beyond its type. A check returns the value in its one spelling or raises `ValueError`."""

from __future__ import annotations

import ipaddress
import re
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# Too long to be guessed, short enough for the head of a request.
TOKEN_CHARACTERS: Final = range(16, 257)


def check_origin(value: str) -> str:
    """`https://chat.example.org` in its one spelling (RFC 6454, section 6.2); raises `ValueError`."""
    parts = urlsplit(value.strip())
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise ValueError(value)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, default) else f":{parts.port}")


def check_networks(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each in its canonical spelling; raises `ValueError`."""
    return tuple(str(ipaddress.ip_network(value.strip())) for value in values)


def check_origins(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each as `check_origin` has it; raises `ValueError`."""
    return tuple(map(check_origin, values))


def check_storage(value: str) -> str:
    """`s3://bucket/prefix` in its one spelling; raises `ValueError`."""
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?", value.strip()):
        raise ValueError(value)
    return value.strip().rstrip("/")


def check_index_prefix(value: str) -> str:
    """What an index of Elasticsearch may begin with; raises `ValueError`."""
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", value):
        raise ValueError(value)
    return value


def check_one_worker(value: int) -> int:
    if value != 1:
        raise ValueError(value)
    return value


def check_host(value: str) -> str:
    """An address or a name alone; raises `ValueError` on a URL, a port behind it, or nothing."""
    host = value.strip()
    if not host or any(char.isspace() or char in "/@" for char in host):
        raise ValueError(value)
    if ":" in host:
        ipaddress.IPv6Address(host)
    return host


def check_token(value: str) -> str:
    """What fits behind `Authorization: Bearer` and is not soon guessed."""
    if len(value) not in TOKEN_CHARACTERS or not all("!" <= char <= "~" for char in value):
        raise ValueError
    return value


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name other than localhost is taken for reachable."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
