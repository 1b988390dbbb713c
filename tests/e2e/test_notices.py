"""Notices of the browser: what is for somebody reaches them while they look elsewhere, once, and as they want it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The browser's own notices, and beside them what they say: the desktop that shows them is out of a page's reach.
WITNESS = """
    window.announced = [];
    window.Notification = class extends window.Notification {
        constructor(title, options) { super(title, options); announced.push({ title, ...options, notice: this }); }
    };
"""
# No tab is about to announce anything: each has had its turn, or has heard that another took it.
SETTLED = """
    async () => {
        for (;;) {
            const { held, pending } = await navigator.locks.query();
            if ([...held, ...pending].every(({ name }) => !name.startsWith("notices"))) return;
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }
"""


@dataclass(slots=True)
class Place:
    """Bo, whose browser may announce, looks at the list of channels; Ana writes over HTTP."""

    bo: Visitor
    bo_http: Person
    ana: Person
    channel: str
    name: str

    async def settings(self, **settings: Any) -> None:
        (await self.bo_http.http.put("/api/me/notifications", json=settings)).raise_for_status()

    async def says(self, text: str) -> None:
        """Ana writes, and whatever comes of it in Bo's tabs has come."""
        await self.ana.post(self.channel, text)
        for page in self.bo.page.context.pages:
            row = page.get_by_role("navigation", name="Channels", exact=True).get_by_role("listitem")
            await expect(row.filter(has_text=self.name)).to_contain_text(text)
            await page.evaluate(SETTLED)


async def announced(*pages: Page) -> list[str]:
    """What was announced in any of the tabs."""
    return [line for page in pages for line in await page.evaluate("announced.map(one => `${one.title}: ${one.body}`)")]


@pytest_asyncio.fixture(loop_scope="session")
async def place(visit: Visit, newcomer: Newcomer) -> Place:
    ana, bo, name = await newcomer("ana"), await newcomer("bo"), new_name("harbour")
    channel = await ana.create_channel(name)
    await ana.add(channel, bo.id)
    visitor = await visit(permissions=["notifications"])
    await visitor.page.context.add_init_script(WITNESS)
    await visitor.enter_as(bo)
    await visitor.arrive("/inbox")
    return Place(visitor, bo, ana, channel, name)


async def test_what_is_for_one_is_announced_once_however_many_tabs_are_open(place: Place) -> None:
    first, second = place.bo.page, await place.bo.page.context.new_page()
    await second.goto("/settings")
    await expect(second.get_by_role("complementary", name="Channels").get_by_text("online", exact=True)).to_be_visible()
    await place.says("just talk")
    assert await announced(first, second) == []
    await place.says(f"@{place.bo_http.name} are you there?")
    # The name is drawn as such, and said as it is written.
    title = f"{place.ana.name} in #{place.name}"
    assert await announced(first, second) == [f"{title}: @{place.bo_http.name} are you there?"]


async def test_what_one_looks_at_is_not_announced_and_a_notice_leads_to_its_message(place: Place) -> None:
    page = place.bo.page
    await place.says(f"@{place.bo_http.name} come")
    assert len(await announced(page)) == 1
    await page.evaluate("announced[0].notice.dispatchEvent(new Event('click'))")
    await expect(page).to_have_url(re.compile(f"/c/{place.channel}/1(#|$)"))
    await expect(place.bo.history().get_by_text("come")).to_be_visible()
    await place.says(f"@{place.bo_http.name} here you are")
    assert len(await announced(page)) == 1


async def test_what_one_looks_at_in_another_tab_is_not_announced_either(place: Place) -> None:
    first, second = place.bo.page, await place.bo.page.context.new_page()
    await place.bo.arrive(f"/c/{place.channel}")
    await second.goto("/settings")
    await expect(second.get_by_role("complementary", name="Channels").get_by_text("online", exact=True)).to_be_visible()
    await place.says(f"@{place.bo_http.name} I see you")
    await place.says(f"@{place.bo_http.name} still there")
    assert await announced(first, second) == []


async def test_what_is_announced_follows_the_levels_the_keywords_and_the_quiet(place: Place) -> None:
    page = place.bo.page
    await place.settings(keywords=["kettle"])
    await place.says("the kettle boils")
    assert len(await announced(page)) == 1
    rows = page.get_by_role("navigation", name="Channels", exact=True).get_by_role("listitem")
    row = rows.filter(has_text=place.name)
    await row.hover()
    await row.get_by_role("button", name=f"Options for {place.name}").click()
    await page.get_by_role("menuitem", name="Every message").click()
    await place.says("nothing much")
    assert len(await announced(page)) == 2
    await place.settings(level="all", quiet_until=2**52)
    await place.says(f"@{place.bo_http.name} asleep?")
    assert len(await announced(page)) == 2


async def test_a_browser_is_asked_by_a_click_alone(visit: Visit, newcomer: Newcomer) -> None:
    visitor = await visit()
    page = visitor.page
    # As in a browser where nobody has decided yet; whom it asks, and what they say, is out of a page's reach.
    await page.context.add_init_script(
        """
        window.asked = 0;
        window.Notification = class {
            static permission = "default";
            static async requestPermission() { asked += 1; return (Notification.permission = "granted"); }
        };
        """
    )
    await visitor.enter_as(await newcomer("cy"))
    await visitor.arrive("/settings")
    await expect(page.get_by_text("This browser does not announce anything yet.")).to_be_visible()
    assert await page.evaluate("asked") == 0
    await page.get_by_role("button", name="Allow in this browser").click()
    await expect(page.get_by_text(re.compile("^This browser announces what is for you"))).to_be_visible()
    assert await page.evaluate("asked") == 1


async def test_the_window_s_title_counts_what_waits_wherever_one_is(place: Place) -> None:
    page = place.bo.page
    await place.says("one")
    await place.says("two")
    await expect(page).to_have_title(re.compile(r"^\(2\) Channels"))
    await page.get_by_role("link", name="Settings").first.click()
    await expect(page).to_have_title(re.compile(r"^\(2\) Settings"))
    await place.bo.open_channel(place.name)
    await expect(page).to_have_title(re.compile(f"^{place.name}"))
