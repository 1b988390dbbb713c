"""Who is writing, who is here, and who has read what one wrote."""

from __future__ import annotations

import re
from typing import TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


Pair: TypeAlias = tuple[Visitor, Visitor, str]


@pytest_asyncio.fixture(loop_scope="session")
async def pair(visit: Visit, newcomer: Newcomer) -> Pair:
    """Two people in a channel of their own, and its name."""
    people = [await newcomer("ana"), await newcomer("bo")]
    name = f"the two of {people[0].name}"
    channel = await people[0].create_channel(name)
    await people[1].join(channel)
    ana, bo = await visit(), await visit()
    for visitor, person in ((ana, people[0]), (bo, people[1])):
        await visitor.enter_as(person)
        await visitor.arrive(f"/c/{channel}")
    return ana, bo, name


async def test_one_sees_that_another_types_and_what_they_wrote_ends_it(pair: Pair) -> None:
    ana, bo, name = pair
    writing = bo.page.get_by_role("main").get_by_text(f"{ana.name} is typing")
    await ana.composer(name).press_sequentially("I was wond", delay=20)
    await expect(writing).to_be_visible()
    # In the list of channels too, for the eye alone.
    await expect(bo.page.locator("nav .channel-typing")).to_be_visible()
    await expect(ana.page.get_by_text("is typing")).to_have_count(0)
    before = await bo.composer(name).bounding_box()
    await ana.composer(name).press("Enter")
    await expect(bo.message("I was wond")).to_be_visible()
    await expect(writing).to_have_count(0)
    assert await bo.composer(name).bounding_box() == before, "nothing moves when the line goes"


async def test_who_deletes_what_they_began_is_not_typing_any_more(pair: Pair) -> None:
    ana, bo, name = pair
    await ana.composer(name).press_sequentially("no", delay=20)
    await expect(bo.page.get_by_role("main").get_by_text(f"{ana.name} is typing")).to_be_visible()
    await ana.composer(name).fill("")
    await expect(bo.page.get_by_role("main").get_by_text(f"{ana.name} is typing")).to_have_count(0)


async def test_one_sees_who_is_here_and_who_has_gone(pair: Pair) -> None:
    ana, bo, _ = pair
    await ana.page.get_by_role("link", name="2 members").click()
    member = ana.page.get_by_role("complementary", name="Members").get_by_role("listitem").filter(has_text=bo.name)
    await expect(member).to_have_text(re.compile(f"{bo.name}, online"))
    await bo.page.close()
    await expect(member).to_have_text(re.compile(f"{bo.name}, offline"), timeout=40_000)


async def test_one_sees_that_a_message_was_read_and_by_whom(pair: Pair) -> None:
    ana, bo, name = pair
    await bo.page.get_by_role("link", name=re.compile("general")).click()
    await ana.say("Did you see this?", name)
    mine = ana.history().get_by_role("listitem").filter(has_text="Did you see this?")
    await expect(mine.get_by_text("Sent", exact=True)).to_be_attached()
    await bo.open_channel(name)
    await bo.page.bring_to_front()
    await expect(mine.get_by_text(f"Read by {bo.name}")).to_be_attached()
    await ana.page.reload()
    await expect(mine.get_by_text(f"Read by {bo.name}")).to_be_attached()
