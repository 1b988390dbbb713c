"""How many connections there may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hubbub.errors import CloseCode, Refused
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.upgrades import Upgrades


@pytest.fixture
async def upgrades() -> AsyncIterator[Upgrades]:
    limits = WireLimits(connections=3, connections_per_address=2, close_seconds=0)
    upgrades = Upgrades(asyncio.get_running_loop(), limits, {})
    yield upgrades
    while upgrades.connections:
        upgrades.release("a")
    await upgrades.close(CloseCode.GOING_AWAY)


def test_an_address_may_have_as_many_as_its_bound_and_others_still_come_in(upgrades: Upgrades) -> None:
    upgrades.reserve("a")
    upgrades.reserve("a")
    with pytest.raises(Refused, match="too_many_connections"):
        upgrades.reserve("a")
    upgrades.reserve("b")
    with pytest.raises(Refused, match="too_many_connections"):
        upgrades.reserve("c")
    upgrades.release("b")


def test_one_that_leaves_makes_room_for_another(upgrades: Upgrades) -> None:
    upgrades.reserve("a")
    upgrades.reserve("a")
    upgrades.release("a")
    upgrades.reserve("a")


def test_an_address_nobody_is_at_is_forgotten(upgrades: Upgrades) -> None:
    upgrades.reserve("a")
    upgrades.release("a")
    assert upgrades._by_address == {}


def test_all_links_of_an_address_share_its_name(upgrades: Upgrades) -> None:
    assert upgrades.reserve("".join(["a", "b"])) is upgrades.reserve("".join(["a", "b"]))
    upgrades.release("ab")
    upgrades.release("ab")
