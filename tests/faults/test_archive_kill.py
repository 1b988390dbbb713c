"""Killed while it archives, or brings back: whatever was done by then, all of it is read, proven, and goes on."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TypeVar

import pytest

from hubbub.config import load_config
from hubbub.offline_archive import verify_with_archive
from hubbub.store import archiver as archiving
from hubbub.store.archive_orders import Order, Orders
from hubbub.store.archiver import Archiver
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.ledger import Ledger
from hubbub.store.limits import StoreLimits
from hubbub.store.verify import verify
from tests.support.archive_memory import InMemory, open_in_memory
from tests.support.archive_model import Room
from tests.support.archive_world import FAR, LITTLE
from tests.support.client import open_socket, register
from tests.support.search_servers import SearchServers
from tests.support.search_world import until
from tests.support.server import Server
from tests.support.store_world import World

A = TypeVar("A")
T = TypeVar("T")

POSTS = 1500


class Watched(Archiver):
    """Tells behind each of its transactions."""

    after: Callable[[], Awaitable[None]]

    async def _write(self, work: Callable[[Ledger, A], T], argument: A) -> T:
        done = await super()._write(work, argument)
        await self.after()
        return done


@asynccontextmanager
async def opened(directory: Path, room: Room) -> AsyncIterator[World]:
    """The store as a new process finds it, with the same archive."""
    world = World(directory, StoreLimits(), archive=room.switch.archive, keep=LITTLE, now=room.world.now)
    await world.open()
    try:
        yield world
    finally:
        await world.store.close()


@pytest.mark.parametrize("back", [False, True], ids=["archiving", "restoring"])
async def test_between_any_two_steps_it_may_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool) -> None:
    monkeypatch.setattr(archiving, "SLICE", 7)
    monkeypatch.setattr(archiving, "RANGE_EVENTS", 20)
    async with open_in_memory(tmp_path / "data") as room:
        for _ in range(25):
            await room.post()
        await room.come_or_go(0)
        for number in (2, 5, 11):
            await room.edit(number)
            await room.like(number + 1)
        await room.delete(7)
        for _ in range(8):
            await room.post()
        await room.transport.catch_up()
        if back:
            await room.archive()
        copies = await copy_each_step(room, tmp_path, back=back)
        assert len(copies) >= 8
        for copy in copies:
            await is_whole(copy, room, back=back)


async def copy_each_step(room: Room, directory: Path, *, back: bool) -> list[Path]:
    """The files as a kill would leave them behind each transaction."""
    copies: list[Path] = []

    async def copy() -> None:
        copies.append(directory / f"step-{len(copies)}")
        copies[-1].mkdir()
        for path in room.world.directory.glob(f"{DATABASE}*"):
            if not path.name.endswith("-shm"):  # it is memory: made anew from the log
                shutil.copy(path, copies[-1])

    plain = room.archiver
    watched = Watched(
        plain._writer,
        plain._readers,
        room.switch,
        room.world.clock,
        LITTLE,
        plain.embedded,  # a new one of the same
    )
    watched.after = copy
    await (watched.restore() if back else watched.archive(FAR))
    return copies


async def is_whole(copy: Path, room: Room, *, back: bool) -> None:
    transport = room.transport
    assert isinstance(transport, InMemory)
    async with opened(copy, room) as world:
        other = Room(world, room.switch, room.ann, room.others, room.id, texts=room.texts, liked=room.liked)
        other.inside = room.inside
        await other.read_pages(10)
        await other.read_events(15)
        report = verify(copy, None, transport.server.read_range)
        assert report.ok, report.problems
        moved = await (other.archiver.restore() if back else other.archiver.archive(FAR))
        assert moved.unproven == []
        await other.read_pages(10)
    report = verify(copy, None, transport.server.read_range)
    assert report.ok, report.problems
    assert (report.archived == 0) == back


def count_rows(data: Path) -> int:
    with closing(open_reader(data / DATABASE)) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.001)  # between two looks; the deadline decides


def wait_for_fewer(data: Path, most: float) -> None:
    wait_for(lambda: count_rows(data) < most)


@pytest.mark.slow
async def test_a_server_killed_again_and_again_while_it_archives_loses_nothing(
    tmp_path: Path, search_servers: SearchServers, prefix: str
) -> None:
    node = search_servers.elasticsearch
    settings = {"SEARCH__URLS": node.url, "SEARCH__PREFIX": prefix, "LIMITS__ENABLED": "false"}
    server = Server(tmp_path / "data", settings=settings)
    config = load_config({"data": server.data, "search.urls": [node.url], "search.prefix": prefix}, {})
    with server:
        ann = await register(server.url, "Ann")
        channel = await ann.create_channel("Room")
        async with open_socket(ann) as client:
            for begin in range(0, POSTS, 60):
                await asyncio.gather(
                    *[
                        await client.send("message.post", channel=channel, text=f"text {number}", key=f"k{number}")
                        for number in range(begin, begin + 60)
                    ]
                )
        whole = await ann.fetch_events(channel)
        page = await ann.api("GET", f"/channels/{channel}/messages?around=700&limit=9")
        with closing(open_reader(server.data / DATABASE)) as connection:
            last = f'"seq":{len(whole)}'
            sql = "SELECT value FROM meta WHERE name = 'follower:search'"
            await until(lambda: last in str(connection.execute(sql).fetchone()))
    rows = [count_rows(server.data)]
    with closing(Orders(server.data)) as orders:
        orders.give(Order("one", FAR))
        for part in (0.9, 0.6, 0.3):
            server.spawn()
            await asyncio.to_thread(wait_for_fewer, server.data, rows[0] * part)
            server.kill()
            rows.append(count_rows(server.data))
            report = await asyncio.to_thread(verify_with_archive, config, lambda done, total: None)
            assert report.ok, report.problems
        with server:
            await until(lambda: (told := orders.fetch("one")) is not None and told.done)
            told = orders.fetch("one")
            assert told is not None
            assert told.error is None
            assert await ann.fetch_events(channel) == whole
            assert await ann.api("GET", f"/channels/{channel}/messages?around=700&limit=9") == page
    await ann.http.aclose()
    assert rows == sorted(rows, reverse=True)
    assert rows[1] > count_rows(server.data)
