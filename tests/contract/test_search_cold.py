"""Searching while what was found is in the archive, and that does not answer: the rest is shown all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.accounts import Session
from hubbub.domain.roles import Role
from hubbub.protocol.search import SearchResult
from hubbub.service.search import SearchService
from tests.support.archive_world import ArchiveWorld, open_archive_world
from tests.support.search_servers import SearchServers

MESSAGES = 12


@pytest.fixture
async def archived(tmp_path: Path, search_servers: SearchServers, prefix: str) -> AsyncIterator[ArchiveWorld]:
    """Most of the messages are in the archive alone; the embedded index has all of them."""
    async with open_archive_world(tmp_path, search_servers.elasticsearch, prefix) as opened:
        world = opened.world
        ann = await world.user("Ann")
        for number in range(1, MESSAGES + 1):
            await world.post(ann, world.general, f"deploy {number}")
        await opened.archive()
        yield opened


@pytest.fixture
def service(archived: ArchiveWorld) -> SearchService:
    store = archived.world.store
    assert store.search is not None
    return SearchService([store.search], store.readable, store.accounts, archived.world.clock, page_size=50, seconds=20)


async def search(
    archived: ArchiveWorld, service: SearchService, *, limit: int, cursor: str | None = None
) -> SearchResult:
    account = await archived.world.store.accounts.fetch_account("ann")
    assert account is not None
    session = Session(b"", account.id, "", Role.MEMBER, 0)
    return await service.search(session, "deploy", order="newest", limit=limit, cursor=cursor)


def numbers_of(result: SearchResult) -> list[int]:
    return [hit.message.number for hit in result.hits]


async def test_what_the_archive_does_not_give_is_left_out_and_said_to_be(
    archived: ArchiveWorld, service: SearchService
) -> None:
    archived.switch.off = True
    some = await search(archived, service, limit=MESSAGES)
    assert some.partial
    assert 0 < len(some.hits) < MESSAGES
    assert numbers_of(some) == list(range(MESSAGES, MESSAGES - len(some.hits), -1))
    assert (some.total, some.exact) == (MESSAGES, True)
    archived.switch.off = False
    every = await search(archived, service, limit=MESSAGES)
    assert not every.partial
    assert numbers_of(every) == list(range(MESSAGES, 0, -1))


async def test_a_page_of_which_nothing_can_be_read_leads_on_to_the_next(
    archived: ArchiveWorld, service: SearchService
) -> None:
    archived.switch.off = True
    first = await search(archived, service, limit=MESSAGES // 2)
    second = await search(archived, service, limit=3, cursor=first.cursor)
    assert (numbers_of(second), second.partial, second.suggestion) == ([], True, None)
    archived.switch.off = False
    third = await search(archived, service, limit=3, cursor=second.cursor)
    assert numbers_of(third) == [3, 2, 1]
