"""People as tests need them: an account with its HTTP client, and its socket, against a real server.

`Person` speaks HTTP with the session's cookie as a browser would; `SocketClient` says hello, matches answers with
commands by `id`, and keeps every durable event in the order it arrived.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Json: TypeAlias = dict[str, Any]

PASSWORD = "correct horse battery"
PATIENCE = 20.0  # seconds until a condition that should become true is given up on
COOKIES = ("session", "__Host-session")


@dataclass(slots=True)
class Person:
    """An account that is logged in. `http` carries its cookie."""

    id: str
    name: str
    http: httpx.AsyncClient
    origin: str

    @property
    def cookie(self) -> str:
        """The session as a `Cookie` header."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    @property
    def token(self) -> str:
        """The session as a Bearer token."""
        return next(value for name, value in self.http.cookies.items() if name in COOKIES)

    async def api(self, method: str, path: str, body: object = None) -> Json:
        """The JSON of `/api<path>`, {} for an empty answer; raises httpx.HTTPStatusError beyond 2xx and 3xx."""
        answer = await self.http.request(method, f"/api{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    async def snapshot(self, channel: str | None = None) -> Json:
        return await self.api("GET", "/snapshot" + (f"?channel={channel}" if channel else ""))

    async def create_channel(self, name: str, *, topic: str = "", private: bool = False) -> str:
        """The id of the new channel."""
        made = await self.api("POST", "/channels", {"name": name, "topic": topic, "private": private})
        return str(made["channel"]["id"] if isinstance(made.get("channel"), dict) else made["channel"])

    async def open_conversation(self, users: list[str]) -> str:
        """The id of the conversation with these people."""
        opened = await self.api("POST", "/conversations", {"users": users})
        return str(opened["channel"]["id"])

    async def post(self, channel: str, text: str, key: str | None = None) -> Json:
        body = {"text": text} | ({"key": key} if key else {})
        return await self.api("POST", f"/channels/{channel}/messages", body)

    async def react(self, channel: str, number: int, emoji: str) -> Json:
        return await self.api("PUT", f"/channels/{channel}/messages/{number}/reactions/{quote(emoji)}")

    async def join(self, channel: str) -> Json:
        return await self.api("PUT", f"/channels/{channel}/members/me")

    async def add(self, channel: str, user: str) -> Json:
        return await self.api("PUT", f"/channels/{channel}/members/{user}")

    async def remove(self, channel: str, user: str) -> Json:
        return await self.api("DELETE", f"/channels/{channel}/members/{user}")

    async def fetch_events(self, channel: str, after: int = 0) -> list[Json]:
        """The channel's whole log after `after`, page by page."""
        found: list[Json] = []
        while page := (await self.api("GET", f"/channels/{channel}/events?after={after}"))["events"]:
            found += page
            after = page[-1]["seq"]
        return found


def new_http(url: str) -> httpx.AsyncClient:
    """A client that looks like a page of the server's own and goes through no proxy."""
    # Reading all certificates there are takes longer than most requests; without TLS they are of no use.
    verify = url.startswith("https")
    return httpx.AsyncClient(base_url=url, headers={"Origin": url}, trust_env=False, timeout=PATIENCE, verify=verify)


async def register(url: str, name: str, password: str = PASSWORD) -> Person:
    """A new account, logged in; raises httpx.HTTPStatusError when refused."""
    http = new_http(url)
    credentials = {"name": name, "password": password}
    (await http.post("/api/accounts", json=credentials)).raise_for_status()
    return await _logged_in(http, url, credentials)


async def log_in(url: str, name: str, password: str = PASSWORD) -> Person:
    """An account that exists, with a new session."""
    return await _logged_in(new_http(url), url, {"name": name, "password": password})


async def _logged_in(http: httpx.AsyncClient, url: str, credentials: Mapping[str, str]) -> Person:
    if not any(name in COOKIES for name in http.cookies):
        (await http.post("/api/session", json=credentials)).raise_for_status()
    me = (await http.get("/api/me")).raise_for_status().json()
    return Person(me["id"], me["name"], http, url)


@dataclass(slots=True)
class SocketClient:
    """One socket. `events` holds every durable event in order of arrival, `resets` every stream that was reset,
    `ephemera` what has no seq."""

    connection: ClientConnection
    welcome: Json = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    ephemera: list[Json] = field(default_factory=list)
    failures: list[Json] = field(default_factory=list)
    closed: bool = False
    _answers: dict[int, asyncio.Future[Json]] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: itertools.count(1))
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def send(self, type: str, **fields: object) -> asyncio.Future[Json]:
        """Sends a command and returns at once; the future is its answer, `ok` or `error`."""
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self.connection.send(json.dumps({"type": type, "id": number, **fields}))
        return self._answers[number]

    async def command(self, type: str, **fields: object) -> Json:
        """Sends a command; its answer."""
        return await asyncio.wait_for(await self.send(type, **fields), PATIENCE)

    async def ok(self, type: str, **fields: object) -> Json:
        """Sends a command that has to succeed; its answer."""
        answer = await self.command(type, **fields)
        assert answer["type"] == "ok", answer
        return answer

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Waits for frames until the condition holds; TimeoutError, naming `what`, when it does not in time."""
        try:
            async with asyncio.timeout(PATIENCE), self._arrived:
                await self._arrived.wait_for(lambda: condition() or self.closed)
        except TimeoutError as error:
            error.add_note(f"waited for {what or condition}; last events: {self.events[-3:]}")
            raise
        assert condition(), f"closed with {self.connection.close_code} before {what or condition}"

    async def until_seq(self, channel: str, seq: int) -> None:
        """Waits until an event of the channel with this seq, or a later one, has arrived."""
        await self.until(lambda: max(self.seqs(channel), default=0) >= seq, f"seq {seq} of {channel}")

    def seqs(self, channel: str) -> list[int]:
        """The seqs of a channel's events in order of arrival."""
        return [event["seq"] for event in self.events if stream_of(event) == f"channel:{channel}"]

    async def close(self) -> None:
        await self.connection.close()

    async def read(self) -> None:
        """Takes every frame to where it belongs, until the connection ends."""
        try:
            async for frame in self.connection:
                async with self._arrived:
                    self._take(json.loads(frame))
                    self._arrived.notify_all()
        except ConnectionClosed:
            pass
        async with self._arrived:
            self.closed = True
            for answer in self._answers.values():
                answer.cancel()
            self._arrived.notify_all()

    def _take(self, frame: Json) -> None:
        match frame["type"]:
            case "hello":
                self.welcome = frame
            case "ok" | "error" if frame.get("id") in self._answers:
                answer = self._answers.pop(frame["id"])
                if not answer.done():
                    answer.set_result(frame)
            case "error":
                self.failures.append(frame)
            case "reset":
                self.resets.append(frame["stream"])
            case "typing" | "presence" | "receipts":
                self.ephemera.append(frame)
            case _:
                self.events.append(frame)


@asynccontextmanager
async def open_socket(
    person: Person, *, streams: Mapping[str, int] | None = None, epoch: str | None = None
) -> AsyncIterator[SocketClient]:
    """A socket that has said hello and was welcomed; `streams` are the positions to resume from."""
    url = person.origin.replace("http", "ws", 1) + "/socket"
    headers = {"Cookie": person.cookie}
    async with connect(url, origin=person.origin, additional_headers=headers, proxy=None, max_size=None) as connection:  # type: ignore[arg-type]
        client = SocketClient(connection)
        reader = asyncio.create_task(client.read())
        try:
            hello: Json = {"type": "hello", "streams": dict(streams or {})}
            await connection.send(json.dumps(hello | ({"epoch": epoch} if epoch else {})))
            await client.until(lambda: bool(client.welcome), "hello")
            yield client
        finally:
            await connection.close()
            await reader


def stream_of(event: Json) -> str:
    """The stream an event belongs to: a user's own events name the user by id alone."""
    return f"user:{event['user']}" if isinstance(event.get("user"), str) else f"channel:{event['channel']}"
