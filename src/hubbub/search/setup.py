"""Putting the parts together, for the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from hubbub.config import Search
from hubbub.search.bulk import Bulk
from hubbub.search.client import Client
from hubbub.search.copier import Copier, Feed
from hubbub.search.finder import Finder
from hubbub.search.indexer import Follower, Following, Progress
from hubbub.search.template import Indices, Names


@dataclass(slots=True)
class SearchServer:
    """What a process has for its search server."""

    client: Client
    indices: Indices
    bulk: Bulk
    follower: Follower
    finder: Finder

    def sizes(self) -> dict[str, int]:
        """How far the copy is behind, and how writing it goes."""
        tally, progress = self.bulk.tally, self.follower.progress
        return {
            "search_behind": self.follower.behind,
            "search_leads": int(progress.leads),
            "search_trouble": int(progress.trouble is not None),
            "search_written": tally.written,
            "search_refused": tally.lost,
            "search_waits": tally.waits,
        }


def make_search_server(
    settings: Search,
    feed: Feed,
    following: Following,
    epoch: str,
    clock: Callable[[], int],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    rng: Random | None = None,
) -> SearchServer:
    """Made on the running loop; `follower.start` begins, `follower.stop` ends it all. Raises `ConfigError`."""
    rng = rng or Random()
    client = Client(settings)
    names = Names(settings.prefix)
    indices = Indices(client, names)
    progress = Progress()
    bulk = make_bulk(client, settings, sleep, rng)
    copier = Copier(feed, names, bulk, limit=settings.bulk_events)
    follower = Follower(client, indices, copier, following, epoch, clock, progress=progress, sleep=sleep, rng=rng)
    bulk.on_trouble = follower.tell
    bulk.before_again = follower.look_while_waiting
    return SearchServer(client, indices, bulk, follower, Finder(client, names, progress, alone=not settings.embedded))


def make_bulk(client: Client, settings: Search, sleep: Callable[[float], Awaitable[None]], rng: Random) -> Bulk:
    return Bulk(client, most_bytes=settings.bulk_bytes, seconds=settings.bulk_seconds, sleep=sleep, rng=rng)
