"""Threads: replies beside the room, seen by who follows them wherever they are, with and without JavaScript."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, WebSocketRoute, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import find_violations, overflow
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(slots=True)
class Place:
    """Ana and Bo in the same room, each in a browser; its first message is Ana's question."""

    ana: Visitor
    bo: Visitor
    ana_http: Person
    channel: str
    name: str


@pytest_asyncio.fixture(loop_scope="session")
async def place(visit: Visit, newcomer: Newcomer) -> Place:
    ana, bo, name = await newcomer("ana"), await newcomer("bo"), new_name("harbour")
    channel = await ana.create_channel(name)
    await ana.add(channel, bo.id)
    await ana.post(channel, "When does the tide turn?")
    windows = []
    for person in (ana, bo):
        visitor = await visit()
        await visitor.enter_as(person)
        await visitor.arrive(f"/c/{channel}")
        windows.append(visitor)
    return Place(windows[0], windows[1], ana, channel, name)


def thread(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Thread")


def replies(page: Page) -> Locator:
    return thread(page).get_by_role("list", name=re.compile("^Replies to message ")).get_by_role("listitem")


async def open_thread(visitor: Visitor, text: str) -> None:
    """By the button beside the message."""
    row = visitor.history().get_by_role("listitem").filter(has_text=text)
    await row.hover()
    await row.get_by_role("button", name="Reply in thread").click()
    await expect(thread(visitor.page)).to_contain_text(text)


async def answer(page: Page, text: str) -> None:
    box = thread(page).get_by_role("textbox", name="Reply in the thread")
    await box.fill(text)
    await box.press("Enter")


async def test_a_reply_is_seen_under_its_message_and_in_the_thread_as_it_comes(place: Place) -> None:
    ana, bo = place.ana.page, place.bo.page
    await open_thread(place.bo, "When does the tide turn?")
    await answer(bo, "At four.")
    await expect(replies(bo).filter(has_text="At four.")).to_have_count(1)
    summary = place.ana.history().get_by_role("link", name=re.compile("1 reply"))
    await expect(summary).to_be_visible()
    await expect(place.ana.history()).not_to_contain_text("At four.")
    await expect(ana.get_by_role("link", name=re.compile("^Threads"))).to_contain_text("1 waits")
    await summary.click()
    await expect(replies(ana).filter(has_text="At four.")).to_have_count(1)
    await expect(ana.get_by_role("link", name=re.compile("^Threads"))).not_to_contain_text("waits")
    await answer(bo, "Or at five.")
    await expect(replies(ana).filter(has_text="Or at five.")).to_have_count(1)
    assert await find_violations(ana) == []
    await ana.get_by_role("link", name="Close the thread").click()
    await expect(thread(ana)).to_have_count(0)


async def test_a_followed_thread_waits_in_the_list_of_threads(place: Place) -> None:
    ana, bo = place.ana.page, place.bo.page
    await open_thread(place.bo, "When does the tide turn?")
    await answer(bo, "At six.")
    await ana.get_by_role("link", name=re.compile("^Threads")).click()
    await expect(ana.get_by_role("heading", name="Threads", level=1)).to_be_visible()
    item = ana.get_by_role("list", name="Threads").get_by_role("listitem").filter(has_text="When does")
    await expect(item.first).to_contain_text("At six.")
    await expect(item.first).to_contain_text("1 unread reply")
    await answer(bo, "At seven.")
    await expect(item.first).to_contain_text("At seven.")
    assert await find_violations(ana) == []
    await item.first.get_by_role("link", name=place.ana_http.name).click()
    await expect(replies(ana).filter(has_text="At seven.")).to_have_count(1)
    await thread(ana).get_by_role("button", name="Stop following").click()
    await expect(thread(ana).get_by_role("button", name="Follow", exact=True)).to_be_visible()


async def test_a_thread_reads_and_is_answered_without_javascript(place: Place, visit: Visit) -> None:
    visitor = await visit(java_script_enabled=False, viewport={"width": 360, "height": 740})
    await visitor.enter_as(place.ana_http)
    page = visitor.page
    await page.goto(f"/c/{place.channel}/1/thread")
    await expect(thread(page)).to_contain_text("When does the tide turn?")
    await thread(page).get_by_role("textbox", name="Reply in the thread").fill("Nobody knows.")
    await thread(page).get_by_role("button", name="Send").click()
    await expect(page).to_have_url(re.compile(f"/c/{place.channel}/1/thread"))
    await expect(replies(page).filter(has_text="Nobody knows.")).to_have_count(1)
    assert await overflow(page) == 0
    await page.goto(f"/c/{place.channel}/2")
    await expect(page).to_have_url(re.compile(rf"/c/{place.channel}/1/thread\?at=2"))
    await thread(page).get_by_role("button", name="Stop following").click()
    await page.goto("/threads")
    await expect(page.get_by_text("You follow no threads")).to_be_visible()


async def test_a_thread_is_opened_walked_through_answered_and_left_by_keyboard(place: Place) -> None:
    bo, keys = place.bo.page, place.bo.page.keyboard
    row = place.bo.history().get_by_role("listitem").filter(has_text="When does the tide turn?")
    await place.bo.tab_to(row)
    await keys.press("t")
    box = thread(bo).get_by_role("textbox", name="Reply in the thread")
    await expect(box).to_be_focused()
    for text in ("At eight.", "No, at nine."):
        await keys.type(text)
        await keys.press("Enter")
    await expect(replies(bo).filter(has_text="No, at nine.")).to_have_count(1)
    await expect(box).to_have_value("")
    await replies(bo).filter(has_text="No, at nine.").focus()
    await keys.press("ArrowUp")
    await expect(replies(bo).filter(has_text="At eight.")).to_be_focused()
    await keys.press("e")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("At eight.")
    await keys.press("Escape")
    await expect(box).to_have_value("")
    await keys.press("Escape")
    await expect(thread(bo)).to_have_count(0)
    await expect(row).to_be_focused()


async def test_a_reply_has_an_address_that_leads_into_its_thread(place: Place, visit: Visit) -> None:
    ana, channel = place.ana_http, place.channel
    for text in ("Ask the pilot.", "He is asleep."):
        await ana.api("POST", f"/channels/{channel}/messages", {"text": text, "thread": 1})
    await ana.post(channel, "Never mind.")
    visitor = await visit()
    await visitor.enter_as(ana)
    page = visitor.page
    await visitor.arrive(f"/c/{channel}/2")
    await expect(page).to_have_url(re.compile(rf"/c/{channel}/1/thread\?at=2"))
    await expect(replies(page).filter(has_text="Ask the pilot.")).to_be_in_viewport()
    # From within the pages, where only the number is known.
    await ana.api("PUT", f"/channels/{channel}/pins/3")
    await thread(page).get_by_role("link", name="Close the thread").click()
    await visitor.history().get_by_role("link", name="pinned a message").click()
    await expect(page).to_have_url(re.compile(rf"/c/{channel}/1/thread\?at=3"))
    await expect(replies(page).filter(has_text="He is asleep.")).to_be_in_viewport()


async def test_what_is_deleted_in_a_thread_is_gone_from_it_and_from_the_list(place: Place) -> None:
    ana, bo, channel = place.ana_http, place.bo.page, place.channel
    for text in ("A secret.", "No secret."):
        await ana.api("POST", f"/channels/{channel}/messages", {"text": text, "thread": 1})
    await place.bo.history().get_by_role("link", name=re.compile("2 replies")).click()
    await expect(replies(bo).filter(has_text="A secret.")).to_have_count(1)
    await place.ana.page.get_by_role("link", name=re.compile("^Threads")).click()
    await expect(place.ana.page.get_by_text("A secret.")).to_be_visible()
    await ana.api("DELETE", f"/channels/{channel}/messages/2")
    await expect(replies(bo).filter(has_text="A secret.")).to_have_count(0)
    await expect(place.bo.history().get_by_role("link", name=re.compile("1 reply"))).to_be_visible()
    await expect(place.ana.page.get_by_text("A secret.")).to_have_count(0)
    await expect(place.ana.page.get_by_text("No secret.")).to_be_visible()


@contextlib.asynccontextmanager
async def cuttable(context: BrowserContext) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Pages whose connection can be cut: then nothing of theirs gets through, until the end."""
    passing: list[WebSocketRoute] = []
    away = False

    async def pass_on(socket: WebSocketRoute) -> None:
        if away:
            await socket.close(code=1013)
        else:
            socket.connect_to_server()
            passing.append(socket)

    async def cut() -> None:
        nonlocal away
        away = True
        await context.route("**/api/**", lambda route: route.abort())
        for socket in passing:
            await socket.close(code=1013)

    await context.route_web_socket("**/socket", pass_on)
    yield cut
    away = False
    await context.unroute("**/api/**")


async def test_replies_that_came_while_the_connection_was_away_are_there_when_it_is_back(
    place: Place, visit: Visit
) -> None:
    ana, channel = place.ana_http, place.channel
    visitor = await visit(expect_trouble=True)
    await visitor.enter_as(ana)
    page = visitor.page
    async with cuttable(page.context) as cut:
        await visitor.arrive(f"/c/{channel}/1/thread")
        await answer(page, "At ten.")
        await expect(replies(page).get_by_text("Sent")).to_have_count(1)
        await cut()
        await answer(page, "Written without a line.")
        for number in range(60):
            await ana.api("POST", f"/channels/{channel}/messages", {"text": f"reply {number}", "thread": 1})
        await expect(replies(page).filter(has_text="reply 0")).to_have_count(0)
    for text in ("At ten.", "reply 0", "reply 59", "Written without a line."):
        await expect(replies(page).filter(has=page.get_by_text(text, exact=True))).to_have_count(1)
    await page.reload()
    await expect(replies(page).filter(has_text="At ten.")).to_have_count(0)
    await thread(page).get_by_role("link", name="Earlier replies").click()
    await expect(replies(page).filter(has_text="At ten.")).to_have_count(1)


async def test_opening_and_closing_a_thread_leaves_the_room_where_it_is(place: Place) -> None:
    ana, bo, channel = place.ana_http, place.bo.page, place.channel
    for number in range(40):
        await ana.post(channel, f"line {number}")
    await bo.goto(f"/c/{channel}/20")
    await place.bo.wait_until_alive()
    row = place.bo.message("line 18")
    await expect(row).to_be_in_viewport()
    await open_thread(place.bo, "line 17")
    await expect(row).to_be_in_viewport()
    await thread(bo).get_by_role("link", name="Close the thread").click()
    await expect(thread(bo)).to_have_count(0)
    await expect(row).to_be_in_viewport()
