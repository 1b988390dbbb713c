"""A search server in memory, and who copies the log into it: each of their delays is a step of its own.

A real follower copies when it likes, a real server shows a second later what it took; so what happens between the two
is hard to try. Here both wait until they are told. What is copied, its versions and the marks are the real ones
(feed.py, documents.py, following.py); real servers go through the same steps in test_archive_model.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from hubbub.protocol.archive import ArchivedEvent
from hubbub.protocol.feed import Mark
from hubbub.search.bulk import Operation
from hubbub.search.documents import make_operations
from hubbub.search.template import Names
from hubbub.store.feed import Feed
from hubbub.store.following import Following
from hubbub.store.limits import StoreLimits
from hubbub.store.verify import Report, verify
from tests.support.archive_model import Room, open_room
from tests.support.archive_world import LITTLE, Switch
from tests.support.store_world import World

NAMES: Final = Names("memory")
FOREVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Document:
    index: str
    version: int
    source: dict[str, Any]


@dataclass(slots=True)
class MemoryServer:
    """The port `Archive`. `written` by id; `seen` is what readings find: what was written up to the last refresh."""

    written: dict[str, Document] = field(default_factory=dict)
    seen: dict[str, Document] = field(default_factory=dict)

    def take(self, operations: Sequence[Operation]) -> None:
        """Each replaces what is there in an earlier version."""
        for operation in operations:
            target = msgspec.json.decode(operation.head)["index"]
            known = self.written.get(target["_id"])
            if known is None or known.version < target["version"]:
                source = msgspec.json.decode(operation.source)
                self.written[target["_id"]] = Document(target["_index"], target["version"], source)

    def show(self) -> None:
        self.seen = dict(self.written)

    def events(self, stream: str) -> list[ArchivedEvent]:
        return sorted(
            (
                ArchivedEvent(source["seq"], source.get("about"), source["body"].encode())
                for source in self.sources()
                if source.get("stream") == stream
            ),
            key=lambda event: event.seq,
        )

    def sources(self) -> list[dict[str, Any]]:
        return [document.source for document in self.seen.values()]

    def everything(self) -> str:
        """All it has, shown yet or not."""
        return msgspec.json.encode([document.source for document in self.written.values()]).decode()

    async def fetch_events(self, stream: str, seqs: Collection[int]) -> Sequence[ArchivedEvent]:
        return [event for event in self.events(stream) if event.seq in seqs]

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        return self.read_range(stream, after, upto)

    def read_range(self, stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        return [event for event in self.events(stream) if after < event.seq <= upto]

    async def fetch_about(self, places: Collection[tuple[str, int]]) -> Mapping[str, Sequence[ArchivedEvent]]:
        streams = {stream for stream, _ in places}
        return {stream: [one for one in self.events(stream) if (stream, one.about) in places] for stream in streams}

    async def fetch_versions(self, channel: str, numbers: Collection[int]) -> Mapping[int, int]:
        return {
            document.source["number"]: document.version
            for document in self.seen.values()
            if document.source.get("channel") == channel and document.source["number"] in numbers
        }

    async def is_settled(self) -> bool:
        return True

    async def refresh(self) -> None:
        self.show()


class Copying:
    """The follower, step by step. `mark`: how far it is, `saved`: how far the store knows it is."""

    def __init__(self, world: World, server: MemoryServer) -> None:
        self._world = world
        self._server = server
        self._feed = Feed(world.directory)
        self._following = Following(world.store.writer, "search", "one")
        self.mark: Mark | None = None
        self.saved: Mark | None = None

    async def begin(self) -> None:
        assert await self._following.claim(0, FOREVER) is not None

    def copy(self, limit: int = 1000, *, only: int | None = None) -> bool:
        """Copy so many events; with `only`, break off after so many documents. False when there are none."""
        piece = self._feed.read(self.mark, limit)
        operations = make_operations(piece, NAMES, 1)
        self._server.take(operations[:only])
        if only is None:
            self.mark = piece.mark
        return not piece.empty

    async def save(self) -> None:
        if self.mark is not None:
            assert await self._following.save(self.mark, 0, FOREVER)
            self.saved = self.mark

    async def catch_up(self) -> None:
        """Everything is copied, shown and noted."""
        while self.copy():
            pass
        self._server.show()
        await self.save()

    def close(self) -> None:
        self._feed.close()


class InMemory:
    """The transport (archive_model.py) step by step."""

    def __init__(self, world: World, server: MemoryServer, copying: Copying) -> None:
        self._world, self.server, self._copying = world, server, copying

    async def step(self, limit: int) -> None:
        self._copying.copy(limit)

    async def break_off(self, limit: int, only: int) -> None:
        self._copying.copy(limit, only=only)

    async def save(self) -> None:
        await self._copying.save()

    async def show(self) -> None:
        self.server.show()

    async def catch_up(self) -> None:
        await self._copying.catch_up()

    def everything(self) -> str:
        return self.server.everything()

    def messages(self) -> dict[tuple[str, int], tuple[bool, str]]:
        return messages_in([document.source for document in self.server.written.values()])

    async def verify(self) -> Report:
        return await asyncio.to_thread(verify, self._world.directory, None, self.server.read_range, search=True)


def messages_in(sources: list[dict[str, Any]]) -> dict[tuple[str, int], tuple[bool, str]]:
    return {
        (source["channel"], source["number"]): (source.get("deleted", False), source["line"].get("text", ""))
        for source in sources
        if "line" in source
    }


@asynccontextmanager
async def open_in_memory(directory: Path) -> AsyncIterator[Room]:
    """Ends with a look at what the embedded index has."""
    world, server = World(directory, StoreLimits()), MemoryServer()
    switch = Switch(server)
    world.archive, world.keep = switch, LITTLE
    await world.open()
    copying = Copying(world, server)
    try:
        await copying.begin()
        room = await open_room(world, switch)
        room.transport = InMemory(world, server, copying)
        yield room
        await copying.catch_up()
        assert await leaves_nothing_in_the_index(room)
    finally:
        copying.close()
        await world.store.close()


async def leaves_nothing_in_the_index(room: Room) -> bool:
    """The embedded index has no word of what was deleted or edited away, once it has caught up."""
    embedded = room.archiver.embedded
    assert embedded is not None
    await embedded.settle()
    living = {text for text in room.texts if text is not None}
    return {text for text in room.said if text in room.indexed()} <= living
