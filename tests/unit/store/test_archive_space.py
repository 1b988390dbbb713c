"""A database of an older version is written anew once, by whoever has the folder to itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hubbub.store.archive_space import INCREMENTAL, make_small
from hubbub.store.engine import DATABASE, DirectoryLock
from hubbub.store.search_file import SEARCH
from tests.support.store_world import World, open_world


def sql(directory: Path, *statements: str) -> object:
    with closing(sqlite3.connect(directory / DATABASE, isolation_level=None)) as connection:
        for statement in statements:
            row = connection.execute(statement).fetchone()
        return row[0] if row else None


async def make_old(directory: Path) -> None:
    async with open_world(directory) as world:
        await talk(world)
    sql(directory, "PRAGMA auto_vacuum = NONE", "VACUUM")


async def talk(world: World) -> None:
    ann = await world.user("Ann")
    for number in range(50):
        await world.post(ann, world.general, f"text {number} " * 100)


async def test_an_older_database_gives_its_room_back_and_keeps_the_order_of_its_rows(tmp_path: Path) -> None:
    await make_old(tmp_path)
    sql(tmp_path, "DELETE FROM events WHERE rowid BETWEEN 10 AND 40")
    rows = sql(tmp_path, "SELECT group_concat(rowid) FROM events")
    assert sql(tmp_path, "PRAGMA freelist_count") != 0
    assert make_small(tmp_path)
    assert sql(tmp_path, "PRAGMA freelist_count") == 0
    assert sql(tmp_path, "PRAGMA auto_vacuum") == INCREMENTAL
    assert sql(tmp_path, "SELECT group_concat(rowid) FROM events") == rows
    assert (tmp_path / SEARCH).is_file()
    assert not make_small(tmp_path)


async def test_it_is_left_alone_while_somebody_has_the_folder(tmp_path: Path) -> None:
    await make_old(tmp_path)
    lock = DirectoryLock(tmp_path)
    assert not make_small(tmp_path)
    lock.release()
    assert sql(tmp_path, "PRAGMA auto_vacuum") != INCREMENTAL
    assert make_small(tmp_path)
    DirectoryLock(tmp_path).release()
