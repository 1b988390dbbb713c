"""A kill leaves what the kernel was given; that it is on the disk too, should the power fail, the database sees to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hubbub.store.engine import DATABASE, open_writer
from hubbub.store.sqlite import migrate

FULL = 2  # SQLite: PRAGMA synchronous


def test_each_commit_is_synced_to_the_disk(tmp_path: Path) -> None:
    migrate(tmp_path)
    with closing(open_writer(tmp_path / DATABASE)) as connection:
        assert pragma(connection, "synchronous") == FULL
        assert pragma(connection, "journal_mode") == "wal"


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]
