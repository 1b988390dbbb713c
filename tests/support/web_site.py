"""A web site on a port of 127.0.0.1, whose pages a test writes; it notes what it was asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Handler: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Site:
    """`pages`: by path, a whole answer with its head, or what writes one."""

    port: int = 0
    pages: dict[str, bytes | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    talking: set[asyncio.Task[None] | None] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: bytes | str, kind: str = "text/html; charset=utf-8", *more: str) -> str:
        """The address of the new page."""
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = answer(content, kind, *more)
        return self.url + path

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talking.add(task := asyncio.current_task())
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # who asked has left
        finally:
            self.talking.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        self.asked.append(path)
        self.heads.append(head)
        page = self.pages.get(path, answer(b"", "text/plain", status="404 Not Found"))
        if isinstance(page, bytes):
            writer.write(page)
        else:
            await page(writer)
        await writer.drain()


def answer(body: bytes, kind: str, *more: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def moved(to: str) -> bytes:
    return answer(b"", "text/plain", f"Location: {to}", status="302 Found")


@contextlib.asynccontextmanager
async def open_site(port: int = 0) -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.talk, "127.0.0.1", port)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        talking = [task for task in site.talking if task is not None]
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
