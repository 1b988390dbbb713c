"""Bring a database to this program's schema, in one transaction; never backwards.

Alembic takes a while to load, so it is imported only when there is something to do.
"""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hubbub.errors import StoreError
from hubbub.store.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

SCRIPTS: Final = Path(__file__).parent / "migrations"


def migrate_database(path: Path) -> None:
    """Make or migrate the database file `path`, and give it its epoch. Raises `StoreError`."""
    try:
        revision = fetch_revision(path)
        if revision != HEAD:
            _upgrade(path, revision)
        _ensure_epoch(path)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be used as a database: {error}") from error


def fetch_revision(path: Path) -> str | None:
    """The schema's revision, None for a database without tables."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found else None
    finally:
        connection.close()
    return str(row[0]) if row else None


def check_revision(path: Path) -> None:
    """Raises `StoreError` unless the database has exactly this program's schema."""
    revision = fetch_revision(path)
    if revision != HEAD:
        raise StoreError(f"{path} has schema {revision}, this program needs {HEAD}; start `hubbub serve` once.")


def _upgrade(path: Path, revision: str | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    config = alembic_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(f"{path} has schema {revision}, which is newer than this program. Update Hubbub.")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    # The driver's own transactions leave DDL out; ours take all of a migration or nothing.
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
    except DBAPIError as error:
        raise StoreError(f"{path} cannot be migrated: {error.orig}") from error
    finally:
        engine.dispose()


def alembic_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    """Transactions are ours; a database that is made now can shrink later (archive_space.py)."""
    connection.isolation_level = None
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _ensure_epoch(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", (secrets.token_hex(8),)
        )
    finally:
        connection.close()
