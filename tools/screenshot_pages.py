"""The pages that `tools/screenshots.py --work` takes: their addresses, and what somebody does in them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Page

from tests.support.client import Person

Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class View:
    """`address` may name a channel as `{release}` and a person's page as `{Mei}`; `act` is done before the picture."""

    name: str
    address: str
    act: Act | None = None
    logged_in: bool = True


async def _open_switcher(page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("Control+k")
    await page.get_by_role("dialog").wait_for()


async def _find_by_switcher(page: Page) -> None:
    await _open_switcher(page)
    await page.keyboard.type("re")
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(600)


async def _show_keys(page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()


async def _open_message_menu(page: Page) -> None:
    await page.locator("li.message").last.click(button="right", position={"x": 120, "y": 12})
    await page.get_by_role("menu").wait_for()


async def _open_profile(page: Page) -> None:
    await page.locator(".message-author").first.click()
    await page.get_by_role("dialog").wait_for()


async def _open_emoji(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("^(Emoji|表情)$")).click()
    await page.get_by_role("dialog").wait_for()


async def _write_wrongly(page: Page) -> None:
    await page.locator("input[name=name]").fill("x")
    await page.locator("input[name=password]").fill("wrong password")
    await page.locator("button.primary").click()
    await page.locator(".error, .notice").first.wait_for()


VIEWS: Final = (
    View("login", "/login", logged_in=False),
    View("login-wrong", "/login", _write_wrongly, logged_in=False),
    View("register", "/register", logged_in=False),
    View("not-found", "/c/nothing"),
    View("inbox", "/inbox"),
    View("inbox-mine", "/inbox/mine"),
    View("inbox-unread", "/inbox/mine?show=unread"),
    View("saved", "/saved"),
    View("channels", "/channels"),
    View("new-channel", "/new"),
    View("new-message", "/new/message"),
    View("settings", "/settings"),
    View("shortcuts", "/shortcuts"),
    View("person", "{Mei}"),
    View("room", "{release}"),
    View("room-message", "{release}/5"),
    View("room-members", "{release}/members"),
    View("room-pins", "{release}/pins"),
    View("room-history", "{release}/2/history"),
    View("room-empty", "{empty}"),
    View("room-long", "{long}"),
    View("room-foreign", "{foreign}"),
    View("direct", "{talk}"),
    View("search", "/search?q=release"),
    View("search-empty", "/search"),
    View("search-none", "/search?q=zeppelin"),
    View("switcher", "{release}", _open_switcher),
    View("switcher-found", "{release}", _find_by_switcher),
    View("keys", "{release}", _show_keys),
    View("menu", "{release}", _open_message_menu),
    View("profile", "{release}", _open_profile),
    View("emoji", "{release}", _open_emoji),
)

LONG_NAME: Final = "a-channel-with-a-name-as-long-as-names-may-be-and-then-it-ends"[:60]
LONG_TEXT: Final = "Ein Wort: Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung" + "g" * 120 + "."


async def furnish(people: dict[str, Person], channels: dict[str, str]) -> dict[str, str]:
    """What the pages show that rooms do not; the addresses that `View.address` names."""
    ana, mei, jonas = people["Ana"], people["Mei"], people["Jonas"]
    channels["empty"] = await ana.create_channel("empty-room")
    channels["long"] = await ana.create_channel(LONG_NAME, topic="A topic that goes on and on, " * 6)
    channels["foreign"] = await mei.create_channel("gardening", topic="What grows on the roof")
    await jonas.join(channels["long"])
    for text in (LONG_TEXT, "中文" * 300, "short", "🎉🎉🎉", "> " + LONG_TEXT):
        await jonas.post(channels["long"], text)
    channels["talk"] = await ana.open_conversation([mei.id])
    await mei.post(channels["talk"], "Do you have a minute?")
    await ana.post(channels["talk"], "Always. What is it?")
    await mei.post(channels["release"], f"@{ana.name} would you look at the notes?")
    await mei.api("PATCH", f"/channels/{channels['release']}/messages/12", {"text": f"@{ana.name} look at the notes?"})
    await jonas.api("PATCH", f"/channels/{channels['release']}/messages/2", {"text": "Memory is flat at **110 MB**."})
    for number in (2, 5, 9):
        await ana.api("PUT", f"/channels/{channels['release']}/pins/{number}")
        await ana.api("PUT", f"/saved/{channels['release']}/{number}")
    pages = {name: f"/u/{person.id}" for name, person in people.items()}
    return pages | {name: f"/c/{channel}" for name, channel in channels.items()}
