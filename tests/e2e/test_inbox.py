"""Mentions and the inbox: who is named sees it wherever they are, and finds it gathered in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import find_violations, overflow
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(slots=True)
class Place:
    """Bo sits before the list of channels; Ana, who is in a channel with Bo, writes over HTTP."""

    bo: Visitor
    bo_http: Person
    ana: Person
    channel: str
    name: str


@pytest_asyncio.fixture(loop_scope="session")
async def place(visit: Visit, newcomer: Newcomer) -> Place:
    ana, bo, name = await newcomer("ana"), await newcomer("bo"), new_name("harbour")
    channel = await ana.create_channel(name)
    await ana.add(channel, bo.id)
    visitor = await visit()
    await visitor.enter_as(bo)
    await visitor.arrive("/inbox")
    return Place(visitor, bo, ana, channel, name)


def row(place: Place) -> Locator:
    channels = place.bo.page.get_by_role("navigation", name="Channels", exact=True)
    return channels.get_by_role("listitem").filter(has_text=place.name)


def inbox_link(place: Place) -> Locator:
    return place.bo.page.get_by_role("link", name=re.compile("^Inbox"))


async def test_who_is_named_sees_it_in_the_list_and_in_the_message(place: Place) -> None:
    page = place.bo.page
    await place.ana.post(place.channel, f"请@{place.bo_http.name}看 #{place.name} `@{place.bo_http.name}`")
    await expect(row(place)).to_contain_text("1 message for you")
    await expect(inbox_link(place)).to_contain_text("1 waits")
    await row(place).get_by_role("link").click()
    line = place.bo.history().get_by_role("listitem").filter(has_text="请")
    await expect(line.get_by_role("link", name=f"#{place.name}")).to_have_attribute("href", f"/c/{place.channel}")
    await expect(line.locator("code")).to_have_text(f"@{place.bo_http.name}")
    await expect(row(place)).not_to_contain_text("for you")
    await line.get_by_role("link", name=f"@{place.bo_http.name}").click()
    await expect(page.get_by_role("dialog")).to_contain_text(place.bo_http.name)


async def test_the_inbox_gathers_what_is_for_one_and_follows_what_happens(place: Place) -> None:
    page, ana = place.bo.page, place.ana
    await ana.post(place.channel, f"@{place.bo_http.name} one")
    talk = await ana.open_conversation([place.bo_http.id])
    await ana.post(talk, "just us")
    await inbox_link(place).click()
    await expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    items = page.get_by_role("list").filter(has_text="Mentions you").get_by_role("listitem")
    await expect(items).to_have_count(1)
    await expect(page.get_by_role("region", name="Conversations")).to_contain_text("just us")
    await ana.post(place.channel, "@all two")
    await expect(items).to_have_count(2)
    await expect(items.first).to_contain_text("@all two")
    assert await find_violations(page) == []
    await items.first.get_by_role("button", name=re.compile("^Mark what ")).click()
    await expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    await page.get_by_role("link", name="Unread", exact=True).click()
    await expect(items).to_have_count(0)


async def test_the_inbox_reads_and_is_cleared_without_javascript(place: Place, visit: Visit) -> None:
    visitor = await visit(java_script_enabled=False, viewport={"width": 360, "height": 740})
    await visitor.enter_as(place.bo_http)
    for number in range(3):
        await place.ana.post(place.channel, f"@{place.bo_http.name} {number}")
    await visitor.page.goto("/inbox/mine?show=mention")
    items = visitor.page.get_by_role("list").filter(has_text="Mentions you").get_by_role("listitem")
    await expect(items).to_have_count(3)
    assert await overflow(visitor.page) == 0
    await visitor.page.get_by_role("button", name="Mark all as read").click()
    await expect(visitor.page).to_have_url(re.compile("/inbox/mine"))
    await expect(visitor.page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    await items.first.get_by_role("link", name=place.ana.name).click()
    await expect(visitor.page.locator(".message").filter(has_text=f"@{place.bo_http.name} 2")).to_be_visible()
