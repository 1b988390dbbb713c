"""What was taken out of the embedded search's index goes from its file as well.

FTS5 only notes that a message was taken out: its words stay where they are until all that was ever written has been
merged into one piece. Even then, and in the other tables, pages keep copies of what was moved between them, which
`secure_delete` does not wipe (rest.py). So: merge, then VACUUM, which writes every page anew from what is there, then
empty the write-ahead log. All of it on the follower's own thread; a search that waits for the follower ends it, and it
is begun anew later.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from hubbub.store.engine import BUSY_TIMEOUT

# Pages of the index merged at once: some milliseconds.
_PAGES: Final = 16
# Of SQLite's virtual machine, between two looks at whether to stop.
_OPERATIONS: Final = 20_000


def is_unclean(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT value FROM meta WHERE name = 'removed'").fetchone()[0])


def clean(connection: sqlite3.Connection, interrupted: Callable[[], bool]) -> bool:
    """True when nothing of what was taken out before is left; False when interrupted, or a reader kept the log."""
    removed = connection.execute("SELECT value FROM meta WHERE name = 'removed'").fetchone()[0]
    if not _merge(connection, interrupted) or not _rewrite(connection, interrupted):
        return False
    connection.execute("UPDATE meta SET value = value - ? WHERE name = 'removed'", (removed,))
    return True


def _merge(connection: sqlite3.Connection, interrupted: Callable[[], bool]) -> bool:
    """Into one piece, as FTS5's documentation has it (section 6.8): begin with a negative number, go on until a merge
    changes nothing."""
    pages = -_PAGES
    while not interrupted():
        before = connection.total_changes
        connection.execute("INSERT INTO found (found, rank) VALUES ('merge', ?)", (pages,))
        if connection.total_changes - before < 2 and pages > 0:
            return True
        pages = _PAGES
    return False


def _rewrite(connection: sqlite3.Connection, interrupted: Callable[[], bool]) -> bool:
    # Where a reader keeps the log of an earlier rewriting, another would pile up behind it.
    if not _empty_log(connection):
        return False
    connection.set_progress_handler(interrupted, _OPERATIONS)
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    finally:
        connection.set_progress_handler(None, 0)
    return _empty_log(connection)


def _empty_log(connection: sqlite3.Connection) -> bool:
    """False while a reader needs it; does not wait for readers, because what was posted would wait to be found."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
