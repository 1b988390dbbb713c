"""What a browser's EventSource does (WHATWG HTML, section 9.2): reads events, keeps the last id, tells names apart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.support.client import PATIENCE, Json, Person, stream_of


@dataclass(slots=True)
class EventSource:
    """One connection. `events` holds every durable event in order of arrival."""

    response: httpx.Response
    welcome: Json = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    ephemera: list[Json] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    heartbeats: int = 0
    goodbye: Json = field(default_factory=dict)
    retry: int = 0
    ended: bool = False
    _told: int = -1
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def last_id(self) -> str:
        return self.ids[-1]

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Waits for events until the condition holds; TimeoutError, naming `what`, when it does not in time."""
        try:
            async with asyncio.timeout(PATIENCE), self._arrived:
                await self._arrived.wait_for(lambda: condition() or self.ended)
        except TimeoutError as error:
            error.add_note(f"waited for {what or condition}; last events: {self.events[-3:]}")
            raise
        assert condition(), f"ended before {what or condition}: {self.goodbye}"

    async def until_seq(self, channel: str, seq: int) -> None:
        """Waits until an event of the channel with this seq, or a later one, has arrived."""
        await self.until(lambda: max(self.seqs(channel), default=0) >= seq, f"seq {seq} of {channel}")

    async def until_id(self) -> str:
        """Waits until a cursor has come behind all events."""
        await self.until(lambda: self._told == len(self.events), "a cursor")
        return self.last_id

    def seqs(self, channel: str) -> list[int]:
        """The seqs of a channel's events in order of arrival."""
        return [event["seq"] for event in self.events if stream_of(event) == f"channel:{channel}"]

    async def read(self) -> None:
        """Section 9.2.6: lines to fields, an empty line dispatches."""
        name, data = "", ""
        try:
            async for line in self._lines():
                if line:
                    label, _, value = line.partition(":")
                    value = value.removeprefix(" ")
                    if label == "data":
                        data += value + "\n"
                    elif label == "event":
                        name = value
                    elif label == "id":
                        self.ids.append(value)
                        self._told = len(self.events)
                    elif label == "retry":
                        self.retry = int(value)
                    continue
                async with self._arrived:
                    if data:
                        self._dispatch(name or "message", data[:-1])
                    self._arrived.notify_all()
                name, data = "", ""
        except (httpx.TransportError, httpx.StreamClosed):
            pass
        async with self._arrived:
            self.ended = True
            self._arrived.notify_all()

    async def _lines(self) -> AsyncIterator[str]:
        """Section 9.2.5: only these end a line, unlike what Python takes for one."""
        rest = b""
        async for piece in self.response.aiter_raw():
            *lines, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
            for line in lines:
                yield line.decode()

    def _dispatch(self, name: str, data: str) -> None:
        if name == "heartbeat":
            assert data == ""
            self.heartbeats += 1
        elif name == "close":
            self.goodbye = json.loads(data)
        else:
            assert name == "message", name
            self._take(json.loads(data))

    def _take(self, frame: Json) -> None:
        match frame["type"]:
            case "hello":
                self.welcome = frame
            case "reset":
                self.resets.append(frame["stream"])
            case "typing" | "presence" | "receipts":
                self.ephemera.append(frame)
            case _:
                assert self.welcome, "hello comes first"
                self.events.append(frame)


async def fetch_cursor(person: Person, streams: Mapping[str, int], epoch: str) -> str:
    answer = await person.api("POST", "/events/cursor", {"streams": dict(streams), "epoch": epoch})
    return str(answer["cursor"])


@asynccontextmanager
async def open_events(
    person: Person, *, cursor: str | None = None, last_id: str | None = None
) -> AsyncIterator[EventSource]:
    """An event stream whose reader was greeted. `cursor` is in the address, `last_id` what the browser kept."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id is not None else {})
    query = {"cursor": cursor} if cursor is not None else {}
    async with person.http.stream("GET", "/api/events", params=query, headers=headers, timeout=None) as response:
        assert response.status_code == 200, await response.aread()
        source = EventSource(response)
        reader = asyncio.create_task(source.read())
        try:
            await source.until(lambda: bool(source.welcome), "hello")
            yield source
        finally:
            await response.aclose()
            await reader
