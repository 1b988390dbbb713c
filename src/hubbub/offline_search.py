"""What the command line does with the search server, beside a running server or without one. Part of the composition
root; like main.py it loads the driver only where it is used."""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from hubbub.config import Config
from hubbub.errors import ConfigError, StoreError
from hubbub.protocol.archive import ArchivedEvent
from hubbub.store.engine import DATABASE, DirectoryLock
from hubbub.store.feed import Feed
from hubbub.store.migrate import check_revision
from hubbub.store.whole_log import WholeLog

if TYPE_CHECKING:
    from hubbub.search.archive import SearchArchive
    from hubbub.search.client import Client
    from hubbub.search.proof import Proof
    from hubbub.search.reindex import Reindexing, Wishes
    from hubbub.search.template import Indices

REINDEX_LOCK: Final = "reindex.lock"
# Seconds between two looks at how far the copy is, and until a copy that does not get on is taken as it is.
LOOK: Final = 0.2
PATIENCE: Final = 30.0

Progress = Callable[[int, int], None]


def reindex(config: Config, progress: Progress, wishes: Wishes | None = None) -> int:
    """A new copy beside the old one; its generation. Raises `ConfigError`, `StoreError`, and what the client does."""
    from hubbub.search.reindex import HANDOVER, NO_WISHES

    handover = HANDOVER if _is_served(config.data) else 0
    return asyncio.run(_reindex(config, progress, lambda one: one.run(wishes or NO_WISHES, handover=handover)))


def adopt(config: Config) -> int:
    """Readers see the newest whole copy again; its generation. Raises as `reindex`."""
    return asyncio.run(_reindex(config, lambda done, total: None, lambda one: one.adopt()))


def prove_copy(config: Config, progress: Progress) -> Proof:
    """Hold all of the log, archived or not, against all that is on the search server. Raises as `reindex`, and
    `archive_unavailable`."""
    return asyncio.run(_prove(config, progress))


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
    """What answers, how far its copy is, and what is odd about it. Raises as `reindex`."""
    from hubbub.search.indexer import mark_of, read_refused

    async with _open(config) as opened:
        kind, feed = await opened.client.detect(), opened.feed
        generations = await opened.indices.find_generations()
        generation = await opened.indices.find_current()
        state = await opened.indices.fetch_state(generation)
        if state and state.get("epoch") != feed.epoch:
            return f"{kind.engine} {kind.version} has a copy of another database: set another search.prefix."
        behind = feed.read(mark_of(state), 1)
        left = behind.behind + len(behind.events)
        told = f"{kind.engine} {kind.version} (analysers {', '.join(kind.analysers)}), generation {generation}: "
        if refused := read_refused(state):
            told += f"{refused} documents were refused for ever (the server's log names them: document_refused), "
        if unread := sorted(number for number, read in generations.items() if not read):
            told += f"generation {unread[-1]} is being made, or was left unfinished (then run `hubbub reindex` again), "
        return told + ("its copy is complete." if left == 0 else f"its copy lacks about {left} events.")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Nobody else makes a new copy of this database meanwhile: of two, each would remove the other's."""
    try:
        file = (directory / REINDEX_LOCK).open("ab")
    except OSError as error:
        raise StoreError(f"{directory} cannot be used as the data folder: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                f"Another `hubbub reindex` is at work on {directory}: wait until it is done, or end it."
            ) from error
        yield  # the system lets go of it when the file is closed, or the process ends


@dataclass(frozen=True, slots=True)
class _Opened:
    client: Client
    indices: Indices
    feed: Feed
    archive: SearchArchive


async def _reindex(config: Config, progress: Progress, work: Callable[[Reindexing], Awaitable[int]]) -> int:
    async with _open(config) as opened:
        with _alone(config.data):
            return await _reindex_alone(config, opened, progress, work)


async def _reindex_alone(
    config: Config, opened: _Opened, progress: Progress, work: Callable[[Reindexing], Awaitable[int]]
) -> int:
    from hubbub.search.copier import Copier
    from hubbub.search.reindex import Reindexing
    from hubbub.search.setup import make_bulk

    bulk = make_bulk(opened.client, config.search, asyncio.sleep, Random())
    copier = Copier(Feed(config.data), opened.indices.names, bulk, limit=config.search.bulk_events)
    log = open_whole_log(config.data, opened.archive)
    try:
        await opened.client.detect()  # else it would wait for a server that is not there
        indices, epoch = opened.indices, opened.feed.epoch
        return await work(Reindexing(indices, copier, bulk, log, epoch, sleep=asyncio.sleep, progress=progress))
    finally:
        log.close()
        await copier.close()


async def _prove(config: Config, progress: Progress) -> Proof:
    from hubbub.search.indexer import mark_of
    from hubbub.search.proof import Proving

    async with _open(config) as opened:
        generation = await opened.indices.find_current()

        async def settle() -> None:
            """Returns when the copy has what the log has at this moment, or gets no further."""
            first = opened.feed.read(None, 1)
            head = first.position + first.behind
            reached, deadline = 0, time.monotonic() + PATIENCE
            while reached < head and time.monotonic() < deadline:
                place = opened.feed.locate(mark_of(await opened.indices.fetch_state(generation)))
                if place > reached:
                    reached, deadline = place, time.monotonic() + PATIENCE
                if reached < head:
                    await asyncio.sleep(LOOK)

        served = _is_served(config.data)
        if served:
            await settle()
        log = open_whole_log(config.data, opened.archive)
        try:
            proving = Proving(
                opened.client,
                log,
                opened.indices.names,
                generation,
                settle=settle if served else None,
                progress=progress,
            )
            return await proving.run()  # what of the archive is not as it was noted `verify` tells
        finally:
            log.close()


def open_whole_log(directory: Path, archive: SearchArchive) -> WholeLog:
    """Made on the running loop, read on other threads. Raises `StoreError`."""
    loop = asyncio.get_running_loop()

    def fetch_range(stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        return asyncio.run_coroutine_threadsafe(archive.fetch_range(stream, after, upto), loop).result()

    return WholeLog(directory, fetch_range)


def _is_served(directory: Path) -> bool:
    try:
        DirectoryLock(directory).release()
    except StoreError:
        return True
    return False


@asynccontextmanager
async def _open(config: Config) -> AsyncIterator[_Opened]:
    if not config.search.urls:
        raise ConfigError("No search server is set (search.urls)")
    from hubbub.search.archive import open_archive
    from hubbub.search.client import Client
    from hubbub.search.template import Indices, Names

    database = config.data / DATABASE
    if not database.is_file():
        raise StoreError(f"{config.data} holds no {DATABASE}.")
    check_revision(database)
    archive = open_archive(config.search)
    assert archive is not None
    feed = Feed(config.data)
    client = Client(config.search)
    try:
        yield _Opened(client, Indices(client, Names(config.search.prefix)), feed, archive)
    finally:
        await client.close()
        await archive.close()
        feed.close()
