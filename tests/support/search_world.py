"""A store with people in it, and a follower that copies it into a real search server."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from hubbub.config import Config, Search, load_config
from hubbub.offline_search import open_whole_log
from hubbub.search.archive import SearchArchive
from hubbub.search.bulk import Bulk
from hubbub.search.client import Client
from hubbub.search.copier import Copier
from hubbub.search.proof import Proof, Proving
from hubbub.search.reindex import NO_WISHES, Reindexing, Wishes
from hubbub.search.setup import SearchServer, make_search_server
from hubbub.search.template import Indices, Names
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from hubbub.store.following import Following
from hubbub.store.whole_log import WholeLog
from tests.support.search_servers import USER
from tests.support.search_servers import SearchServer as Node
from tests.support.store_world import World, open_world

DEADLINE: Final = 60.0


@dataclass(slots=True)
class SearchWorld:
    """`world` is the store; `naps` are the seconds the follower wanted to wait."""

    world: World
    node: Node
    prefix: str
    bulk_bytes: int = 4 << 20
    naps: list[float] = field(default_factory=list)

    @property
    def names(self) -> Names:
        return Names(self.prefix)

    @property
    def settings(self) -> Search:
        given: dict[str, object] = {
            # No other engine answers instead: the copy is tried, as it is.
            "search.embedded": False,
            "search.urls": [self.node.url],
            "search.prefix": self.prefix,
            "search.bulk_bytes": self.bulk_bytes,
            "search.username": USER if self.node.password else None,
            "search.password": self.node.password,
        }
        return load_config(given, {}).search

    async def nap(self, seconds: float) -> None:
        """Waits hardly at all, and notes how long it should have been."""
        self.naps.append(seconds)
        await asyncio.sleep(min(seconds, 0.02))

    @asynccontextmanager
    async def follow(self, holder: str = "one") -> AsyncIterator[SearchServer]:
        """A follower, until the block ends."""
        store = self.world.store
        search = make_search_server(
            self.settings,
            Feed(self.world.directory),
            Following(store.writer, "search", holder),
            store.epoch,
            self.world.clock,
            sleep=self.nap,
            rng=Random(1),
        )
        search.follower.start()
        try:
            yield search
        finally:
            await search.follower.stop()

    async def caught_up(self, search: SearchServer) -> None:
        """Returns when the server has all of the log."""
        with closing(sqlite3.connect(self.world.directory / DATABASE)) as connection:
            end: int = connection.execute("SELECT max(rowid) FROM events").fetchone()[0]
        await until(lambda: search.follower.position >= end, lambda: f"{search.sizes()} {search.follower.progress}")

    async def prove(self, generation: int = 1) -> Proof:
        async with self.client() as client, self.whole_log() as log:
            return await Proving(client, log, self.names, generation).run()

    @asynccontextmanager
    async def whole_log(self) -> AsyncIterator[WholeLog]:
        archive = SearchArchive(Client(self.settings), self.names, 10, 30)
        log = open_whole_log(self.world.directory, archive)
        try:
            yield log
        finally:
            log.close()
            await archive.close()

    @asynccontextmanager
    async def reindexing(self, told: list[int] | None = None) -> AsyncIterator[Reindexing]:
        """`told`: how far it said it had come."""
        told = told if told is not None else []
        async with self.bulk() as bulk, self.indices() as indices, self.whole_log() as log:
            copier = Copier(Feed(self.world.directory), self.names, bulk, limit=10)
            try:
                yield Reindexing(
                    indices,
                    copier,
                    bulk,
                    log,
                    self.world.store.epoch,
                    sleep=self.nap,
                    progress=lambda done, total: told.append(done),
                )
            finally:
                await copier.close()

    async def reindex(self, wishes: Wishes = NO_WISHES, *, handover: float = 0.0) -> int:
        """The new generation."""
        async with self.reindexing() as reindexing:
            return await reindexing.run(wishes, handover=handover)

    @property
    def config(self) -> Config:
        """For what the command line does."""
        given = {"data": self.world.directory, "search.urls": [self.node.url], "search.prefix": self.prefix}
        return load_config(given, {})

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        client = Client(self.settings)
        try:
            yield client
        finally:
            await client.close()

    @asynccontextmanager
    async def indices(self) -> AsyncIterator[Indices]:
        async with self.client() as client:
            yield Indices(client, self.names)

    @asynccontextmanager
    async def bulk(self, most_bytes: int | None = None) -> AsyncIterator[Bulk]:
        async with self.client() as client:
            yield Bulk(client, most_bytes=most_bytes or self.bulk_bytes, seconds=30, sleep=self.nap, rng=Random(1))

    def refresh(self) -> None:
        """What was copied before is found after."""
        with self.node.http() as http:
            http.post(f"/{self.prefix}-*/_refresh")

    def everything(self) -> str:
        """All that any index of this test holds, as text."""
        self.refresh()
        with self.node.http() as http:
            answer = http.post(f"/{self.prefix}-*/_search", json={"size": 10_000})
            return json.dumps(answer.json()["hits"]["hits"], ensure_ascii=False)

    def put_index_settings(self, settings: dict[str, Any]) -> None:
        with self.node.http() as http:
            answer = http.put(f"/{self.prefix}-messages-*,{self.prefix}-events-*/_settings", json=settings)
            assert answer.status_code == httpx.codes.OK, answer.text

    def put_cluster_settings(self, settings: dict[str, Any]) -> None:
        with self.node.http() as http:
            answer = http.put("/_cluster/settings", json={"persistent": settings})
            assert answer.status_code == httpx.codes.OK, answer.text


async def until(done: Callable[[], bool], tell: Callable[[], str] = str, *, seconds: float = DEADLINE) -> None:
    """Returns when it is done; fails with what `tell` says when that takes too long."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, tell()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def open_search_world(directory: Path, node: Node, prefix: str) -> AsyncIterator[SearchWorld]:
    async with open_world(directory) as world:
        yield SearchWorld(world, node, prefix)
