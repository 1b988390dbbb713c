"""Polls: asked, answered and closed by people in their own browsers, by keyboard, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import find_violations, overflow
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEA = {"kind": "poll", "question": "Which tea?", "options": ["Green", "Black", "绿茶和红茶"]}


async def room(newcomer: Newcomer) -> tuple[Person, Person, str]:
    ana, bo = await newcomer("ana"), await newcomer("bo")
    channel = await ana.create_channel(new_name("polls"))
    await bo.join(channel)
    return ana, bo, channel


async def ask(person: Person, channel: str, **how: object) -> None:
    body = {"text": "", "parts": [{**TEA, **how}]}
    (await person.http.post(f"/api/channels/{channel}/messages", json=body)).raise_for_status()


async def enter(visit: Visit, person: Person, channel: str) -> Visitor:
    visitor = await visit()
    await visitor.enter_as(person)
    await visitor.arrive(f"/c/{channel}")
    return visitor


def poll(page: Page) -> Locator:
    return page.get_by_role("region", name="Poll: Which tea?")


async def test_a_poll_is_asked_from_the_composer_and_votes_arrive_everywhere(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo, channel = await room(newcomer)
    one, two = await enter(visit, ana, channel), await enter(visit, bo, channel)
    await one.page.get_by_role("button", name="Add to the message").press("Enter")
    await one.page.get_by_role("menuitem", name="Poll").press("Enter")
    dialog = one.page.get_by_role("dialog", name="Ask a question")
    await dialog.get_by_label("Question").fill("Which tea?")
    await dialog.get_by_role("textbox", name="Option 1").fill("Green")
    await dialog.get_by_role("textbox", name="Option 2").fill("green ")
    await expect(dialog.get_by_role("alert").first).to_have_text("Two options are the same.")
    await expect(dialog.get_by_role("button", name="Send")).to_be_disabled()
    await dialog.get_by_role("textbox", name="Option 2").fill("Black")
    await dialog.get_by_role("button", name="Add an option").press("Enter")
    await expect(dialog.get_by_role("textbox", name="Option 3")).to_be_focused()
    await one.page.keyboard.type("None")
    await dialog.get_by_role("button", name="Remove option 1").click()
    await dialog.get_by_role("button", name="Add an option").click()
    await dialog.get_by_role("textbox", name="Option 3").fill("Green")
    await dialog.get_by_label("Closes", exact=True).select_option("In a day")
    assert await find_violations(one.page) == []
    await dialog.get_by_label("Question").press("Enter")
    await expect(poll(two.page)).to_contain_text(re.compile("Choose one.*Black.*None.*Green.*Nobody has voted yet"))
    await poll(two.page).get_by_role("radio", name=re.compile("^Green")).check()
    await poll(two.page).get_by_role("button", name="Vote").click()
    for page in (one.page, two.page):
        await expect(poll(page)).to_contain_text("1 person voted")
    await expect(poll(two.page).get_by_role("status")).to_contain_text("Your vote is counted.")
    await expect(poll(one.page).get_by_role("status")).to_be_empty()
    await poll(one.page).get_by_text("Who voted for what").click()
    await expect(poll(one.page).get_by_role("definition")).to_have_text(bo.name)
    await two.page.reload()
    await expect(poll(two.page).get_by_role("radio", name=re.compile("^Green"))).to_be_checked()
    await two.page.get_by_role("button", name="Withdraw").click()
    await expect(poll(one.page)).to_contain_text("Nobody has voted yet")


async def test_an_anonymous_poll_names_nobody_and_knows_ones_own_vote(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo, channel = await room(newcomer)
    await ask(ana, channel, anonymous=True, multiple=True)
    one, two = await enter(visit, ana, channel), await enter(visit, bo, channel)
    green = poll(two.page).get_by_role("checkbox", name=re.compile("^Green"))
    await two.tab_to(green)
    await two.page.keyboard.press("Space")
    await two.page.keyboard.press("Tab")
    await two.page.keyboard.press("Space")
    await two.page.keyboard.press("Enter")
    await expect(poll(one.page)).to_contain_text("1 person voted")
    await expect(poll(one.page).get_by_text("Who voted for what")).to_have_count(0)
    await expect(poll(one.page).get_by_role("checkbox", checked=True)).to_have_count(0)
    assert bo.id not in (await ana.http.get(f"/api/channels/{channel}/events?after=3")).text.replace(f'"{bo.id}"}}', "")
    await two.page.reload()
    await expect(poll(two.page).get_by_role("checkbox", checked=True)).to_have_count(2)
    assert await find_violations(two.page) == []
    await two.page.set_viewport_size({"width": 360, "height": 740})
    assert await overflow(two.page) == 0


async def test_its_author_closes_a_poll_and_everybody_sees_how_it_ended(visit: Visit, newcomer: Newcomer) -> None:
    ana, bo, channel = await room(newcomer)
    await ask(ana, channel)
    one, two = await enter(visit, ana, channel), await enter(visit, bo, channel)
    await poll(two.page).get_by_role("radio", name=re.compile("绿茶")).check()
    await poll(two.page).get_by_role("button", name="Vote").click()
    await expect(poll(two.page).get_by_role("button", name="Close the poll")).to_have_count(0)
    await poll(one.page).get_by_role("button", name="Close the poll").click()
    for page in (one.page, two.page):
        await expect(poll(page).get_by_role("status")).to_contain_text(
            "The poll is closed. Green: 0, Black: 0, 绿茶和红茶: 1"
        )
        await expect(poll(page).get_by_role("radio")).to_have_count(0)
    await expect(poll(two.page).get_by_text("Your vote", exact=True)).to_be_attached()
    assert await find_violations(two.page) == []
    await one.page.goto("/search?q=绿茶")
    await expect(one.page.get_by_role("main")).to_contain_text("Which tea?")


async def test_without_javascript_a_poll_is_asked_and_answered_by_forms(visit: Visit, newcomer: Newcomer) -> None:
    ana, _, channel = await room(newcomer)
    plain = await visit(java_script_enabled=False)
    await plain.enter_as(ana)
    await plain.page.goto(f"/c/{channel}")
    await plain.page.locator("summary").last.click()
    await plain.page.get_by_label("Question").fill("Which tea?")
    await plain.page.get_by_label("Option 1").fill("Green")
    await plain.page.get_by_label("Option 4").fill("Black")
    await plain.page.get_by_label("Option 2").fill("None")
    await plain.page.get_by_role("button", name="Send", exact=True).last.click()
    await poll(plain.page).get_by_role("radio", name=re.compile("^Black")).check()
    await poll(plain.page).get_by_role("button", name="Vote").click()
    await expect(poll(plain.page)).to_contain_text("1 person voted")
    await expect(poll(plain.page).get_by_role("radio", name=re.compile("^Black"))).to_be_checked()
    await poll(plain.page).get_by_role("button", name="Withdraw").click()
    await expect(poll(plain.page)).to_contain_text("Nobody has voted yet")
    await poll(plain.page).get_by_role("button", name="Close the poll").click()
    await expect(poll(plain.page)).to_contain_text("Closed")
    assert await overflow(plain.page) == 0
