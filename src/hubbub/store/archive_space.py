"""Giving the room of archived events back to the file system.

A database made by this version gives back page by page (`auto_vacuum`, migrate.py; archiver.py does it). An older one
fills its free pages with what comes, until it is written anew once, which takes a stop.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from hubbub.errors import StoreError
from hubbub.store.engine import DATABASE, DirectoryLock
from hubbub.store.search_file import SEARCH, delete_search_file

INCREMENTAL: Final = 2
_ROWS: Final = "SELECT min(rowid), max(rowid), count(*) FROM events"


def make_small(directory: Path) -> bool:
    """A database of an older version cannot give single pages back: once, all of it is written anew.

    False where it was not needed, or a server was faster in taking the folder. Raises `StoreError`.
    """
    try:
        lock = DirectoryLock(directory)
    except StoreError:
        return False
    path = directory / DATABASE
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            if connection.execute("PRAGMA auto_vacuum").fetchone()[0] == INCREMENTAL:
                return False
            rows = connection.execute(_ROWS).fetchone()
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("VACUUM")
            if connection.execute(_ROWS).fetchone() != rows:
                # SQLite may number rows anew; the embedded index knows its place by such a number.
                delete_search_file(directory / SEARCH)
            return True
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be made smaller: {error}") from error
    finally:
        lock.release()
