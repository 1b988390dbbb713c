"""Opening data directories: made, migrated, refused."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from hubbub.errors import StoreError
from hubbub.store import schema
from hubbub.store.engine import DATABASE, DirectoryLock
from hubbub.store.migrate import alembic_config, migrate_database
from hubbub.store.migrations import HEAD
from hubbub.store.sqlite import migrate, open_store
from hubbub.store.verify import verify
from tests.support.store_world import open_world


def test_the_migrations_make_exactly_the_schema(tmp_path: Path) -> None:
    migrate(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / DATABASE}", poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.METADATA) == []
    fresh = create_engine("sqlite://")
    schema.METADATA.create_all(fresh)
    sql = (
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    with engine.connect() as migrated, fresh.connect() as made:
        kinds = [
            [(row[0], "WITHOUT ROWID" in row[1]) for row in side.exec_driver_sql(sql)] for side in (migrated, made)
        ]
    assert kinds[0] == kinds[1]
    fresh.dispose()


def test_migrations_follow_each_other_without_gaps_up_to_the_head() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert scripts.get_heads() == [HEAD]
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


def test_migrations_import_nothing_of_the_application() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    for script in scripts.walk_revisions():
        assert "hubbub" not in Path(script.path).read_text()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    migrate(tmp_path)
    before = (tmp_path / DATABASE).read_bytes()
    migrate(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    migrate(tmp_path)
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="newer than this program"):
        await open_store(tmp_path, on_commit=print, clock=lambda: 0)
    with pytest.raises(StoreError, match="9999"):
        verify(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"something else entirely" * 100)
    with pytest.raises(StoreError, match="cannot be used as a database"):
        migrate_database(tmp_path / DATABASE)


def test_a_migration_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("CREATE TABLE lines (mine)")  # in the way of the first migration's fifth table
    connection.close()
    with pytest.raises(StoreError, match="cannot be migrated"):
        migrate(tmp_path)
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("lines",)]
    connection.close()


async def test_a_second_server_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    async with open_world(tmp_path):
        with pytest.raises(StoreError, match="in use by another Hubbub"):
            await open_store(tmp_path, on_commit=print, clock=lambda: 0)
        with pytest.raises(StoreError, match="in use"):
            migrate(tmp_path)


async def test_a_directory_is_free_again_after_closing_and_after_failing_to_open(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"something else entirely" * 100)
    with pytest.raises(StoreError):
        await open_store(tmp_path, on_commit=print, clock=lambda: 0)
    DirectoryLock(tmp_path).release()


async def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    async with open_world(directory) as world:
        await world.user("Ann")
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        for path in directory.glob("hubbub.db*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


async def test_the_epoch_is_made_with_the_database_and_stays(tmp_path: Path) -> None:
    async with open_world(tmp_path / "one") as world:
        first = world.store.epoch
        await world.reopen()
        assert world.store.epoch == first
    async with open_world(tmp_path / "two") as world:
        assert world.store.epoch != first
