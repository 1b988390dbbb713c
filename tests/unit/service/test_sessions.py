"""Sessions that end while somebody is asked who they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.accounts import Session
from hubbub.errors import Refused
from hubbub.service import sessions
from hubbub.service.sessions import SessionService
from hubbub.store.accounts import SqliteAccounts
from tests.support.http_app import ClosedSockets, QuickHasher, TurnedClock
from tests.support.store_world import World, open_world


class HeldAccounts:
    """The real ones; a session is read, and then told only when `told` is set."""

    def __init__(self, accounts: SqliteAccounts) -> None:
        self._accounts = accounts
        self.told = asyncio.Event()
        self.told.set()
        self.read = 0
        self.was_read = asyncio.Event()

    async def fetch_session(self, session: bytes, *, now: int) -> Session | None:
        found = await self._accounts.fetch_session(session, now=now)
        self.read += 1
        self.was_read.set()
        await self.told.wait()
        return found

    def __getattr__(self, name: str) -> object:
        return getattr(self._accounts, name)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
def held(world: World) -> HeldAccounts:
    return HeldAccounts(world.store.accounts)


@pytest.fixture
def service(held: HeldAccounts) -> SessionService:
    clock = TurnedClock()
    return SessionService(held, QuickHasher(), ClosedSockets(), clock, days=1)  # type: ignore[arg-type]


async def refused(service: SessionService, token: str) -> bool:
    try:
        await service.authenticate(token)
    except Refused as error:
        return error.code == "not_logged_in"
    return False


async def test_who_was_asked_for_before_the_log_out_is_not_let_in_after_it(
    world: World, held: HeldAccounts, service: SessionService
) -> None:
    new = await service.begin(await world.user("Ann"))
    held.told.clear()
    held.was_read.clear()
    asking = asyncio.create_task(refused(service, new.token))
    await held.was_read.wait()
    await world.store.accounts.delete_session(new.session.id)
    service.remembered.end(new.session.id)
    held.told.set()
    assert await asking
    assert await refused(service, new.token)


async def test_a_session_is_read_once_and_forgotten_when_it_ends(
    world: World, held: HeldAccounts, service: SessionService
) -> None:
    new = await service.begin(await world.user("Ann"))
    assert await service.authenticate(new.token) == new.session
    before = held.read
    assert await service.authenticate(new.token) == new.session
    assert held.read == before
    await service.log_out(new.token)
    assert await refused(service, new.token)


async def test_a_session_that_is_remembered_expires_all_the_same(
    world: World, held: HeldAccounts, service: SessionService
) -> None:
    new = await service.begin(await world.user("Ann"))
    await service.authenticate(new.token)
    clock = service.clock
    assert isinstance(clock, TurnedClock)
    clock.now += sessions.DAY_MS
    assert await refused(service, new.token)


async def test_no_more_are_remembered_than_the_bound(
    world: World, service: SessionService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED", 2)
    user = await world.user("Ann")
    for _ in range(5):
        await service.authenticate((await service.begin(user)).token)
    assert len(service.remembered.sessions) == 2
