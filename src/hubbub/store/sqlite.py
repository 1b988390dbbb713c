"""The store on SQLite: opens a data directory and hands out the ports `Log`, `Channels` and `Accounts`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hubbub.errors import StoreError
from hubbub.store.accounts import SqliteAccounts
from hubbub.store.channels import SqliteChannels
from hubbub.store.engine import DATABASE, DirectoryLock, create_private, open_writer
from hubbub.store.limits import StoreLimits
from hubbub.store.log import SqliteLog
from hubbub.store.migrate import migrate_database
from hubbub.store.readers import Readers
from hubbub.store.writer import OnCommit, Writer


@dataclass(slots=True)
class Store:
    """An open data directory, locked until `close`."""

    log: SqliteLog
    channels: SqliteChannels
    accounts: SqliteAccounts
    epoch: str
    clock: Callable[[], int]
    writer: Writer
    _readers: Readers
    _lock: DirectoryLock

    async def close(self, drain: float = 5.0) -> None:
        """Refuse new intents (`shutting_down`), commit what is queued within `drain` seconds, checkpoint, unlock."""
        self.writer.refuse()
        try:
            await self._readers.close()
            await self.writer.close(drain)
        finally:
            self._lock.release()


async def open_store(
    directory: Path, *, on_commit: OnCommit, clock: Callable[[], int], limits: StoreLimits | None = None
) -> Store:
    """Open (and make, and migrate) the store in `directory` on the running loop.

    `on_commit` is called on the loop once a commit, with its batches, commits in order. `clock` gives milliseconds
    since 1970. Raises `StoreError`: locked by another server, newer than this program, damaged.
    """
    limits = limits or StoreLimits()
    lock = DirectoryLock(directory)
    try:
        connection, epoch = await asyncio.to_thread(_prepare, directory / DATABASE)
        readers = await Readers.open(directory / DATABASE, limits.readers)
    except BaseException:
        lock.release()
        raise
    writer = Writer(connection, limits, on_commit)
    return Store(
        log=SqliteLog(writer, readers, epoch),
        channels=SqliteChannels(readers, epoch),
        accounts=SqliteAccounts(writer, readers),
        epoch=epoch,
        clock=clock,
        writer=writer,
        _readers=readers,
        _lock=lock,
    )


def migrate(directory: Path) -> None:
    """Bring the database in `directory` to this program's schema (made when absent). Raises `StoreError`."""
    lock = DirectoryLock(directory)
    try:
        create_private(directory / DATABASE)
        migrate_database(directory / DATABASE)
    finally:
        lock.release()


def _prepare(path: Path) -> tuple[sqlite3.Connection, str]:
    create_private(path)
    migrate_database(path)
    try:
        connection = open_writer(path)
        epoch = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened: {error}") from error
    return connection, str(epoch)
