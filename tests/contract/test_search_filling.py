"""The embedded index, made anew, has what is in the archive alone: it asks a real search server for it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hubbub.config import load_config
from hubbub.domain.accounts import Session
from hubbub.domain.roles import Role
from hubbub.offline_search import diagnose_embedded
from hubbub.protocol.archive import ArchivedEvent
from hubbub.service.search import SearchService
from hubbub.store.search_file import SEARCH, delete_search_file
from tests.support.archive_world import ArchiveWorld, Switch, open_archive_world
from tests.support.search_servers import SearchServers
from tests.support.search_world import DEADLINE, until


@dataclass(slots=True)
class Held(Switch):
    """Answers the first question for events when it is let go; `asked` is set when that has come."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch_events(self, stream: str, seqs: Collection[int]) -> Sequence[ArchivedEvent]:
        found = await Switch.fetch_events(self, stream, seqs)
        if not self.asked.is_set():
            self.asked.set()
            await self.let_go.wait()
        return found


@pytest.fixture
async def archived(tmp_path: Path, search_servers: SearchServers, prefix: str) -> AsyncIterator[ArchiveWorld]:
    """Ten messages, most of them in the archive alone: one of those was edited, one deleted, one reacted to."""
    async with open_archive_world(tmp_path, search_servers.elasticsearch, prefix) as opened:
        world = opened.world
        ann = await world.user("Ann")
        for number in range(1, 11):
            await world.post(ann, world.general, f"deploy {number}")
        await world.edit(ann, world.general, 2, "released 2")
        await world.delete(ann, world.general, 3)
        await world.react(ann, world.general, 4)
        await world.post(ann, world.general, "deploy 11")
        await world.post(ann, world.general, "deploy 12")
        await opened.archive()
        yield opened


async def ann_of(archived: ArchiveWorld) -> str:
    account = await archived.world.store.accounts.fetch_account("ann")
    assert account is not None
    return account.id


async def found(archived: ArchiveWorld, q: str) -> tuple[list[int], bool]:
    """Numbers that the embedded search finds, and whether it says that these are all."""
    store = archived.world.store
    assert store.search is not None
    service = SearchService(
        [store.search], store.readable, store.accounts, archived.world.clock, page_size=50, seconds=20
    )
    session = Session(b"", await ann_of(archived), "", Role.MEMBER, 0)
    result = await service.search(session, q, order="newest", limit=50)
    return sorted(hit.message.number for hit in result.hits), result.exact


def indexed(archived: ArchiveWorld) -> dict[int, tuple[int, int, str]]:
    """What the file has of each message: seq, flags, words; nothing while it is made."""
    with contextlib.closing(sqlite3.connect(archived.world.directory / SEARCH)) as index:
        if not index.execute("SELECT 1 FROM sqlite_master WHERE name = 'docs'").fetchone():
            return {}
        rows = index.execute("SELECT number, seq, flags, words FROM docs JOIN texts ON texts.id = docs.id").fetchall()
    return {number: (seq, flags, words) for number, seq, flags, words in rows}


async def find_all(archived: ArchiveWorld, q: str) -> list[int]:
    """What is found when the index says that it has everything."""
    deadline = time.monotonic() + DEADLINE
    while True:
        numbers, exact = await found(archived, q)
        if exact:
            return numbers
        assert time.monotonic() < deadline, numbers
        await asyncio.sleep(0.02)


async def make_anew(archived: ArchiveWorld) -> None:
    """As after the loss of the file."""
    await archived.world.store.close()
    delete_search_file(archived.world.directory / SEARCH)
    await archived.world.open()


async def test_an_index_made_anew_has_what_is_in_the_archive_alone(archived: ArchiveWorld) -> None:
    await found(archived, "deploy")
    before = indexed(archived)
    await make_anew(archived)
    assert await find_all(archived, "deploy") == [1, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert indexed(archived) == before
    assert await find_all(archived, "released has:edited") == [2]
    assert await find_all(archived, "has:reaction") == [4]


async def test_while_the_archive_does_not_answer_it_is_told_that_there_is_more(archived: ArchiveWorld) -> None:
    await found(archived, "deploy")
    before = indexed(archived)
    archived.switch.off = True
    calls = archived.switch.calls
    await make_anew(archived)
    await until(lambda: archived.switch.calls > calls)
    numbers, exact = await found(archived, "deploy")
    assert set(numbers) < set(before)
    assert not exact
    archived.switch.off = False
    await make_anew(archived)  # asked again at once, instead of some seconds later
    assert await find_all(archived, "deploy") == [1, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert indexed(archived) == before


async def test_the_doctor_says_how_much_of_the_log_the_index_has(archived: ArchiveWorld) -> None:
    directory = archived.world.directory
    served = load_config({"data": directory, "search.urls": ["http://127.0.0.1:1"]}, {})
    alone = load_config({"data": directory}, {})
    assert diagnose_embedded(alone) == "its index has all 11 messages."
    archived.switch.off = True
    await make_anew(archived)
    numbers, _ = await found(archived, "deploy")
    lacks = f"its index has {len(numbers)} of 11 messages; "
    assert diagnose_embedded(served) == lacks + "the server takes in the rest while it runs."
    assert diagnose_embedded(alone).startswith(lacks + "what is in the archive is found again when search.urls")


async def test_what_is_deleted_or_edited_while_the_archive_is_asked_stays_so(archived: ArchiveWorld) -> None:
    world = archived.world
    ann = await ann_of(archived)
    held = Held(archived.switch)
    world.archive = held
    await make_anew(archived)
    await held.asked.wait()
    await world.delete(ann, world.general, 5)
    await world.edit(ann, world.general, 6, "rebuilt 6")
    assert await found(archived, "rebuilt") == ([6], False)  # put back for its edit, unlike all others
    held.let_go.set()
    assert await find_all(archived, "deploy") == [1, 4, 7, 8, 9, 10, 11, 12]
    assert await find_all(archived, "rebuilt") == [6]
    assert "deploy 5" not in str(indexed(archived))
