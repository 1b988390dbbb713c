"""Members of a Matrix server, as far as the bench needs them: HTTP/1.1 over one kept connection each (Client-Server API
v3). Answers are searched, not parsed, where many come."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from bench.build import BenchError

PASSWORD: Final = "correct horse battery staple"
NEXT: Final = re.compile(rb'"next_batch":"([^"]+)"')
FILTER: Final = quote('{"presence":{"types":[]},"room":{"timeline":{"limit":10},"state":{"lazy_load_members":true}}}')
ANSWER_LIMIT: Final = 1 << 22


@dataclass(slots=True)
class Member:
    """One account, logged in, over a connection of its own."""

    address: str
    token: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    since: str = ""

    async def ask(self, method: str, path: str, body: object = None) -> bytes:
        """The answer's body; raises `BenchError` for any status but 200."""
        data = json.dumps(body).encode() if body is not None else b""
        who = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.address}\r\n{who}"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        self.writer.write(head.encode() + data)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        text = await self._body(answer)
        if not answer.startswith(b"http/1.1 200 "):
            raise BenchError(f"{method} {path} was answered with {text[:300]!r}")
        return text

    async def _body(self, head: bytes) -> bytes:
        length = re.search(rb"content-length: (\d+)", head)
        if length is not None:
            return await self.reader.readexactly(int(length[1]))
        parts = []
        while size := int(await self.reader.readuntil(b"\r\n"), 16):  # chunked (RFC 9112 section 7.1)
            parts.append(await self.reader.readexactly(size))
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return b"".join(parts)

    async def sync(self, timeout_ms: int) -> bytes:
        """What is new since the last time; waits for it at most `timeout_ms`."""
        since = f"&since={self.since}" if self.since else ""
        text = await self.ask("GET", f"/_matrix/client/v3/sync?filter={FILTER}&timeout={timeout_ms}{since}")
        found = NEXT.search(text)
        if found is None:
            raise BenchError("A sync was answered without a next_batch.")
        self.since = found[1].decode()
        return text

    async def send(self, room: str, number: int, text: str) -> None:
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{number}"
        await self.ask("PUT", path, {"msgtype": "m.text", "body": text})

    def close(self) -> None:
        self.writer.close()


async def connect(address: str, token: str = "") -> Member:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=ANSWER_LIMIT)
    return Member(address, token, reader, writer)


async def wait_until_up(address: str, seconds: float) -> None:
    """Returns when the server answers; raises `BenchError` when it has not after `seconds`."""
    for _ in range(int(seconds * 5)):
        try:
            member = await connect(address)
            await member.ask("GET", "/_matrix/client/versions")
        except OSError:
            await asyncio.sleep(0.2)
        else:
            member.close()
            return
    raise BenchError(f"The server did not answer within {seconds:.0f} s.")


async def register(address: str, secret: str, name: str) -> Member:
    """A new account, by the admin's shared secret."""
    member = await connect(address)
    nonce = json.loads(await member.ask("GET", "/_synapse/admin/v1/register"))["nonce"]
    mac = hmac.new(secret.encode(), "\0".join((nonce, name, PASSWORD, "notadmin")).encode(), hashlib.sha1).hexdigest()
    wanted = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": False, "mac": mac}
    member.token = json.loads(await member.ask("POST", "/_synapse/admin/v1/register", wanted))["access_token"]
    return member
