"""Two people talk in two browsers; a third reads and posts without JavaScript; a fourth with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import new_name
from tests.support.client import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEWEST = 50


async def test_two_people_see_each_others_messages_without_reload_and_in_order(visit: Visit) -> None:
    ana, bo = await visit(), await visit()
    await ana.register("ana")
    await bo.register("bo")
    for visitor in (ana, bo):
        await visitor.open_channel("general")
        # A mark that a reload would wipe out.
        await visitor.page.evaluate("window.stillTheSamePage = true")
    lines = [f"{'ana' if number % 2 == 0 else 'bo'} says {number} to {ana.name}" for number in range(6)]
    for number, line in enumerate(lines):
        speaker, listener = (ana, bo) if number % 2 == 0 else (bo, ana)
        await speaker.say(line, "general")
        await expect(listener.message(line)).to_be_visible()
    for visitor in (ana, bo):
        said = visitor.history().get_by_text(re.compile(rf"says \d to {ana.name}$"))
        await expect(said).to_have_text(lines)
        assert await visitor.page.evaluate("window.stillTheSamePage") is True


async def test_a_new_channel_is_found_joined_and_talked_in(visit: Visit) -> None:
    ana, bo = await visit(), await visit()
    await ana.register("ana")
    await bo.register("bo")
    channel = await (await ana.person()).create_channel(new_name("found"), topic="Where things are found")
    await expect(
        ana.page.get_by_role("navigation", name="Channels").get_by_role("link", name=re.compile("^found"))
    ).to_be_visible()
    await bo.page.goto(f"/c/{channel}")
    await bo.page.get_by_role("button", name="Join the channel").click()
    await ana.page.goto(f"/c/{channel}")
    await bo.page.get_by_role("textbox", name=re.compile("^Message to")).fill("Found it.")
    await bo.page.keyboard.press("Enter")
    await expect(ana.message("Found it.")).to_be_visible()


async def test_the_served_page_holds_the_newest_fifty_messages(newcomer: Newcomer) -> None:
    person = await newcomer("reader")
    channel = await person.create_channel(new_name("long"))
    for number in range(NEWEST + 10):
        await person.post(channel, f"This is line {number} of many.")
    page = (await person.http.get(f"/c/{channel}")).raise_for_status().text
    shown = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    missing = [number for number in range(10, NEWEST + 10) if f"This is line {number} of many." not in shown]
    assert missing == []


async def test_somebody_without_javascript_reads_the_history_and_posts(visit: Visit) -> None:
    ana, plain = await visit(), await visit(java_script_enabled=False)
    await ana.register("ana")
    await ana.open_channel("general")
    await ana.say(f"Hello from {ana.name}", "general")
    await expect(ana.message(f"Hello from {ana.name}")).to_be_visible()
    await plain.register("plain")
    await plain.open_channel("general")
    await expect(plain.message(f"Hello from {ana.name}")).to_be_visible()
    await plain.composer("general").fill(f"Hello back from {plain.name}")
    await plain.page.get_by_role("button", name="Send").click()
    await expect(plain.message(f"Hello back from {plain.name}")).to_be_visible()
    await expect(ana.message(f"Hello back from {plain.name}")).to_be_visible()


async def test_wrong_credentials_without_javascript_are_explained(visit: Visit) -> None:
    plain = await visit(java_script_enabled=False)
    await plain.page.goto("/login")
    await plain.page.get_by_label("Name", exact=True).fill("nobody-of-that-name")
    await plain.page.get_by_label("Password", exact=True).fill("not the password")
    await plain.page.get_by_role("button", name="Log in", exact=True).click()
    await expect(plain.page.get_by_text("The name or the password is wrong.")).to_be_visible()
    await expect(plain.page.get_by_label("Name", exact=True)).to_have_value("nobody-of-that-name")
    assert "not the password" not in plain.page.url


async def test_the_keyboard_alone_logs_in_picks_a_channel_and_sends(visit: Visit, newcomer: Newcomer) -> None:
    person = await newcomer("keys")
    visitor = await visit()
    page = visitor.page
    await page.goto("/login")
    await visitor.tab_to(page.get_by_label("Name", exact=True))
    await page.keyboard.type(person.name)
    await visitor.tab_to(page.get_by_label("Password", exact=True))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    link = page.get_by_role("navigation", name="Channels").get_by_role("link", name=re.compile("general"))
    await expect(link).to_be_visible()
    await visitor.tab_to(link)
    await page.keyboard.press("Enter")
    await expect(visitor.composer("general")).to_be_visible()
    await visitor.tab_to(visitor.composer("general"))
    await page.keyboard.type(f"No mouse, says {person.name}")
    await page.keyboard.press("Enter")
    await expect(visitor.message(f"No mouse, says {person.name}")).to_be_visible()
    await expect(visitor.composer("general")).to_have_value("")


async def test_the_enter_that_ends_an_imes_composition_does_not_send(visit: Visit) -> None:
    visitor = await visit()
    await visitor.register("ime")
    await visitor.open_channel("general")
    composer = visitor.composer("general")
    await composer.focus()
    devtools = await visitor.page.context.new_cdp_session(visitor.page)
    await devtools.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    # The Enter that the IME takes, as browsers tell of it: as Enter while composing, or under the key code 229.
    for code, key in ((13, "Enter"), (229, "Process")):
        await devtools.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "windowsVirtualKeyCode": code, "key": key, "code": "Enter"},
        )
    await expect(composer).to_have_value("nihao")
    await devtools.send("Input.insertText", {"text": f"你好 {visitor.name}"})
    await expect(composer).to_have_value(f"你好 {visitor.name}")
    await expect(visitor.message(f"你好 {visitor.name}")).to_have_count(0)
    # Safari's Enter comes right behind the end of a composition; a person's own comes later.
    ended = await visitor.page.evaluate("performance.now()")
    await visitor.page.wait_for_function("ended => performance.now() > ended + 200", arg=ended)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.message(f"你好 {visitor.name}")).to_be_visible()


async def test_shift_and_enter_break_the_line(visit: Visit) -> None:
    visitor = await visit()
    await visitor.register("lines")
    await visitor.open_channel("general")
    await visitor.composer("general").focus()
    await visitor.page.keyboard.type("one")
    await visitor.page.keyboard.press("Shift+Enter")
    await visitor.page.keyboard.type("two")
    await expect(visitor.composer("general")).to_have_value("one\ntwo")


async def test_what_was_read_is_no_longer_unread_and_what_comes_is_counted(visit: Visit, newcomer: Newcomer) -> None:
    visitor = await visit()
    await visitor.register("counter")
    writer = await newcomer("writer")
    channel = await writer.create_channel(new_name("counted"))
    me = await visitor.person()
    await me.join(channel)
    link = visitor.page.get_by_role("navigation", name="Channels").get_by_role("link", name=re.compile("counted"))
    await expect(link).to_be_visible()
    for number in range(3):
        await writer.post(channel, f"count me {number}")
    await expect(link).to_have_accessible_name(re.compile("3 unread messages"))
    await link.click()
    await expect(visitor.message("count me 2")).to_be_visible()
    await expect(link).not_to_have_accessible_name(re.compile("unread"))
