"""The embedded engine's bounds: time, and how many search at once."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest

from hubbub.domain.finding import Page, Scope
from hubbub.domain.query import Query, Term
from hubbub.errors import Refused
from hubbub.store.search_engine import SqliteSearch
from tests.support.store_world import World, open_world

WORD = Query(terms=(Term(("word",)),))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
async def search(world: World) -> SqliteSearch:
    await world.post(await world.user("Ann"), world.general, "word")
    assert world.store.search is not None
    return world.store.search


async def count(search: SqliteSearch, world: World, seconds: float = 20) -> int:
    page = Page("best", 10, world.now, UTC, seconds)
    return (await search.search(WORD, Scope(frozenset([world.general])), page)).total


def never_end(index: sqlite3.Connection, _: bool) -> None:
    index.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n").fetchone()


async def test_a_search_that_does_not_end_is_ended_and_the_next_one_is_answered(
    world: World, search: SqliteSearch
) -> None:
    with pytest.raises(Refused, match="search_slow"):
        await asyncio.to_thread(search._work, time.monotonic() + 0.05, never_end)
    assert await count(search, world) == 1


async def test_a_search_without_any_time_is_refused(world: World, search: SqliteSearch) -> None:
    with pytest.raises(Refused, match="search_slow"):
        await count(search, world, seconds=0)


async def test_people_post_while_searches_do_not_end(world: World, search: SqliteSearch) -> None:
    deadline = time.monotonic() + 0.5
    endless = [asyncio.create_task(asyncio.to_thread(search._work, deadline, never_end)) for _ in range(2)]
    ann = await world.user("Bo")
    for _ in range(5):
        await world.post(ann, world.general, "word")
    for task in endless:
        with pytest.raises(Refused, match="search_slow"):
            await task
    assert await count(search, world) == 6


async def test_beyond_those_who_may_wait_a_search_is_refused_at_once(world: World, search: SqliteSearch) -> None:
    assert world.store._follower is not None
    narrow = SqliteSearch(world.directory, world.store._follower, threads=1, waiting=1)
    try:
        answers = await asyncio.gather(*[count(narrow, world) for _ in range(5)], return_exceptions=True)
        assert [answer for answer in answers if answer == 1] == [1, 1]
        assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["busy"] * 3
    finally:
        await narrow.close()
    with pytest.raises(Refused, match="shutting_down"):
        await count(narrow, world)


async def test_an_index_that_turns_out_damaged_is_made_anew(world: World, search: SqliteSearch) -> None:
    assert await count(search, world) == 1
    # The index's own pieces, as FTS5 keeps them; the follower meets them when it next writes.
    connection = sqlite3.connect(world.directory / "search.db")
    connection.execute("UPDATE found_data SET block = zeroblob(4) WHERE id = 10")
    connection.commit()
    connection.close()
    ann = await world.user("Bo")
    await world.post(ann, world.general, "word")
    for _ in range(200):
        try:
            if await count(search, world, seconds=2) == 2:
                return
        except Refused as refused:
            assert refused.code == "search_failed"  # noqa: PT017
        await asyncio.sleep(0.05)  # between two looks; their number is the deadline
    raise AssertionError("the index was not made anew")


async def test_an_index_that_is_damaged_under_the_server_fails_a_search_and_nothing_else(
    world: World, search: SqliteSearch
) -> None:
    assert await count(search, world) == 1
    connection = sqlite3.connect(world.directory / "search.db")
    connection.execute("DROP TABLE docs")
    connection.commit()
    connection.close()
    with pytest.raises(Refused, match="search_failed"):
        await count(search, world)
    await world.post(await world.user("Bo"), world.general, "word")
    await world.store.close()
    (world.directory / "search.db").unlink()
    await world.open()
    assert world.store.search is not None
    assert await count(world.store.search, world) == 2
