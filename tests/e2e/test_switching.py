"""From room to room and back: what was known is shown at once, and nothing that is late leads anywhere."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import new_name

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_whoever_comes_back_to_the_page_they_began_with_has_read_it(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo = await newcomer("ana"), await newcomer("bo")
    first, second = new_name("first"), new_name("second")
    begun, other = await bo.create_channel(first), await bo.create_channel(second)
    for channel in (begun, other):
        await ana.join(channel)
    await bo.post(begun, "unread when the page was made")
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive(f"/c/{begun}")
    divider = visitor.page.locator("li.unread")
    await expect(divider).to_be_visible()
    row = visitor.page.get_by_role("link", name=re.compile(first))
    await expect(row.locator(".badge")).to_have_count(0)
    await visitor.open_channel(second)
    await visitor.open_channel(first)
    await expect(visitor.message("unread when the page was made")).to_be_visible()
    await expect(divider).to_have_count(0)


async def test_a_room_that_answers_late_does_not_take_the_place_of_another(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    home, slow, quick = new_name("home"), new_name("slow"), new_name("quick")
    begun, late, soon = [await ana.create_channel(name) for name in (home, slow, quick)]
    await ana.post(soon, "here already")
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive(f"/c/{begun}")
    released, answered = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()
        answered.set()

    await visitor.page.route(f"**/api/channels/{late}/room*", hold)
    channels = visitor.page.get_by_role("navigation", name="Channels")
    await channels.get_by_role("link", name=re.compile(slow)).click()
    # By a way that is not one from room to room.
    await visitor.page.get_by_role("link", name="Settings").click()
    await expect(visitor.page.get_by_role("heading", name="Settings")).to_be_visible()
    async with visitor.page.expect_response(f"**/api/channels/{late}/room*"):
        released.set()
    await answered.wait()
    await visitor.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await expect(visitor.page).to_have_url(re.compile("/settings$"))
    await visitor.open_channel(quick)
    await expect(visitor.message("here already")).to_be_visible()


async def test_a_switch_asks_for_the_room_alone(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    home, other = new_name("home"), new_name("other")
    begun, there = await ana.create_channel(home), await ana.create_channel(other)
    await ana.post(there, "hello")
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive(f"/c/{begun}")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    await visitor.open_channel(other)
    await expect(visitor.message("hello")).to_be_visible()
    assert [url for url in asked if "/room" in url] == [f"{visitor.server.url}/api/channels/{there}/room"]
    assert not [url for url in asked if "/api/snapshot" in url]


async def test_one_goes_back_once_from_where_a_quote_led(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    channel = await ana.create_channel(new_name("quotes"))
    await ana.post(channel, "the question")
    answered = await ana.api("POST", f"/channels/{channel}/messages", {"text": "the answer", "reply": 1})
    assert answered["number"] == 2
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive(f"/c/{channel}")
    before = await visitor.page.evaluate("history.length")
    await visitor.history().locator("a.quote").click()
    await expect(visitor.page).to_have_url(re.compile("/1#m1$"))
    assert await visitor.page.evaluate("history.length") == before + 1


async def test_a_draft_outlives_the_editing_of_two_messages(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    name = new_name("drafts")
    channel = await ana.create_channel(name)
    for text in ("one", "two"):
        await ana.post(channel, text)
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive(f"/c/{channel}")
    box = visitor.page.locator("#compose")
    await box.fill("a draft")
    for number, text in ((2, "two"), (1, "one")):
        await visitor.page.locator(f"#m{number}").focus()
        await visitor.page.keyboard.press("e")
        await expect(box).to_have_value(text)
    await visitor.page.keyboard.press("Escape")
    await expect(box).to_have_value("a draft")


async def test_a_name_that_is_written_and_not_chosen_is_meant(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo, cy = await newcomer("ana"), await newcomer("bo"), await newcomer("cy")
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive("/new/message")
    field = visitor.page.get_by_role("combobox", name="To")
    await field.fill(bo.name)
    await visitor.page.get_by_role("option", name=bo.name).click()
    await field.fill(cy.name)
    await field.press("Escape")
    await visitor.page.get_by_role("button", name="Open the conversation").click()
    await expect(visitor.page).to_have_url(re.compile("/c/"))
    listed = (await ana.snapshot())["channels"]
    people = [{person["name"] for person in each.get("people", [])} for each in listed]
    assert {ana.name, bo.name, cy.name} in people


async def test_density_and_contrast_hold_at_once_and_in_the_next_page(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("ana")
    await ana.create_channel(new_name("dense"))
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive("/settings")
    row = visitor.page.locator("a.channel").first
    box = await row.bounding_box()
    assert box is not None
    for choice in ("Compact", "More"):
        await visitor.page.get_by_text(choice, exact=True).click()
    smaller = await row.bounding_box()
    assert smaller is not None
    assert smaller["height"] < box["height"]
    await visitor.arrive("/settings")
    html = visitor.page.locator("html")
    await expect(html).to_have_attribute("data-density", "compact")
    await expect(html).to_have_attribute("data-contrast", "more")
    assert await row.bounding_box() == smaller
    assert await visitor.page.evaluate("getComputedStyle(document.body).color") in ("rgb(0, 0, 0)", "lab(0 0 0)")
