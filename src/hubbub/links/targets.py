"""An address (URL) taken apart before anything is asked of the network. Pure.

Invariant: what is asked for later is put together from the parts that were checked here, never from the text again: two
readers of one address may disagree about it, one may not.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from hubbub.links.addresses import read_address

MAX_URL: Final = 2000
PORTS: Final = {"http": 80, "https": 443}
# Names that only mean something within a network.
_INNER: Final = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "onion")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# A last part that is a number makes a browser, and many a resolver, read the whole as an IPv4 address.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """`host`: a name in ASCII or a plain IP address. `path`: with the query, ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        return self.origin + self.path

    def join(self, reference: str) -> str:
        """What a reference on this page means. Raises ValueError."""
        return urljoin(self.url, reference.strip())


def read_target(url: str, ports: Collection[int]) -> Target:
    """Raises ValueError: not http, no host that could be public, a user in it, another port, or too long."""
    if len(url) > MAX_URL or any(char.isspace() or ord(char) < 32 or char == "\\" for char in url):
        raise ValueError("no address")
    parts = urlsplit(url)
    if parts.scheme not in PORTS or "@" in parts.netloc or not parts.hostname:
        raise ValueError("no address of a page")
    port = parts.port or PORTS[parts.scheme]
    if port not in ports:
        raise ValueError(f"port {port}")
    path = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    return Target(parts.scheme, read_host(parts.hostname), port, path.replace("#", "%23"))


def read_host(host: str) -> str:
    """The host in its one spelling. Raises ValueError."""
    if (address := read_address(host)) is not None:
        return str(address)
    if len(host) > 253:
        raise ValueError("too long a name")
    name = host.encode("idna").decode().lower().removesuffix(".")
    if (address := read_address(name)) is not None:
        return str(address)
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise ValueError(f"no host: {name}")
    if len(labels) < 2 or any(name.endswith(f".{inner}") for inner in _INNER):
        raise ValueError(f"an inner name: {name}")
    return name
