"""A store, a search engine over it, and the service that people search with: what the search contract is tried on.

An engine is added to `ENGINES`; every test of tests/contract/test_search.py then runs on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from hubbub.domain.accounts import Session
from hubbub.domain.finding import Order
from hubbub.domain.roles import Role
from hubbub.protocol.search import SearchResult
from hubbub.service.ports import Search
from hubbub.service.search import SearchService
from hubbub.service.search_cursor import Seal
from tests.support.search_servers import SearchServers, new_prefix
from tests.support.search_world import open_search_world
from tests.support.store_world import World, open_world

Place: TypeAlias = tuple[str, int]
"""A channel and a message's number in it."""


@dataclass(slots=True)
class Searching:
    """`settle` returns when the engine has all that was committed; `seconds` is what a search may take."""

    world: World
    engine: Search
    settle: Callable[[], Awaitable[None]]
    seconds: float = 20
    seal: Seal = field(default_factory=Seal)

    async def search(
        self,
        user: str,
        q: str,
        *,
        order: Order = "newest",
        limit: int = 50,
        cursor: str | None = None,
        zone: str | None = None,
        settle: bool = True,
    ) -> SearchResult:
        """As `user` would search over HTTP."""
        if settle:
            await self.settle()
        world = self.world
        service = SearchService(
            [self.engine],
            world.store.readable,
            world.store.accounts,
            world.clock,
            page_size=50,
            seconds=self.seconds,
            seal=self.seal,
        )
        session = Session(b"", user, "", Role.MEMBER, 0)  # what one may read is looked up, not believed
        return await service.search(session, q, order=order, limit=limit, cursor=cursor, zone=zone)

    async def places(self, user: str, q: str, *, settle: bool = True) -> list[Place]:
        """What is found on all pages, the newest first."""
        result = await self.search(user, q, settle=settle)
        found = places_of(result)
        while result.cursor is not None:
            result = await self.search(user, q, cursor=result.cursor, settle=settle)
            found += places_of(result)
        return found

    async def numbers(self, user: str, q: str) -> list[int]:
        """The same, where one channel is enough, as a sorted list of numbers."""
        return sorted(number for _, number in await self.places(user, q))


def places_of(result: SearchResult) -> list[Place]:
    return [(hit.message.channel, hit.message.number) for hit in result.hits]


def marked(result: SearchResult, place: int = 0) -> str:
    """An excerpt with what was found in brackets."""
    return "".join(f"[{part.text}]" if part.hit else part.text for part in result.hits[place].excerpt)


@asynccontextmanager
async def open_embedded(directory: Path, _: pytest.FixtureRequest) -> AsyncIterator[Searching]:
    async with open_world(directory) as world:
        assert world.store.search is not None

        async def settled() -> None:
            """It waits by itself for what was committed before."""

        yield Searching(world, world.store.search, settled)


def open_copied(name: str) -> Open:
    """On the search server of that name: a follower copies the store into indices of the test's own."""

    @asynccontextmanager
    async def opened(directory: Path, request: pytest.FixtureRequest) -> AsyncIterator[Searching]:
        servers: SearchServers = request.getfixturevalue("search_servers")
        prefix = new_prefix()
        try:
            async with open_search_world(directory, servers.named(name), prefix) as copied, copied.follow() as search:
                refreshed = 0

                async def settled() -> None:
                    nonlocal refreshed
                    await copied.caught_up(search)
                    if search.follower.position != refreshed:
                        copied.refresh()
                    refreshed = search.follower.position

                yield Searching(copied.world, search.finder, settled)
        finally:
            servers.remove_indices(prefix)

    return opened


Open: TypeAlias = Callable[[Path, pytest.FixtureRequest], AbstractAsyncContextManager[Searching]]
ENGINES: Final[Mapping[str, Open]] = {
    "sqlite": open_embedded,
    "elasticsearch": open_copied("elasticsearch"),
    "opensearch": open_copied("opensearch"),
}
