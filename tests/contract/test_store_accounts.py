"""People and their sessions, on every store."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.ids import new_id
from hubbub.domain.names import name_key
from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.protocol.events import UserView
from tests.support.store_world import World, open_world

LATER = 1_000_000


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


async def begin(world: World, user: str, token: str) -> bytes:
    session = hashlib.sha256(token.encode()).digest()
    await world.store.accounts.create_session(session, user, at=world.now, expires_at=world.now + LATER)
    return session


async def test_an_account_is_found_by_its_name_however_it_is_written(world: World, ann: str) -> None:
    found = await world.store.accounts.fetch_account(name_key("aNN"))
    assert found is not None
    assert (found.id, found.name, found.role, found.password_hash, found.disabled) == (
        ann,
        "Ann",
        Role.OWNER,
        "hash",
        False,
    )
    assert await world.store.accounts.fetch_account("nobody") is None


async def test_people_are_counted_and_found_by_the_beginning_of_their_names(world: World, ann: str) -> None:
    for name in ("Anton", "Bob", "安娜"):
        await world.user(name)
    accounts = world.store.accounts
    assert await accounts.count_users() == 4
    assert [user.name for user in await accounts.find_users("an", 9)] == ["Ann", "Anton"]
    assert [user.name for user in await accounts.find_users("an", 1)] == ["Ann"]
    assert [user.name for user in await accounts.find_users("安", 9)] == ["安娜"]
    assert len(await accounts.find_users("", 9)) == 4
    assert await accounts.find_users("%", 9) == []


async def test_names_are_fetched_for_any_number_of_ids(world: World, ann: str) -> None:
    ids = [new_id(0) for _ in range(40_000)]
    assert await world.store.accounts.fetch_users([*ids, ann, ann]) == [UserView(id=ann, name="Ann")]
    assert await world.store.accounts.fetch_users([]) == []


async def test_a_session_says_who_it_is_until_it_expires(world: World, ann: str) -> None:
    session = await begin(world, ann, "t")
    end = world.now + LATER
    found = await world.store.accounts.fetch_session(session, now=end - 1)
    assert found is not None
    assert (found.id, found.user, found.name, found.role, found.expires_at) == (session, ann, "Ann", Role.OWNER, end)
    assert await world.store.accounts.fetch_session(session, now=end) is None
    assert await world.store.accounts.fetch_session(b"x" * 32, now=0) is None


async def test_a_new_session_clears_away_the_users_expired_ones(world: World, ann: str) -> None:
    old = await begin(world, ann, "old")
    world.now += LATER
    await begin(world, ann, "new")
    assert await world.store.accounts.fetch_session(old, now=0) is None


async def test_a_session_needs_a_user(world: World, ann: str) -> None:
    with pytest.raises(Refused, match="no_such_user"):
        await begin(world, new_id(0), "t")


async def test_sessions_end_one_by_one_or_all_but_one(world: World, ann: str) -> None:
    bob = await world.user("Bob")
    first, second, third = [await begin(world, ann, token) for token in "abc"]
    other = await begin(world, bob, "d")
    accounts = world.store.accounts
    await accounts.delete_session(first)
    assert await accounts.fetch_session(first, now=world.now) is None
    assert await accounts.delete_sessions_of(ann, but=second) == [third]
    assert await accounts.delete_sessions_of(ann) == [second]
    assert await accounts.fetch_session(other, now=world.now) is not None


async def test_sessions_outlive_a_restart(world: World, ann: str) -> None:
    session = await begin(world, ann, "t")
    await world.reopen()
    assert await world.store.accounts.fetch_session(session, now=world.now) is not None
