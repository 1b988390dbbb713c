"""Making the embedded search's index anew while no server runs: beside the old one, which stays until it is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from hubbub.errors import StoreError
from hubbub.store.engine import DATABASE, DirectoryLock, open_reader
from hubbub.store.migrate import check_revision
from hubbub.store.search_file import SEARCH, delete_search_file, open_search_file
from hubbub.store.search_index import Indexer, fetch_head

_NEW: Final = "search-new.db"
_SLICE: Final = 1000


def rebuild_search(directory: Path, progress: Callable[[int, int], None]) -> int:
    """How many events went in; `progress(done, all)` counts them. Raises `StoreError`: in use, no database, too new."""
    if not (directory / DATABASE).is_file():
        raise StoreError(f"{directory} holds no {DATABASE}.")
    lock = DirectoryLock(directory)
    try:
        check_revision(directory / DATABASE)
        delete_search_file(directory / _NEW)  # of one that was cut off
        events = _build(directory, progress)
        delete_search_file(directory / SEARCH)
        (directory / _NEW).replace(directory / SEARCH)
        return events
    finally:
        lock.release()


def _build(directory: Path, progress: Callable[[int, int], None]) -> int:
    log = open_reader(directory / DATABASE)
    try:
        epoch = str(log.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0])
        index = open_search_file(directory / _NEW, epoch)
        try:
            indexer, head, events = Indexer(index, log), fetch_head(log), 0
            while (done := indexer.advance(_SLICE)).events:
                events += done.events
                progress(done.checkpoint, head)
            index.execute("PRAGMA journal_mode = DELETE")  # one file, that can be renamed
            return events
        finally:
            index.close()
    finally:
        log.close()
