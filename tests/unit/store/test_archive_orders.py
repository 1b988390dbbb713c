"""Archiving beside a server: each order ends and is told of, each day has its run, and failures are not repeated
without a pause."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hubbub.errors import StoreError
from hubbub.store.archive_orders import DAY, FIRST_WAIT, LONGEST_WAIT, Archivist, Order, Orders
from tests.support.archive_memory import open_in_memory
from tests.support.archive_model import Room
from tests.support.archive_world import FAR


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    """Much of it is more than a day old and copied."""
    async with open_in_memory(tmp_path) as room:
        for _ in range(20):
            await room.post()
        room.world.now += 2 * DAY
        await room.transport.catch_up()
        yield room
        room.switch.between = None
        await room.check_all()


@pytest.fixture
def orders(room: Room) -> Iterator[Orders]:
    orders = Orders(room.world.directory)
    yield orders
    orders.close()


def make_archivist(room: Room, days: int) -> Archivist:
    archivist = room.world.store.make_archivist(days)
    assert archivist is not None
    return archivist


async def test_a_day_has_one_run(room: Room) -> None:
    archivist = make_archivist(room, 1)
    await archivist.look()
    calls = room.switch.calls
    assert calls > 0
    assert await room.world.store.log.fetch_events(f"channel:{room.id}", 0, 5)
    assert room.switch.calls > calls
    calls = room.switch.calls
    await make_archivist(room, 1).look()  # the server was started anew
    assert room.switch.calls == calls
    room.world.now += DAY
    await archivist.look()
    assert room.switch.calls > calls


async def test_a_run_that_failed_is_made_again_after_waits_that_grow(room: Room) -> None:
    archivist = make_archivist(room, 1)
    room.switch.off = True
    wait = FIRST_WAIT
    for _ in range(8):
        calls = room.switch.calls
        await archivist.look()
        assert room.switch.calls == calls + 1
        room.world.now += wait // 2
        await archivist.look()
        assert room.switch.calls == calls + 1
        room.world.now += wait // 2 + 10
        wait = min(wait * 2, LONGEST_WAIT)
    room.switch.off = False
    await archivist.look()
    assert (await room.archiver.restore()).restored > 0


async def test_a_run_that_died_with_the_server_is_made_again_at_its_start(room: Room) -> None:
    async def dies() -> None:
        raise asyncio.CancelledError

    room.switch.between = dies
    with contextlib.suppress(asyncio.CancelledError):
        await make_archivist(room, 1).look()
    room.switch.between = None
    await make_archivist(room, 1).look()
    assert (await room.archiver.restore()).restored > 0


async def test_whoever_ordered_is_told_of_any_failure_and_it_is_not_repeated(room: Room, orders: Orders) -> None:
    archivist = make_archivist(room, 0)

    async def breaks() -> None:
        raise ZeroDivisionError

    room.switch.between = breaks
    orders.give(Order("one", FAR))
    await archivist.look()
    told = orders.fetch("one")
    assert told is not None
    assert (told.done, told.error) == (True, "An error of ours: see the server's log.")
    room.switch.between = None
    calls = room.switch.calls
    await archivist.look()
    assert room.switch.calls == calls
    orders.give(Order("two", FAR))
    await archivist.look()
    told = orders.fetch("two")
    assert told is not None
    assert (told.done, told.error) == (True, None)
    assert told.moved.removed > 0


async def test_an_order_waits_for_the_one_before_and_outlives_a_restart(room: Room, orders: Orders) -> None:
    async def dies() -> None:
        raise asyncio.CancelledError

    orders.give(Order("one", FAR))
    with pytest.raises(StoreError, match="being carried out"):
        orders.give(Order("two", None))
    room.switch.between = dies
    with contextlib.suppress(asyncio.CancelledError):
        await make_archivist(room, 0).look()
    room.switch.between = None
    with pytest.raises(StoreError, match="being carried out"):
        orders.give(Order("two", None))
    await make_archivist(room, 0).look()
    told = orders.fetch("one")
    assert told is not None
    assert told.done
    orders.give(Order("two", None))
