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

from hubbub.config import Search, load_config
from hubbub.search.bulk import Bulk
from hubbub.search.client import Client
from hubbub.search.proof import Proof, prove
from hubbub.search.setup import SearchServer, make_search_server
from hubbub.search.template import Indices, Names
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from hubbub.store.following import Following
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
        client, feed = Client(self.settings), Feed(self.world.directory)
        try:
            return await prove(client, feed, self.names, generation)
        finally:
            feed.close()
            await client.close()

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
