"""What somebody does with the pages, in the words a person would use: roles and accessible names only."""

from __future__ import annotations

import itertools
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from playwright.async_api import ConsoleMessage, Error, Locator, Page, expect

from tests.support.client import PASSWORD, Person, log_in
from tests.support.server import Server

_NAMES = itertools.count(1)


def new_name(stem: str) -> str:
    """A name nobody on this server has yet."""
    return f"{stem}{next(_NAMES)}"


@dataclass(slots=True)
class Visitor:
    """One browser context with one page. `trouble` holds page errors, console errors and CSP violations; `stack` closes
    what is opened on the way."""

    page: Page
    server: Server
    stack: AsyncExitStack
    name: str = ""
    trouble: list[str] = field(default_factory=list)

    def watch(self) -> None:
        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error" or "Content Security Policy" in message.text:
                self.trouble.append(f"console: {message.text} at {message.location}")

        def on_error(error: Error) -> None:
            self.trouble.append(f"page: {error}")

        self.page.on("console", on_console)
        self.page.on("pageerror", on_error)

    # Accounts

    async def register(self, stem: str = "ana") -> None:
        """Makes an account by the form and arrives in the chat."""
        self.name = new_name(stem)
        await self.page.goto("/register")
        await self._fill_in("Create account")
        await expect(self.page.get_by_role("navigation", name="Channels")).to_be_visible()

    async def log_in(self, name: str) -> None:
        self.name = name
        await self.page.goto("/login")
        await self._fill_in("Log in")
        await expect(self.page.get_by_role("navigation", name="Channels")).to_be_visible()

    async def _fill_in(self, submit: str) -> None:
        await self.page.get_by_label("Name", exact=True).fill(self.name)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name=submit, exact=True).click()

    async def enter_as(self, person: Person) -> None:
        """Takes over a session that was begun over HTTP."""
        self.name = person.name
        cookies = [{"name": name, "value": value, "url": person.origin} for name, value in person.http.cookies.items()]
        await self.page.context.add_cookies(cookies)  # type: ignore[arg-type]

    async def arrive(self, path: str) -> None:
        """Opens a page of the chat and waits until it is alive, connected or not; for windows that show the list."""
        await self.page.goto(path)
        await self.wait_until_alive()

    async def wait_until_alive(self) -> None:
        side = self.page.get_by_role("complementary", name="Channels")
        await expect(side.get_by_text(re.compile("^(online|away|connecting …)$"))).to_be_visible()

    async def person(self) -> Person:
        """The same account over HTTP, with a session of its own."""
        person = await log_in(self.server.url, self.name)
        self.stack.push_async_callback(person.http.aclose)
        return person

    # Rooms

    async def open_channel(self, name: str) -> None:
        """By its link in the list of channels."""
        await self.page.get_by_role("navigation", name="Channels").get_by_role("link", name=re.compile(name)).click()
        await expect(self.composer(name)).to_be_visible()

    async def say(self, text: str, channel: str) -> None:
        await self.composer(channel).fill(text)
        await self.composer(channel).press("Enter")

    def composer(self, channel: str) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile(f"Message to #?{re.escape(channel)}$"))

    def history(self) -> Locator:
        return self.page.get_by_role("list", name=re.compile("^Messages in "))

    def message(self, text: str) -> Locator:
        return self.history().get_by_text(text, exact=True)

    async def tab_to(self, target: Locator) -> None:
        """Presses Tab until the target has the focus; fails when it cannot be reached by that."""
        for _ in range(60):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")
