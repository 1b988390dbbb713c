"""The store on SQLite: opens a data directory and hands out the ports `Log`, `Channels`, `Accounts` and `Search`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hubbub.errors import StoreError
from hubbub.protocol.archive import Archive
from hubbub.protocol.batch import Batch
from hubbub.store.accounts import SqliteAccounts
from hubbub.store.archive_horizon import EmbeddedIndex
from hubbub.store.archive_orders import Archivist
from hubbub.store.archiver import Archiver, Keep
from hubbub.store.channels import SqliteChannels
from hubbub.store.cold import Thaw
from hubbub.store.engine import DATABASE, DirectoryLock, create_private, open_writer
from hubbub.store.files import SqliteFiles
from hubbub.store.history import SqliteHistory
from hubbub.store.inbox import SqliteInbox
from hubbub.store.kept import SqliteKept
from hubbub.store.limits import StoreLimits
from hubbub.store.log import SqliteLog
from hubbub.store.migrate import migrate_database
from hubbub.store.readers import Readers
from hubbub.store.search_engine import SqliteSearch
from hubbub.store.search_file import SEARCH, delete_search_file
from hubbub.store.search_follower import SearchFollower
from hubbub.store.search_reads import SqliteReadable
from hubbub.store.wiping import Wiping
from hubbub.store.writer import OnCommit, Writer


@dataclass(slots=True)
class Store:
    """An open data directory, locked until `close`. `search` None: the embedded one is off."""

    log: SqliteLog
    channels: SqliteChannels
    accounts: SqliteAccounts
    files: SqliteFiles
    epoch: str
    clock: Callable[[], int]
    writer: Writer
    readable: SqliteReadable
    kept: SqliteKept
    inbox: SqliteInbox
    history: SqliteHistory
    search: SqliteSearch | None
    archiver: Archiver | None
    _follower: SearchFollower | None
    _readers: Readers
    _lock: DirectoryLock

    def make_archivist(self, older_than_days: int) -> Archivist | None:
        """Who archives beside everything else; None without an archive."""
        if self.archiver is None:
            return None
        return Archivist(self.archiver, self.writer, self._readers, self.clock, older_than_days=older_than_days)

    async def close(self, drain: float = 5.0) -> None:
        """Refuse new intents (`shutting_down`), commit what is queued within `drain` seconds, checkpoint, take it into
        the index within as many again, unlock."""
        self.writer.refuse()
        try:
            await self._readers.close()
            await self.writer.close(drain)
            if self.search is not None and self._follower is not None:
                await self.search.close()
                await self._follower.close(drain)
        finally:
            self._lock.release()


async def open_store(
    directory: Path,
    *,
    on_commit: OnCommit,
    clock: Callable[[], int],
    limits: StoreLimits | None = None,
    embedded_search: bool = True,
    archive: Archive | None = None,
    keep: Keep | None = None,
) -> Store:
    """Open (and make, and migrate) the store in `directory` on the running loop.

    `on_commit` is called on the loop once a commit, with its batches, commits in order. `clock` gives milliseconds
    since 1970. Without the embedded search its file is deleted: nobody would take deleted texts out of it. `archive`:
    where the events are that were archived; `keep`: which never are. Raises `StoreError`: locked by another server,
    newer than this program, damaged.
    """
    limits = limits or StoreLimits()
    lock = DirectoryLock(directory)
    try:
        connection, epoch = await asyncio.to_thread(_prepare, directory / DATABASE)
        if not embedded_search:
            delete_search_file(directory / SEARCH)
        readers = await Readers.open(directory / DATABASE, limits.readers)
    except BaseException:
        lock.release()
        raise
    follower = SearchFollower(directory, epoch, archive=archive) if embedded_search else None
    if follower is not None:
        on_commit = _noticed_by(follower, on_commit)
    writer = Writer(connection, limits, on_commit)
    thaw = Thaw(archive, Wiping(readers).wipe)
    readable = SqliteReadable(readers, thaw)
    embedded = EmbeddedIndex(directory, follower) if follower is not None else None
    return Store(
        log=SqliteLog(writer, readers, epoch, thaw),
        channels=SqliteChannels(readers, epoch, thaw),
        accounts=SqliteAccounts(writer, readers),
        files=SqliteFiles(writer, readers),
        epoch=epoch,
        clock=clock,
        writer=writer,
        readable=readable,
        kept=SqliteKept(readers, readable),
        inbox=SqliteInbox(readers),
        history=SqliteHistory(readers, thaw),
        search=SqliteSearch(directory, follower) if follower else None,
        archiver=Archiver(writer, readers, archive, clock, keep, embedded) if archive else None,
        _follower=follower,
        _readers=readers,
        _lock=lock,
    )


def _noticed_by(follower: SearchFollower, on_commit: OnCommit) -> OnCommit:
    def committed(batches: Sequence[Batch]) -> None:
        on_commit(batches)
        follower.notice(sum(len(batch.payloads) for batch in batches))

    return committed


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
