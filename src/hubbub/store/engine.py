"""Opening SQLite as the store needs it: durable, one writer, many readers, nothing deleted left behind."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Final

from hubbub.errors import StoreError

DATABASE: Final = "hubbub.db"
LOCK: Final = "hubbub.lock"
# Milliseconds.
BUSY_TIMEOUT: Final = 5000

# Every commit is on the disk before it is acknowledged (FULL). A post writes about six pages of 4 KiB to the
# write-ahead log, so the default checkpoint every 1000 pages would come every 170 posts.
_WRITER: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA wal_autocheckpoint = 4096",
)
# Readers keep little of their own: the system's page cache has the rest, once for all of them.
READER: Final = (
    "PRAGMA query_only = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA cache_size = -1024",
    "PRAGMA temp_store = MEMORY",
)


def open_writer(path: Path) -> sqlite3.Connection:
    """The connection the writer's thread will own, in autocommit mode (transactions are spelled out)."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in _WRITER:
        connection.execute(pragma)
    return connection


def reader_uri(path: Path) -> str:
    return path.absolute().as_uri() + "?mode=ro"


def open_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection of one's own; raises `StoreError` when there is no database."""
    try:
        connection = sqlite3.connect(reader_uri(path), uri=True, isolation_level=None, check_same_thread=False)
        for pragma in READER:
            connection.execute(pragma)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened: {error}") from error
    return connection


class DirectoryLock:
    """Holds a data directory for this process alone. The system lets go of it when the process ends, in any way."""

    def __init__(self, directory: Path) -> None:
        """Makes the directory when absent. Raises `StoreError` when that cannot be, or another process holds it."""
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = (directory / LOCK).open("ab")
        except OSError as error:
            raise StoreError(f"{directory} cannot be used as the data folder: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise StoreError(f"{directory} is in use by another Hubbub process.") from error

    def release(self) -> None:
        self._file.close()


def create_private(path: Path) -> None:
    """Make the file, readable by its owner alone, before SQLite would make it readable by all."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
