"""Fetching a stranger's page: bounded in time and size, and never from where only this machine can go.

Invariants:
1. A host is resolved once for a request; all of its addresses are checked, and the connection goes to one of these very
   addresses. Nothing is resolved behind our back: the pool's own backend does it, and keeps no connection.
2. Every redirect is a new request with all of its checks.
3. Neither cookies nor anything else of ours is sent but the product's name.
"""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import httpcore

from hubbub.links.addresses import Network, is_allowed, read_address
from hubbub.links.targets import Target, read_target

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]

MAX_REDIRECTS: Final = 5
_TRIED: Final = 2
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class Unreachable(Exception):
    """It was not fetched: not allowed, not there, too slow, too large, or not what was asked for."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Who may be asked, and how much of an answer is read: `seconds` for all of one look, redirects included."""

    seconds: float
    ports: Collection[int]
    networks: Collection[Network] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with status 200. `whole` false: it was longer than what was asked for."""

    target: Target
    media_type: str
    charset: str
    body: bytes
    whole: bool
    headers: dict[str, str] = field(default_factory=dict)


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, as the system says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to what it has resolved and checked itself."""

    def __init__(self, resolve: Resolve, networks: Collection[Network]) -> None:
        self._resolve = resolve
        self._networks = networks
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises `Unreachable` where any address of the host is one we may not go to."""
        addresses = await self._find(host, port)
        for address in addresses[:_TRIED]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _find(self, host: str, port: int) -> list[str]:
        plain = read_address(host)
        try:
            names = [str(plain)] if plain is not None else await self._resolve(host, port)
        except OSError as error:
            raise Unreachable(f"{host} has no address") from error
        found = [read_address(name) for name in names]
        if not found or not all(address is not None and is_allowed(address, self._networks) for address in found):
            raise Unreachable(f"{host} is not to be asked")
        # The old kind first: a machine without the new one is more common than one without the old.
        return sorted(names, key=lambda name: ":" in name)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Unreachable("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Client:
    """`agent`: how it calls itself."""

    def __init__(self, bounds: Bounds, agent: str, resolve: Resolve = resolve) -> None:
        self._bounds = bounds
        self._agent = agent
        network = CheckedNetwork(resolve, bounds.networks)
        self._pool = httpcore.AsyncConnectionPool(network_backend=network, max_keepalive_connections=0, retries=0)

    async def close(self) -> None:
        await self._pool.aclose()

    def read_target(self, url: str) -> Target:
        """Raises `Unreachable`."""
        try:
            return read_target(url, self._bounds.ports)
        except (ValueError, UnicodeError) as error:
            raise Unreachable(f"not to be fetched: {error}") from error

    async def fetch(
        self,
        url: str,
        *,
        most: int,
        accept: str,
        kinds: Collection[str],
        until: bytes | None = None,
        check: Callable[[Target], Awaitable[None]] | None = None,
    ) -> Fetched:
        """The first `most` bytes of what is there, or as far as `until`, if its media type begins with one of `kinds`.
        `check` is asked before each request. Raises `Unreachable`, and as `check`."""
        try:
            async with asyncio.timeout(self._bounds.seconds):
                return await self._follow(url, most, accept, kinds, until, check)
        except TimeoutError as error:
            raise Unreachable("too slow") from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise Unreachable(f"no answer: {error!r}") from error
        except (httpcore.UnsupportedProtocol, OSError, ValueError, UnicodeError) as error:
            raise Unreachable(f"no page: {error!r}") from error

    async def _follow(
        self,
        url: str,
        most: int,
        accept: str,
        kinds: Collection[str],
        until: bytes | None,
        check: Callable[[Target], Awaitable[None]] | None,
    ) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            target = self.read_target(url)
            if check is not None:
                await check(target)
            headers = [("User-Agent", self._agent), ("Accept", accept), ("Accept-Encoding", "gzip")]
            async with self._pool.stream("GET", target.url, headers=headers) as answer:
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
                if answer.status in _MOVED and "location" in told:
                    url = target.join(told["location"])
                    continue
                if answer.status != 200:
                    raise Unreachable(f"status {answer.status}")
                media_type, charset = read_type(told.get("content-type", ""))
                if not any(media_type.startswith(kind) for kind in kinds):
                    raise Unreachable(f"a {media_type}")
                body, whole = await read_body(answer, told.get("content-encoding", ""), most, until)
                return Fetched(target, media_type, charset, body, whole, told)
        raise Unreachable("led around")


def read_type(value: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type, both in lower case, "" where it says none."""
    media_type, _, parameters = value[:500].lower().partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, said = parameter.partition("=")
        if name.strip() == "charset":
            charset = said.strip().strip("\"'")
    return media_type.strip(), charset


async def read_body(
    answer: httpcore.Response, encoding: str, most: int, until: bytes | None = None
) -> tuple[bytes, bool]:
    """At most `most` bytes, unpacked, and whether that is all. Raises `Unreachable` where it is packed otherwise."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Unreachable(f"packed as {encoding}")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding.endswith("gzip") else None
    body = bytearray()
    async for piece in answer.aiter_stream():
        before = len(body)
        try:
            body += unpack.decompress(piece, most - before + 1) if unpack is not None else piece[: most - before + 1]
        except zlib.error as error:
            raise Unreachable("badly packed") from error
        if len(body) > most:
            return bytes(body[:most]), False
        if until is not None and until in body[max(0, before - len(until)) :].lower():
            break
    return bytes(body), True
