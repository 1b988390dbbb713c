"""What is put back from the archive comes behind later events: whoever follows by rowid is not misled."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hubbub.domain.ids import channel_stream
from hubbub.store.engine import DATABASE
from hubbub.store.search_rebuild import rebuild_search
from tests.support.store_world import open_world


async def test_the_embedded_index_made_anew_has_the_texts_of_now(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        ann = await world.user("Ann")
        for number in range(1, 5):
            await world.post(ann, world.general, f"old text {number}")
        await world.post(ann, world.general, "the newest stays")
        await world.edit(ann, world.general, 1, "edited once")
        await world.edit(ann, world.general, 1, "edited twice")
        await world.react(ann, world.general, 1)
        await world.store.close()
        put_back(tmp_path, channel_stream(world.general), "old text")
        put_back(tmp_path, channel_stream(world.general), "once")
        rebuild_search(tmp_path, lambda done, total: None)
        report = world.verify()
        assert (report.problems, report.indexed) == ([], 5)
        await world.open()


def put_back(directory: Path, stream: str, content: str) -> None:
    """The events with this in them get new places at the end of the table, as if they had been away."""
    connection = sqlite3.connect(directory / DATABASE, isolation_level=None)
    where = "stream = ? AND CAST(body AS TEXT) LIKE ?"
    rows = connection.execute(f"SELECT * FROM events WHERE {where}", (stream, f"%{content}%")).fetchall()
    assert rows
    connection.execute(f"DELETE FROM events WHERE {where}", (stream, f"%{content}%"))
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    connection.close()
