"""A store whose log a real search server has, and its archive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from hubbub.errors import Refused
from hubbub.protocol.archive import Archive, ArchivedEvent
from hubbub.search.archive import SearchArchive
from hubbub.search.bulk import Operation
from hubbub.search.client import Client
from hubbub.search.documents import make_operations
from hubbub.search.setup import SearchServer
from hubbub.store.archiver import Archiver, Keep, Moved
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.feed import Feed
from hubbub.store.limits import StoreLimits
from hubbub.store.verify import Report, verify
from tests.support.search_servers import SearchServer as Node
from tests.support.search_world import SearchWorld, until
from tests.support.store_world import World

# So little stays that small logs have something to archive.
LITTLE: Final = Keep(events=3, lines=2, messages=2, range=1, patience=())
FAR: Final = 2**62

T = TypeVar("T")


@dataclass(slots=True)
class Switch:
    """The archive, until it is switched off: then it does not answer. `calls` counts; after `ends_after` it is off.
    `between` happens before each answer, and behind it before whoever asked has it."""

    archive: Archive
    off: bool = False
    calls: int = 0
    ends_after: int | None = None
    between: Callable[[], Awaitable[None]] | None = None

    async def _ask(self, ask: Callable[[Archive], Awaitable[T]]) -> T:
        self.calls += 1
        if self.between is not None:
            await self.between()
        if self.off or (self.ends_after is not None and self.calls > self.ends_after):
            raise Refused("archive_unavailable")
        answer = await ask(self.archive)
        if self.between is not None:
            await self.between()
        return answer

    async def fetch_events(self, stream: str, seqs: Collection[int]) -> Sequence[ArchivedEvent]:
        return await self._ask(lambda archive: archive.fetch_events(stream, seqs))

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        return await self._ask(lambda archive: archive.fetch_range(stream, after, upto))

    async def fetch_about(self, places: Collection[tuple[str, int]]) -> Mapping[str, Sequence[ArchivedEvent]]:
        return await self._ask(lambda archive: archive.fetch_about(places))

    async def fetch_versions(self, channel: str, numbers: Collection[int]) -> Mapping[int, int]:
        return await self._ask(lambda archive: archive.fetch_versions(channel, numbers))

    async def is_settled(self) -> bool:
        return await self._ask(lambda archive: archive.is_settled())

    async def refresh(self) -> None:
        await self._ask(lambda archive: archive.refresh())


@dataclass(slots=True)
class ArchiveWorld:
    """`search` follows the log of `world`."""

    world: World
    copied: SearchWorld
    search: SearchServer
    switch: Switch

    @property
    def archiver(self) -> Archiver:
        archiver = self.world.store.archiver
        assert archiver is not None
        return archiver

    async def archive(self) -> Moved:
        """Everything that may go, once it is copied."""
        await self.copied.caught_up(self.search)
        await self.marked()
        return await self.archiver.archive(FAR)

    async def marked(self) -> None:
        """Returns when the follower has noted how far it is."""
        last = max(self.rows("SELECT rowid, stream, seq FROM events ORDER BY rowid DESC LIMIT 1"))
        wanted = f'"stream":"{last[1]}","seq":{last[2]}'
        await until(lambda: wanted in str(self.rows("SELECT value FROM meta WHERE name = 'follower:search'")))

    def operations(self) -> list[Operation]:
        """Everything that would be written for the rows there are now, in their order."""
        with closing(Feed(self.world.directory)) as feed:
            return make_operations(feed.read(None, 10_000), self.copied.names, 1)

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        connection = open_reader(self.world.directory / DATABASE)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def count_rows(self, stream: str) -> int:
        (found,) = self.rows("SELECT count(*) FROM events WHERE stream = ?", stream)
        return int(str(found[0]))

    async def verify(self) -> Report:
        loop = asyncio.get_running_loop()

        def fetch_range(stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
            return asyncio.run_coroutine_threadsafe(self.switch.archive.fetch_range(stream, after, upto), loop).result()

        await self.switch.archive.refresh()
        return await asyncio.to_thread(verify, self.world.directory, None, fetch_range)


@asynccontextmanager
async def open_archive_world(
    directory: Path, node: Node, prefix: str, keep: Keep | None = LITTLE
) -> AsyncIterator[ArchiveWorld]:
    """Ends with a look at whether log and archive together are whole."""
    world = World(directory, StoreLimits())
    copied = SearchWorld(world, node, prefix)
    archive = SearchArchive(Client(copied.settings), copied.names, 10, 30)
    switch = Switch(archive)
    world.archive, world.keep = switch, keep
    await world.open()
    try:
        async with copied.follow() as search:
            archived = ArchiveWorld(world, copied, search, switch)
            yield archived
            await copied.caught_up(search)
            report = await archived.verify()
            assert report.ok, report.problems
    finally:
        await archive.close()
        await world.store.close()
