"""Who is writing, who is here, and who has read what one wrote."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def together(visit: Visit) -> tuple[Visitor, Visitor, str]:
    """Two people in a channel of their own; its name."""
    ana, bo = await visit(), await visit()
    await ana.register("ana")
    await bo.register("bo")
    name = f"two of us {ana.name}"
    ana_person, bo_person = await ana.person(), await bo.person()
    channel = await ana_person.create_channel(name)
    await bo_person.join(channel)
    for visitor in (ana, bo):
        await visitor.open_channel(name)
    return ana, bo, name


async def test_one_sees_that_another_types_and_what_they_wrote_ends_it(visit: Visit) -> None:
    ana, bo, name = await together(visit)
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


async def test_who_deletes_what_they_began_is_not_typing_any_more(visit: Visit) -> None:
    ana, bo, name = await together(visit)
    await ana.composer(name).press_sequentially("no", delay=20)
    await expect(bo.page.get_by_role("main").get_by_text(f"{ana.name} is typing")).to_be_visible()
    await ana.composer(name).fill("")
    await expect(bo.page.get_by_role("main").get_by_text(f"{ana.name} is typing")).to_have_count(0)


async def test_one_sees_who_is_here_and_who_has_gone(visit: Visit) -> None:
    ana, bo, _ = await together(visit)
    await ana.page.get_by_role("link", name="2 members").click()
    member = ana.page.get_by_role("complementary", name="Members").get_by_role("listitem").filter(has_text=bo.name)
    await expect(member).to_have_text(re.compile(f"{bo.name}, online"))
    await bo.page.close()
    await expect(member).to_have_text(re.compile(f"{bo.name}, offline"), timeout=40_000)


async def test_one_sees_that_a_message_was_read_and_by_whom(visit: Visit) -> None:
    ana, bo, name = await together(visit)
    await bo.page.get_by_role("link", name=re.compile("general")).click()
    await ana.say("Did you see this?", name)
    mine = ana.history().get_by_role("listitem").filter(has_text="Did you see this?")
    await expect(mine.get_by_text("Sent", exact=True)).to_be_attached()
    await bo.open_channel(name)
    await bo.page.bring_to_front()
    await expect(mine.get_by_text(f"Read by {bo.name}")).to_be_attached()
    await ana.page.reload()
    await expect(mine.get_by_text(f"Read by {bo.name}")).to_be_attached()
