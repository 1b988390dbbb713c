"""What the command line does with the search server, beside a running server or without one. Part of the composition
root; like main.py it loads the driver only where it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING

from hubbub.config import Config
from hubbub.errors import ConfigError, StoreError
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from hubbub.store.migrate import check_revision

if TYPE_CHECKING:
    from hubbub.search.client import Client


async def reindex(config: Config, progress: Callable[[int, int], None]) -> int:
    """A new copy beside the old one; its generation. Raises `ConfigError`, `StoreError`, and what the client does."""
    from hubbub.search.copier import Copier
    from hubbub.search.reindex import Reindexing
    from hubbub.search.setup import make_bulk
    from hubbub.search.template import Indices, Names

    async with _open(config) as (client, feed):
        names = Names(config.search.prefix)
        bulk = make_bulk(client, config.search, asyncio.sleep, Random())
        copier = Copier(feed, names, bulk, limit=config.search.bulk_events)
        try:
            await client.detect()  # else it would wait for a server that is not there
            reindexing = Reindexing(
                client, Indices(client, names), copier, bulk, feed.epoch, sleep=asyncio.sleep, progress=progress
            )
            return await reindexing.run(archived=lambda: feed.archived)
        finally:
            await copier.close()


def diagnose_embedded(config: Config) -> str:
    """One line on how much of the log the embedded index has. Raises `StoreError`."""
    from hubbub.store.search_filling import count_indexed

    indexed, messages = count_indexed(config.data)
    if indexed >= messages:
        return f"its index has all {messages} messages."
    told = f"its index has {indexed} of {messages} messages; "
    if config.search.urls:
        return told + "the server takes in the rest while it runs."
    return told + "what is in the archive is found again when search.urls says where that is."


async def diagnose_search(config: Config) -> str:
    """One line on what answers, and how far its copy is. Raises as `reindex`."""
    from hubbub.protocol.feed import Mark
    from hubbub.search.template import Indices, Names

    async with _open(config) as (client, feed):
        kind = await client.detect()
        indices = Indices(client, Names(config.search.prefix))
        generation = await indices.find_current()
        state = await indices.fetch_state(generation)
        if state and state.get("epoch") != feed.epoch:
            return f"{kind.engine} {kind.version} has a copy of another database: run `hubbub reindex`."
        mark = Mark(state["stream"], state["seq"]) if state.get("stream") else None
        behind = feed.read(mark, 1)
        left = behind.behind + len(behind.events)
        return f"{kind.engine} {kind.version} (analysers {', '.join(kind.analysers)}), generation {generation}: " + (
            "its copy is complete." if left == 0 else f"its copy lacks about {left} events."
        )


@asynccontextmanager
async def _open(config: Config) -> AsyncIterator[tuple[Client, Feed]]:
    if not config.search.urls:
        raise ConfigError("No search server is set (search.urls)")
    from hubbub.search.client import Client

    database = config.data / DATABASE
    if not database.is_file():
        raise StoreError(f"{config.data} holds no {DATABASE}.")
    check_revision(database)
    feed = Feed(config.data)
    client = Client(config.search)
    try:
        yield client, feed
    finally:
        await client.close()
        feed.close()
