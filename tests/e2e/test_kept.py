"""Messages put aside: pinned for everybody, saved for oneself; with a browser's help and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import find_violations, overflow
from tests.e2e.visitor import Visitor, new_name

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def choose(visitor: Visitor, text: str, action: str) -> None:
    """An action of a message's menu."""
    row = visitor.history().locator("li", has=visitor.page.get_by_text(text, exact=True))
    await row.hover()
    await row.get_by_role("button", name="More", exact=True).click()
    await visitor.page.get_by_role("menuitem", name=action).click()


def panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("complementary", name="Pinned messages")


async def test_what_one_pins_everybody_finds_beside_the_room(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo = await newcomer("ana"), await newcomer("bo")
    channel = await ana.create_channel(new_name("pins"))
    await bo.join(channel)
    for text in ("The plan is **green**.", "Something else."):
        await ana.post(channel, text)
    one, two = await visit(), await visit()
    await one.enter_as(ana)
    await two.enter_as(bo)
    await one.arrive(f"/c/{channel}")
    await two.arrive(f"/c/{channel}")
    await choose(one, "Something else.", "Pin to the channel")
    line = two.page.get_by_role("link", name="pinned a message")
    await expect(line).to_be_visible()
    await expect(two.history().get_by_text("Pinned", exact=True)).to_be_attached()
    await two.page.get_by_role("link", name="1 pinned message").click()
    await expect(panel(two).get_by_text("Something else.")).to_be_visible()
    await expect(panel(two).get_by_text(f"Pinned by {ana.name}")).to_be_visible()
    assert await find_violations(two.page) == []
    await one.page.get_by_role("link", name="1 pinned message").click()
    await panel(one).get_by_role("button", name="Unpin").click()
    await expect(panel(one).get_by_text("Nothing is pinned yet")).to_be_visible()
    await expect(panel(two).get_by_text("Nothing is pinned yet")).to_be_visible()
    await two.page.set_viewport_size({"width": 360, "height": 740})
    assert await overflow(two.page) == 0


async def test_without_javascript_one_pins_and_saves_by_forms(visit: Visit, newcomer: Newcomer) -> None:
    ana = await newcomer("plain")
    channel = await ana.create_channel(new_name("forms"))
    await ana.post(channel, "Keep this one.")
    plain = await visit(java_script_enabled=False)
    await plain.enter_as(ana)
    await plain.page.goto(f"/c/{channel}/1")
    await plain.page.get_by_role("button", name="Pin to the channel").click()
    await plain.page.get_by_role("button", name="Save for later").click()
    await plain.page.goto(f"/c/{channel}/pins")
    await expect(panel(plain).get_by_text("Keep this one.")).to_be_visible()
    await panel(plain).get_by_role("button", name="Unpin").click()
    await expect(panel(plain).get_by_text("Nothing is pinned yet")).to_be_visible()
    await plain.page.get_by_role("link", name="Saved", exact=True).click()
    saved = plain.page.get_by_role("list", name="Saved messages")
    await expect(saved.get_by_text("Keep this one.")).to_be_visible()
    await saved.get_by_role("button", name="Remove").click()
    await expect(plain.page.get_by_role("heading", name="Nothing saved yet")).to_be_visible()


async def test_what_one_saves_waits_on_a_page_of_ones_own(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo = await newcomer("ana"), await newcomer("bo")
    channel = await ana.create_channel(new_name("saved"), private=True)
    await ana.add(channel, bo.id)
    for text in ("Read this later.", "And this.", "Gone soon."):
        await ana.post(channel, text)
    visitor = await visit()
    await visitor.enter_as(bo)
    await visitor.arrive(f"/c/{channel}")
    for text in ("Read this later.", "And this.", "Gone soon."):
        await choose(visitor, text, "Save for later")
    await expect(visitor.history().get_by_text("Saved", exact=True)).to_have_count(3)
    (await ana.http.delete(f"/api/channels/{channel}/messages/3")).raise_for_status()
    await visitor.page.get_by_role("link", name="Saved", exact=True).click()
    saved = visitor.page.get_by_role("list", name="Saved messages")
    await expect(saved.get_by_role("listitem")).to_have_count(3)
    await expect(saved.get_by_text("This message was deleted.")).to_be_visible()
    assert await find_violations(visitor.page) == []
    await saved.get_by_role("listitem").first.get_by_role("button", name="Remove").click()
    await expect(saved.get_by_role("listitem")).to_have_count(2)
    await saved.get_by_role("link", name=re.compile(ana.name)).last.click()
    await expect(visitor.message("Read this later.")).to_be_visible()
    await visitor.page.goto("/saved")
    (await ana.http.delete(f"/api/channels/{channel}/members/{bo.id}")).raise_for_status()
    await visitor.page.reload()
    await expect(visitor.page.get_by_text("A message of a channel you are no longer in")).to_have_count(2)
    assert "Read this later." not in await visitor.page.content()


async def test_what_a_message_has_said_is_shown_with_what_each_edit_changed(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo = await newcomer("ana"), await newcomer("bo")
    channel = await ana.create_channel(new_name("edits"))
    await bo.join(channel)
    await ana.post(channel, "The meeting is on Monday.")
    for text in ("The meeting is on Tuesday.", "会议改到明天 on Tuesday."):
        (await ana.http.patch(f"/api/channels/{channel}/messages/1", json={"text": text})).raise_for_status()
    visitor, plain = await visit(), await visit(java_script_enabled=False)
    await visitor.enter_as(bo)
    await visitor.arrive(f"/c/{channel}")
    await visitor.history().get_by_role("link", name="edited").click()
    dialog = visitor.page.get_by_role("dialog", name="What this message has said")
    versions = dialog.get_by_role("list", name="Its texts, the newest first").get_by_role("listitem")
    await expect(versions).to_have_count(3)
    await expect(versions.nth(1).get_by_role("deletion")).to_have_text("removed: Monday")
    await expect(versions.nth(1).get_by_role("insertion")).to_have_text("added: Tuesday")
    await expect(versions.nth(2)).to_contain_text("The meeting is on Monday.")
    assert await find_violations(visitor.page) == []
    await visitor.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await plain.enter_as(bo)
    await plain.page.goto(f"/c/{channel}")
    await plain.history().get_by_role("link", name="edited").click()
    await expect(plain.page).to_have_url(re.compile("/1/history$"))
    await expect(plain.page.get_by_role("insertion").last).to_contain_text("Tuesday")
    (await ana.http.delete(f"/api/channels/{channel}/messages/1")).raise_for_status()
    answer = await bo.http.get(f"/c/{channel}/1/history")
    # Nor on a Monday, when the time of a message says so.
    assert "meeting is on" not in answer.text
