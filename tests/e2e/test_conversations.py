"""Talking to people instead of channels: beginning, finding, hiding, muting and pinning, as two and as a few."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import find_violations, overflow
from tests.e2e.visitor import Visitor
from tests.support.client import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(slots=True)
class Two:
    """Ana and Bo, each at a page of the chat, and the same over HTTP."""

    ana: Visitor
    bo: Visitor
    ana_http: Person
    bo_http: Person


@pytest_asyncio.fixture(loop_scope="session")
async def two(visit: Visit, newcomer: Newcomer) -> Two:
    people = [await newcomer("ana"), await newcomer("bo")]
    visitors = [await visit(), await visit()]
    for visitor, person in zip(visitors, people, strict=True):
        await visitor.enter_as(person)
        await visitor.arrive("/inbox")
    return Two(visitors[0], visitors[1], people[0], people[1])


def rows(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("navigation", name="People").get_by_role("listitem")


def row(visitor: Visitor, name: str) -> Locator:
    return rows(visitor).filter(has_text=name)


async def choose(visitor: Visitor, of: Locator, name: str) -> None:
    """From the menu of a row."""
    await of.hover()
    await of.get_by_role("button", name=re.compile("^Options for ")).click()
    await visitor.page.get_by_role("menuitem", name=name, exact=True).click()


async def test_one_finds_somebody_by_keyboard_and_they_answer(two: Two) -> None:
    ana, bo = two.ana, two.bo
    await ana.tab_to(ana.page.get_by_role("link", name="New message").first)
    await ana.page.keyboard.press("Enter")
    field = ana.page.get_by_role("combobox", name="To")
    await expect(field).to_be_focused()
    await field.press_sequentially(bo.name)
    await expect(ana.page.get_by_role("option", name=bo.name, exact=True)).to_be_visible()
    await ana.page.keyboard.press("Enter")
    chosen = ana.page.get_by_role("list", name="Chosen").get_by_role("listitem")
    await expect(chosen.filter(has_text=bo.name)).to_be_visible()
    await ana.page.keyboard.press("Enter")
    await expect(ana.composer(bo.name)).to_be_visible()
    await expect(rows(bo)).to_have_count(0)
    await ana.say("Shall we?", bo.name)
    await expect(row(bo, ana.name)).to_contain_text("Shall we?")
    await expect(row(bo, ana.name)).to_contain_text("1 unread message")
    await row(bo, ana.name).get_by_role("link").click()
    await bo.say("Let us.", ana.name)
    await expect(ana.message("Let us.")).to_be_visible()
    await expect(row(bo, ana.name)).to_contain_text("You: Let us.")
    await expect(ana.page.get_by_role("heading", name=bo.name, level=1)).to_be_visible()
    await expect(ana.page.get_by_role("banner").or_(ana.page.locator(".bar")).get_by_text("online")).to_be_visible()


async def test_both_who_open_it_arrive_at_the_same(two: Two) -> None:
    first = await two.ana_http.open_conversation([two.bo_http.id])
    await two.bo.page.goto(f"/u/{two.ana_http.id}")
    await two.bo.page.get_by_role("button", name="Message", exact=True).click()
    await expect(two.bo.page).to_have_url(re.compile(first))


async def test_a_name_in_a_room_opens_a_card_with_the_way_to_them(two: Two) -> None:
    channel = await two.ana_http.create_channel(f"cards of {two.ana.name}")
    await two.bo_http.join(channel)
    await two.bo_http.post(channel, "Here I am.")
    await two.ana.page.goto(f"/c/{channel}")
    await two.ana.wait_until_alive()
    await two.ana.history().get_by_role("link", name=two.bo.name, exact=True).click()
    card = two.ana.page.get_by_role("dialog", name=f"Profile of {two.bo.name}")
    await expect(card.get_by_text("online")).to_be_visible()
    await card.get_by_role("button", name="Message", exact=True).click()
    await expect(two.ana.composer(two.bo.name)).to_be_visible()
    await expect(card).to_have_count(0)


async def test_a_group_is_shown_by_its_people_and_leads_on_from_two(two: Two, newcomer: Newcomer) -> None:
    ana, bo = two.ana, two.bo
    cy = await newcomer("cy")
    direct = await two.ana_http.open_conversation([two.bo_http.id])
    await ana.page.goto(f"/c/{direct}/members")
    await ana.page.get_by_role("link", name="Begin a group with more people").click()
    chosen = ana.page.get_by_role("list", name="Chosen").get_by_role("listitem")
    await expect(chosen.filter(has_text=bo.name)).to_be_visible()
    await ana.page.get_by_role("combobox", name="To").press_sequentially(cy.name)
    await ana.page.get_by_role("option", name=cy.name, exact=True).click()
    await ana.page.get_by_role("button", name="Open the conversation").click()
    name = f"{bo.name}, {cy.name}"
    await expect(ana.page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await ana.say("The three of us.", name)
    await expect(row(bo, f"{ana.name}, {cy.name}")).to_contain_text(f"{ana.name}: The three of us.")


async def test_what_is_hidden_comes_back_with_the_next_message(two: Two) -> None:
    direct = await two.ana_http.open_conversation([two.bo_http.id])
    await two.ana_http.post(direct, "Hello")
    await choose(two.bo, row(two.bo, two.ana.name), "Hide until the next message")
    await expect(rows(two.bo)).to_have_count(0)
    await two.bo.page.reload()
    await two.bo.wait_until_alive()
    await expect(rows(two.bo)).to_have_count(0)
    await two.ana_http.post(direct, "Are you there?")
    await expect(row(two.bo, two.ana.name)).to_contain_text("Are you there?")


async def test_muting_and_pinning_hold_on_all_devices(two: Two, visit: Visit) -> None:
    direct = await two.ana_http.open_conversation([two.bo_http.id])
    await two.ana_http.post(direct, "One")
    other = await visit()
    await other.enter_as(two.bo_http)
    await other.arrive("/inbox")
    await choose(two.bo, row(two.bo, two.ana.name), "Mute")
    await expect(row(other, two.ana.name)).to_contain_text("Muted")
    await expect(row(other, two.ana.name)).not_to_contain_text("unread")
    await choose(other, row(other, two.ana.name), "Pin at the top")
    await expect(row(two.bo, two.ana.name)).to_contain_text("Pinned")
    await choose(two.bo, row(two.bo, two.ana.name), "Unmute")
    await expect(row(other, two.ana.name)).to_contain_text("1 unread message")
    await choose(two.bo, row(two.bo, two.ana.name), "Mark as read")
    await expect(row(other, two.ana.name)).not_to_contain_text("unread")
    await choose(two.bo, row(two.bo, two.ana.name), "Mark as unread")
    await expect(row(other, two.ana.name)).to_contain_text("1 unread message")


async def test_without_javascript_one_writes_names_into_a_form(two: Two, visit: Visit) -> None:
    plain = await visit(java_script_enabled=False)
    await plain.enter_as(two.ana_http)
    await plain.page.goto("/new/message")
    await plain.page.get_by_label("To").fill("nobody-of-that-name")
    await plain.page.get_by_role("button", name="Open the conversation").click()
    await expect(plain.page.get_by_role("alert")).to_have_text("There is nobody of that name.")
    await plain.page.get_by_label("To").fill(two.bo.name.upper())
    await plain.page.get_by_role("button", name="Open the conversation").click()
    await plain.page.get_by_role("textbox", name=f"Message to {two.bo.name}").fill("By hand")
    await plain.page.get_by_role("button", name="Send").click()
    await expect(row(two.bo, two.ana.name)).to_contain_text("By hand")


async def test_the_list_is_sorted_by_name_when_one_wants(two: Two) -> None:
    early, late = [await two.ana_http.create_channel(f"{letter} of {two.ana.name}") for letter in "ab"]
    await two.ana_http.post(early, "first")
    await two.ana_http.post(late, "last")
    links = (
        two.ana.page.get_by_role("navigation", name="Channels").get_by_role("listitem").filter(has_text=two.ana.name)
    )
    await expect(links.first).to_contain_text("b of")
    await two.ana.page.goto("/settings")
    await two.ana.wait_until_alive()
    await two.ana.page.get_by_text("By name", exact=True).click()
    await expect(links.first).to_contain_text("a of")
    await two.ana.page.reload()
    await expect(links.first).to_contain_text("a of")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_people_talk(two: Two, visit: Visit, width: int, scheme: str) -> None:
    direct = await two.ana_http.open_conversation([two.bo_http.id])
    await two.bo_http.post(direct, "Hello")
    await two.ana_http.open_conversation([])
    visitor = await visit(viewport={"width": width, "height": 800}, color_scheme=scheme)
    await visitor.enter_as(two.ana_http)
    for path in ("/inbox", "/new/message", f"/u/{two.bo_http.id}", f"/c/{direct}", f"/c/{direct}/members"):
        await visitor.page.goto(path)
        await visitor.page.wait_for_load_state("networkidle")
        assert await overflow(visitor.page) <= 0, path
        assert await find_violations(visitor.page) == [], path
