"""Reading for many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from hubbub.errors import Refused
from hubbub.store.gathering import Gathering


class Shelf:
    """What is read from; each reading waits for `open`."""

    def __init__(self) -> None:
        self.state = {"a": 1, "b": 2, "c": 3}
        self.readings: list[list[str]] = []
        self.open = asyncio.Event()
        self.fails = False

    async def fetch(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.readings.append(list(keys))
        found = {key: self.state[key] for key in keys if key in self.state}
        await self.open.wait()
        if self.fails:
            raise Refused("store_failed")
        return found


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_who_asks_alone_is_read_for_at_once_and_the_others_together() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.fetch, most=10)
    tasks = [asyncio.create_task(gathering.fetch("a"))]
    await settle()
    tasks += [asyncio.create_task(gathering.fetch(key)) for key in ("b", "c", "b", "none")]
    await settle()
    assert shelf.readings == [["a"]]
    shelf.open.set()
    assert await asyncio.gather(*tasks) == [1, 2, 3, 2, None]
    assert shelf.readings == [["a"], ["b", "c", "none"]]


async def test_a_reading_is_never_of_more_than_its_bound() -> None:
    shelf = Shelf()
    shelf.open.set()
    gathering = Gathering(shelf.fetch, most=2)
    assert await asyncio.gather(*[gathering.fetch(key) for key in "abcab"]) == [1, 2, 3, 1, 2]
    assert [len(keys) for keys in shelf.readings] == [2, 2, 1]


async def test_nobody_is_answered_from_before_they_asked() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.fetch, most=10)
    first = asyncio.create_task(gathering.fetch("a"))
    await settle()
    shelf.state["a"] = 100
    second = asyncio.create_task(gathering.fetch("a"))
    await settle()
    shelf.open.set()
    assert (await first, await second) == (1, 100)


async def test_a_failure_is_told_to_those_it_was_read_for_and_the_next_is_read_again() -> None:
    shelf = Shelf()
    shelf.open.set()
    shelf.fails = True
    gathering = Gathering(shelf.fetch, most=10)
    answers = await asyncio.gather(*[gathering.fetch(key) for key in "ab"], return_exceptions=True)
    assert [getattr(answer, "code", answer) for answer in answers] == ["store_failed"] * 2
    shelf.fails = False
    assert await gathering.fetch("a") == 1


async def test_one_who_gives_up_harms_nobody() -> None:
    shelf = Shelf()
    gathering = Gathering(shelf.fetch, most=10)
    tasks = [asyncio.create_task(gathering.fetch(key)) for key in "ab"]
    await settle()
    tasks[0].cancel()
    shelf.open.set()
    assert await tasks[1] == 2
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
