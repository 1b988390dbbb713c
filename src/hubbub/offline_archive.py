"""What the command line does with the archive: by itself, or by an order to the server that has the data folder.

Part of the composition root; the search server's driver is loaded only where it is used.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from hubbub.clock import MonotonicClock
from hubbub.config import Config
from hubbub.domain.ids import new_id
from hubbub.errors import ConfigError, StoreError
from hubbub.protocol.archive import ArchivedEvent
from hubbub.store.archive_orders import Order, Orders
from hubbub.store.archive_space import make_small
from hubbub.store.archiver import Moved
from hubbub.store.engine import DATABASE, DirectoryLock
from hubbub.store.sqlite import open_store
from hubbub.store.verify import Progress, Report, verify

# Seconds between two looks at how an order fares, and until a server that does not begin with one is given up.
LOOK: Final = 0.5
PATIENCE: Final = 60.0

Tell = Callable[[Moved], None]


def move(config: Config, before: int | None, tell: Tell) -> Moved:
    """Archive what is older than `before` (milliseconds since 1970); None: bring everything back.

    Raises `ConfigError`, `StoreError`, `archive_unavailable`.
    """
    if not config.search.urls:
        raise ConfigError("The archive is Elasticsearch or OpenSearch, and none is set (search.urls)")
    if not (config.data / DATABASE).is_file():
        raise StoreError(f"{config.data} holds no {DATABASE}.")
    if _is_served(config.data):
        return _order(config.data, before, tell)
    moved = asyncio.run(_move(config, before, tell))
    if moved.removed:
        make_small(config.data)
    return moved


def verify_with_archive(config: Config, progress: Progress, *, search: bool = False) -> Report:
    """`verify` of the log and the archive together. Raises as `verify`, and `archive_unavailable`."""
    return asyncio.run(_verify(config, progress, search))


def _is_served(directory: Path) -> bool:
    try:
        DirectoryLock(directory).release()
    except StoreError:
        return True
    return False


def _order(directory: Path, before: int | None, tell: Tell) -> Moved:
    orders = Orders(directory)
    try:
        order = Order(new_id(time.time_ns() // 1_000_000), before)
        orders.give(order)
        deadline = time.monotonic() + PATIENCE
        while (told := orders.fetch(order.id)) is None or not told.done:
            if told is not None:
                tell(told.moved)
            elif time.monotonic() > deadline:
                raise StoreError("The server does not begin; it carries the order out as soon as it can.")
            time.sleep(LOOK)
        if told.error is not None:
            raise StoreError(told.error)
        return told.moved
    finally:
        orders.close()


async def _move(config: Config, before: int | None, tell: Tell) -> Moved:
    from hubbub.search.archive import open_archive

    archive = open_archive(config.search)
    assert archive is not None
    try:
        store = await open_store(
            config.data,
            on_commit=lambda batches: None,
            clock=MonotonicClock(),
            embedded_search=config.search.embedded,
            archive=archive,
        )
        try:
            assert store.archiver is not None
            return await (store.archiver.restore(tell) if before is None else store.archiver.archive(before, tell))
        finally:
            await store.close()
    finally:
        await archive.close()


async def _verify(config: Config, progress: Progress, search: bool) -> Report:
    from hubbub.search.archive import open_archive

    archive = open_archive(config.search)
    if archive is None:
        raise ConfigError("The archive is Elasticsearch or OpenSearch, and none is set (search.urls)")
    loop = asyncio.get_running_loop()

    def fetch_range(stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        return asyncio.run_coroutine_threadsafe(archive.fetch_range(stream, after, upto), loop).result()

    try:
        await archive.refresh()
        return await asyncio.to_thread(verify, config.data, progress, fetch_range, search=search)
    finally:
        await archive.close()
