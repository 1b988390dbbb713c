"""To anywhere by the keyboard: the quick switcher, the keys that work everywhere, and the page that tells of them."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import find_violations
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


def switcher(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Go to …")


def chosen(page: Page) -> Locator:
    return switcher(page).get_by_role("option", selected=True)


async def arrive_as(visit: Visit, person: Person, path: str) -> Visitor:
    visitor = await visit()
    await visitor.enter_as(person)
    await visitor.arrive(path)
    await visitor.page.evaluate("window.stillTheSamePage = true")
    return visitor


async def still_the_same_page(page: Page) -> bool:
    return bool(await page.evaluate("window.stillTheSamePage === true"))


async def test_a_few_letters_and_enter_lead_to_a_room_to_write_in(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    here, there = new_name("kitchen"), new_name("garage")
    channel = await ana.create_channel(here)
    other = await ana.create_channel(there)
    visitor = await arrive_as(visit, ana, f"/c/{channel}")
    page = visitor.page
    await visitor.composer(here).press("Control+k")
    await page.keyboard.type(there[:4])
    await expect(chosen(page)).to_contain_text(there)
    assert await find_violations(page) == []
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/c/{other}$"))
    await expect(visitor.composer(there)).to_be_focused()
    assert await still_the_same_page(page)


async def test_a_chinese_name_is_found_by_how_it_sounds(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    await ana.create_channel(new_name("设计组"))
    visitor = await arrive_as(visit, ana, "/settings")
    await visitor.page.keyboard.press("Control+k")
    await visitor.page.keyboard.type("sheji")
    await expect(chosen(visitor.page)).to_contain_text("设计组")


async def test_somebody_one_has_never_talked_to_is_talked_to(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo = await newcomer("ana"), await newcomer("bosse")
    visitor = await arrive_as(visit, ana, "/settings")
    await visitor.page.keyboard.press("Control+k")
    await visitor.page.keyboard.type(f"@{bo.name}")
    await expect(chosen(visitor.page)).to_contain_text(bo.name)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.composer(bo.name)).to_be_visible()


async def test_a_message_is_found_and_what_can_be_done_is_done(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    channel = await ana.create_channel(new_name("notes"))
    await ana.post(channel, "the sphygmograph is in the cupboard")
    visitor = await arrive_as(visit, ana, "/settings")
    page = visitor.page
    await page.keyboard.press("Control+k")
    await page.keyboard.type("sphygmograph")
    await switcher(page).get_by_role("option", name=re.compile("in the cupboard")).click()
    await expect(page).to_have_url(re.compile(f"/c/{channel}/1"))
    await page.keyboard.press("Control+k")
    await page.keyboard.type(">dark")
    await expect(chosen(page)).to_have_text("Theme: dark")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(switcher(page)).to_have_count(0)


async def test_a_question_mark_tells_of_all_keys_unless_one_writes_or_wants_none(
    visit: Visit, newcomer: Newcomer
) -> None:
    ana = await newcomer("ana")
    name = new_name("keys")
    channel = await ana.create_channel(name)
    visitor = await arrive_as(visit, ana, f"/c/{channel}")
    page = visitor.page
    keys = page.get_by_role("dialog", name="Keyboard")
    await page.keyboard.press("?")
    await expect(keys.get_by_text("Forward", exact=True)).to_be_visible()
    assert await find_violations(page) == []
    await page.keyboard.press("Escape")
    await expect(keys).to_have_count(0)
    await visitor.composer(name).press("?")
    await expect(visitor.composer(name)).to_have_value("?")
    await visitor.arrive("/settings")
    await page.get_by_role("group", name="Single keys").get_by_text("Off").click()
    await page.get_by_role("link", name="All keys").click()
    await expect(page.get_by_role("heading", name="Keyboard", exact=True)).to_be_visible()
    await page.keyboard.press("?")
    await page.keyboard.press("Control+k")
    await expect(switcher(page)).to_be_visible()
    await expect(keys).to_have_count(0)


async def test_alt_and_the_arrows_go_along_the_list(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo = await newcomer("ana"), await newcomer("bo")
    first, second, third = new_name("first"), new_name("second"), new_name("third")
    channels = [await ana.create_channel(name) for name in (first, second, third)]
    await bo.join(channels[0])
    for channel in reversed(channels):
        await ana.post(channel, "hello")
    await bo.post(channels[0], "unread")
    # The list is by what was said last: the first, the second and the third stand below each other.
    visitor = await arrive_as(visit, ana, f"/c/{channels[2]}")
    page = visitor.page
    await page.keyboard.press("Alt+Shift+ArrowUp")
    await expect(visitor.composer(first)).to_be_visible()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page).to_have_url(re.compile(f"/c/{channels[1]}$"))
    assert await still_the_same_page(page)


async def test_the_keys_are_a_page_without_javascript(visit: Visit, newcomer: Newcomer) -> None:
    visitor = await visit(java_script_enabled=False, locale="zh-CN")
    await visitor.enter_as(await newcomer("ana"))
    await visitor.page.goto("/shortcuts")
    await expect(visitor.page.get_by_role("heading", name="键盘快捷键")).to_be_visible()
    await expect(visitor.page.get_by_text("转发", exact=True)).to_be_visible()
