"""Giving the room of archived events back to the file system.

A database made by this version gives back page by page (`auto_vacuum`, migrate.py; archiver.py does it). An older one
fills its free pages with what comes, until it is written anew once, which takes a stop.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from hubbub.errors import StoreError

INCREMENTAL: Final = 2


def make_small(path: Path) -> None:
    """A database of an older version cannot give single pages back: once, all of it is written anew.

    Nobody else may have it open. Raises `StoreError`.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != INCREMENTAL:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("VACUUM")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be made smaller: {error}") from error
