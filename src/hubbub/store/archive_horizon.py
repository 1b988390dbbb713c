"""How far the embedded index has come, for whoever removes rows that it must have read before.

Its file is not synced with each of its transactions: after a power failure it goes on from an older place, for which
the rows would be gone then. So what is counted is on the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from hubbub.errors import StoreError
from hubbub.store.engine import BUSY_TIMEOUT, DATABASE, open_reader
from hubbub.store.search_file import SEARCH
from hubbub.store.search_follower import SearchFollower
from hubbub.store.search_index import fetch_checkpoint, fetch_head

# Seconds that it has to catch up.
PATIENCE: Final = 5.0


class EmbeddedIndex:
    """`follower` keeps the index in `directory`."""

    def __init__(self, directory: Path, follower: SearchFollower) -> None:
        self._directory = directory
        self._follower = follower

    async def settle(self) -> int:
        """Up to this rowid it has taken in everything, and that is on the disk. Raises `StoreError`."""
        return await asyncio.to_thread(self._settle)

    def _settle(self) -> int:
        try:
            with closing(open_reader(self._directory / DATABASE)) as log:
                head = fetch_head(log)
            self._follower.wait_until(head, PATIENCE)
            # A connection of our own, which syncs the log with its commit, and with it all before. It makes no file.
            path = (self._directory / SEARCH).absolute().as_uri() + "?mode=rw"
            with closing(sqlite3.connect(path, uri=True, isolation_level=None)) as index:
                index.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
                index.execute("PRAGMA synchronous = FULL")
                index.execute("BEGIN IMMEDIATE")
                checkpoint = fetch_checkpoint(index)
                index.execute("UPDATE meta SET value = value WHERE name = 'checkpoint'")
                index.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"the embedded index is not ready, archive later: {error}") from error
        return checkpoint
