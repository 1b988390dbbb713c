"""The embedded search's own file beside the database: its tables, and opening it.

A file of its own, so that no post waits for the index and no commit is larger for it: SQLite has one writer a file. It
follows from the log alone and may be deleted at any time. What was made by another format, another way of taking texts
apart or for another log is made anew; nothing in here is ever migrated.

- `docs`: a message, not deleted, with its present text indexed. `id` is its time, so that walking through `found`
  backwards is walking from the newest, and a span of time is a span of ids.
- `texts`: its tokens, which FTS5 needs to take them out again (docs/decisions/search.md); `tags` are where (`+7`) and
  by whom (`#7`), as numbers of `names`. No token of a text begins with these signs.
- `found`: the index over `texts`. The ascii tokenizer with these signs takes our tokens as they are.
- `meta`: see `MADE` and search_index.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hubbub.domain.tokens import VERSION
from hubbub.store.engine import BUSY_TIMEOUT, create_private, reader_uri

SEARCH: Final = "search.db"
FORMAT: Final = 3
# Each id leaves room for so many messages in one millisecond (1 << SHIFT).
SHIFT: Final = 10

LINK, CODE, REACTION, EDITED = 1, 2, 4, 8
FILE, PHOTO, VIDEO, AUDIO, VOICE, LOCATION, MEETING, POLL = 16, 32, 64, 128, 256, 512, 1024, 2048
PARTS: Final = FILE | PHOTO | VIDEO | AUDIO | VOICE | LOCATION | MEETING | POLL

_TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY, ulid TEXT NOT NULL UNIQUE);
CREATE TABLE docs (
  id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, number INTEGER NOT NULL, author INTEGER NOT NULL,
  at INTEGER NOT NULL, seq INTEGER NOT NULL, flags INTEGER NOT NULL
);
CREATE UNIQUE INDEX docs_by_number ON docs (channel, number);
CREATE INDEX docs_flagged ON docs (id, flags) WHERE flags <> 0;
CREATE TABLE texts (id INTEGER PRIMARY KEY, words TEXT NOT NULL, tags TEXT NOT NULL);
CREATE VIRTUAL TABLE found USING fts5(
  words, tags, content = 'texts', content_rowid = 'id', tokenize = "ascii tokenchars '''+#'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(found, col);
"""
# VACUUM's copy goes to a temporary file (no temp_store): in memory it would take as much as all there is.
# The writer of this file may lose its last transactions with the power: it does them again. Large merges are ours
# (search_cleaning.py).
_WRITER: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -16384",
    "PRAGMA wal_autocheckpoint = 2048",
)
_READER: Final = (
    "PRAGMA query_only = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA cache_size = -8192",
    "PRAGMA temp_store = MEMORY",
)


def open_search_file(path: Path, epoch: str) -> sqlite3.Connection:
    """The connection that writes, in autocommit mode; makes the tables when they are not there or of another make."""
    create_private(path)
    connection = _open(path)
    try:
        if not _is_ours(connection, epoch):
            connection.close()
            delete_search_file(path)
            create_private(path)
            connection = _open(path)
            _make(connection, epoch)
    except BaseException:
        connection.close()
        raise
    return connection


def delete_search_file(path: Path) -> None:
    """With what SQLite keeps beside it. Nobody may have it open."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def open_search_reader(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(reader_uri(path), uri=True, isolation_level=None, check_same_thread=False)
    for pragma in _READER:
        connection.execute(pragma)
    return connection


def error_kind(error: Exception) -> int:
    """SQLite's primary result code; 0 for what did not come from SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def made_of(epoch: str) -> dict[str, str | int]:
    """What must be the same for a file to be of use."""
    return {"format": FORMAT, "tokens": VERSION, "epoch": epoch}


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _is_ours(connection: sqlite3.Connection, epoch: str) -> bool:
    try:
        for pragma in _WRITER:
            connection.execute(pragma)
        found = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('format', 'tokens', 'epoch')"))
    except sqlite3.DatabaseError as error:
        # Damaged, or not made yet. Anything else (no descriptor left, a lock) passes: what is there is worth keeping.
        if error_kind(error) in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        raise
    return found == made_of(epoch)


def _make(connection: sqlite3.Connection, epoch: str) -> None:
    for pragma in _WRITER:
        connection.execute(pragma)
    with transaction(connection):
        for statement in _TABLES.strip().split(";\n"):
            connection.execute(statement)
        made: dict[str, str | int] = {**made_of(epoch), "checkpoint": 0, "removed": 0}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", made.items())


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
