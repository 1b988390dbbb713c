"""The embedded search's file: equal to the log whatever was done, made anew when it must be, free of deleted words."""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.errors import StoreError
from hubbub.store.search_file import SEARCH
from hubbub.store.search_rebuild import rebuild_search
from hubbub.store.sqlite import open_store
from tests.support.searching import Searching
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


def searching(world: World) -> Searching:
    async def settled() -> None:
        """The embedded engine waits by itself."""

    assert world.store.search is not None
    return Searching(world, world.store.search, settled)


async def talk(world: World) -> str:
    """Something of everything; returns who did it."""
    ann = await world.user("Ann")
    for i in range(30):
        await world.post(ann, world.general, f"message {i} 我们明天下午开发布会议 `x`")
    await world.edit(ann, world.general, 3, "edited https://a.example")
    await world.edit(ann, world.general, 4, "edited")
    await world.edit(ann, world.general, 4, "edited twice")
    await world.react(ann, world.general, 5)
    await world.react(ann, world.general, 6)
    await world.unreact(ann, world.general, 6)
    for number in (4, 7):
        await world.delete(ann, world.general, number)
    return ann


async def test_verify_counts_what_is_indexed_and_finds_it_equal_to_the_log(world: World) -> None:
    await talk(world)
    await world.store.close()
    report = world.verify()
    assert (report.problems, report.indexed) == ([], 28)
    await world.open()


DAMAGE = {
    "DELETE FROM texts WHERE id = (SELECT max(id) FROM texts)": "message 30 of .* is another",
    "DELETE FROM docs WHERE number = 9": "message 9 of .* is missing",
    "UPDATE docs SET number = 99 WHERE number = 9": "message 99 of .* is in no log",
    "UPDATE texts SET words = words || ' more' WHERE id = (SELECT max(id) FROM texts)": "message 30 of .* is another",
    "UPDATE docs SET flags = 0 WHERE number = 5": "message 5 of .* is another",
    "INSERT INTO found (found, rowid, words, tags) SELECT 'delete', id, words, tags FROM texts WHERE id = "
    "(SELECT max(id) FROM texts)": "the index does not hold what the texts do",
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_verify_tells_where_index_and_log_differ_and_a_rebuild_mends_it(world: World, damage: str) -> None:
    await talk(world)
    await world.store.close()
    connection = sqlite3.connect(world.directory / SEARCH)
    connection.execute(damage)
    connection.commit()
    connection.close()
    assert any(re.search(DAMAGE[damage], problem) for problem in world.verify().problems)
    rebuild_search(world.directory, lambda done, total: None)
    assert world.verify().problems == []
    await world.open()


async def test_nothing_is_rebuilt_under_a_running_server(world: World) -> None:
    with pytest.raises(StoreError, match="in use"):
        rebuild_search(world.directory, lambda done, total: None)


async def test_a_rebuild_tells_how_far_it_is(world: World) -> None:
    await talk(world)
    await world.store.close()
    told: list[tuple[int, int]] = []
    events = rebuild_search(world.directory, lambda done, total: told.append((done, total)))
    assert told[-1] == (events, events)
    assert [path.name for path in world.directory.glob("search*")] == [SEARCH]
    await world.open()


@pytest.mark.parametrize("broken", ["absent", "not a database", "of another log", "of another format", "old"])
async def test_an_index_of_no_use_is_made_anew_at_the_next_start(world: World, broken: str, tmp_path: Path) -> None:
    ann = await talk(world)
    await world.store.close()
    path = world.directory / SEARCH
    old = path.read_bytes()
    match broken:
        case "absent":
            path.unlink()
        case "not a database":
            path.write_bytes(b"not a database" * 1000)
        case "of another log" | "of another format":
            connection = sqlite3.connect(path)
            name = "epoch" if broken == "of another log" else "tokens"
            connection.execute("UPDATE meta SET value = 'x' WHERE name = ?", (name,))
            connection.commit()
            connection.close()
    await world.open()
    await world.post(ann, world.general, "one more message")
    if broken == "old":  # a backup's, say: what came since is taken in, and what was deleted since goes
        await world.delete(ann, world.general, 30)
        await world.store.close()
        path.write_bytes(old)
        await world.open()
        assert await searching(world).numbers(ann, "发布会") == sorted({*range(1, 30)} - {3, 4, 7})
    assert 31 in await searching(world).numbers(ann, "message")


async def test_without_the_embedded_search_there_is_no_file_and_no_engine(world: World) -> None:
    await talk(world)
    await world.store.close()
    store = await open_store(world.directory, on_commit=lambda batches: None, clock=world.clock, embedded_search=False)
    try:
        assert store.search is None
        assert list(world.directory.glob("search*")) == []
    finally:
        await store.close()
    await world.open()


async def test_words_of_deleted_messages_are_in_no_file_once_the_store_is_closed(tmp_path: Path) -> None:
    rng = random.Random(11)
    async with open_world(tmp_path) as world:
        ann = await world.user("Ann")
        # The end of a word is in the file as it is, even where its beginning is shared with its neighbour's.
        secrets = [f"{rng.choice('bcdfghjk')}{rng.randbytes(9).hex()}" for _ in range(300)]
        for i, word in enumerate(secrets):
            await world.post(ann, world.general, f"the word is {word} " + "and more " * rng.choice([0, 1, 40]))
            if i % 5 == 0:
                await world.edit(ann, world.general, i + 1, f"the word was {word}")
        found = await searching(world).numbers(ann, "word")
        assert len(found) == 300
        content = files(tmp_path)
        assert all(word[-12:].encode() in content for word in secrets)
        gone = rng.sample(range(300), 150)
        for i in gone:
            await world.delete(ann, world.general, i + 1)
    content = files(tmp_path)
    for i, word in enumerate(secrets):
        assert (word[-12:].encode() in content) == (i not in gone), word


async def test_an_idle_follower_wipes_the_words_of_a_deleted_message(world: World) -> None:
    ann = await world.user("Ann")
    await world.post(ann, world.general, "the secretword")
    await searching(world).numbers(ann, "secretword")
    await world.delete(ann, world.general, 1)
    for _ in range(400):
        if b"secretword" not in files(world.directory):
            break
        await asyncio.sleep(0.05)  # between two looks; their number is the deadline
    assert b"secretword" not in files(world.directory)
    await world.post(ann, world.general, "and on it goes")
    assert await searching(world).numbers(ann, "goes") == [2]


def files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.iterdir()))
