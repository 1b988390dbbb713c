"""The list of messages: what is drawn of a long one, that readers keep their place in it, and the ways through it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.conftest import PATIENCE_MS, Newcomer, Visit
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person, open_socket, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = 700
MOST_NODES = 300
MIDDLE = 350

# The element that scrolls; its zero is the end of the list.
SCROLLER = "document.querySelector('[data-testid=scroll]')"
NUMBERS = "[...document.querySelectorAll('li.message[id]')].map(row => Number(row.id.slice(1)))"


@dataclass(frozen=True, slots=True)
class Long:
    """A channel with LINES messages, the n-th of which says "Message n of many."; by two people in turns of five."""

    ana: Person
    bo: Person
    channel: str
    name: str


async def fill(author: Person, channel: str, texts: list[str]) -> None:
    """Posts all of them, in order, as fast as they are taken."""
    async with open_socket(author) as socket:
        for start in range(0, len(texts), 100):
            answers = [
                await socket.send("message.post", channel=channel, text=text) for text in texts[start : start + 100]
            ]
            for answer in await asyncio.gather(*answers):
                assert answer["type"] == "ok", answer


def text_of(number: int) -> str:
    longer = " It goes on for a while, so that not all of them have one height." * (number % 4)
    return f"Message {number} of many.{longer}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def long(server: Server) -> AsyncIterator[Long]:
    ana, bo = await register(server.url, new_name("lister")), await register(server.url, new_name("other"))
    name = new_name("endless")
    channel = await ana.create_channel(name)
    await bo.join(channel)
    for start in range(1, LINES + 1, 50):
        await fill(bo if start // 50 % 2 else ana, channel, [text_of(number) for number in range(start, start + 50)])
    yield Long(ana, bo, channel, name)
    for person in (ana, bo):
        await person.http.aclose()


async def enter(visit: Visit, person: Person, path: str, **options: object) -> Visitor:
    visitor = await visit(**options)
    await visitor.enter_as(person)
    await visitor.page.add_init_script(WATCH)
    await visitor.arrive(path)
    return visitor


# Takes note of the most message rows there ever were, and of everything that moved without being asked to.
WATCH = """
window.mostRows = 0; window.shifts = 0;
const count = () => {
  window.mostRows = Math.max(window.mostRows, document.querySelectorAll('li.message').length);
  requestAnimationFrame(count);
};
requestAnimationFrame(count);
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""


async def scroll_by(page: Page, px: int) -> None:
    """As a wheel does, and waits until it has been drawn."""
    await page.evaluate(
        f"""px => new Promise(done => {{
            {SCROLLER}.scrollTop += px;
            requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)));
        }})""",
        px,
    )


async def top_of(page: Page, number: int) -> float:
    top = await page.evaluate("number => document.getElementById(`m${number}`)?.getBoundingClientRect().top", number)
    assert top is not None, f"message {number} is not drawn"
    return float(top)


async def until(page: Page, expression: str) -> None:
    """Waits until the expression holds. The pages' policy forbids what Playwright would do for that in the page."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await page.evaluate(expression):
            await page.evaluate("new Promise(requestAnimationFrame)")


async def in_view(page: Page) -> list[int]:
    """The numbers of the messages in view."""
    numbers: list[int] = await page.evaluate(
        """() => [...document.querySelectorAll('li.message[id]')].filter(row => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > 60 && top < innerHeight - 90;
        }).map(row => Number(row.id.slice(1)))"""
    )
    return numbers


async def read_further_up(page: Page) -> int:
    """Scrolls up a few windows; a message that is in view then."""
    for _ in range(6):
        await scroll_by(page, -500)
    numbers = await in_view(page)
    return numbers[len(numbers) // 2]


async def test_scrolling_through_a_long_channel_draws_few_rows_and_misses_none(visit: Visit, long: Long) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}")).page
    seen: set[int] = set()
    for way, end in ((-600, 1), (600, LINES)):
        for _ in range(400):
            seen.update(await in_view(page))
            if end in seen and end in await in_view(page):
                break
            await scroll_by(page, way)
        assert end in await in_view(page)
        assert seen == set(range(1, LINES + 1))
        seen = {end}
    assert await page.evaluate("window.mostRows") <= MOST_NODES
    assert await page.evaluate("window.shifts") <= 0.02


async def test_what_one_reads_stays_to_the_pixel_whatever_changes_around_it(
    visit: Visit, long: Long, newcomer: Newcomer
) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}")).page
    number = await read_further_up(page)
    before = await top_of(page, number)
    # Older ones have been put in before it by now; a picture comes late above it, and another below what is in view.
    drawn: list[int] = await page.evaluate(NUMBERS)
    assert drawn[0] < number < drawn[-1]
    for other in (drawn[0], drawn[-1]):
        await page.evaluate("number => { document.getElementById(`m${number}`).style.paddingBottom = '217px' }", other)
        await scroll_by(page, 0)
        assert abs(await top_of(page, number) - before) <= 1
    # An edit and a reaction, by somebody else, in the row above the view and in the newest one.
    await long.bo.react(long.channel, drawn[2], "🎉")
    await expect(page.locator(f"#m{drawn[2]}")).to_contain_text("🎉")
    assert abs(await top_of(page, number) - before) <= 1
    # New ones come in.
    speaker = await newcomer("news")
    await speaker.join(long.channel)
    for text in ("First news", "Second news"):
        await speaker.post(long.channel, text)
    await expect(page.get_by_role("button", name="2 new messages")).to_be_visible()
    assert abs(await top_of(page, number) - before) <= 1
    await page.get_by_role("button", name="2 new messages").click()
    await expect(page.get_by_text("Second news", exact=True).first).to_be_in_viewport()
    await expect(page.get_by_role("button", name=re.compile("new message"))).to_have_count(0)


async def test_whoever_is_at_the_end_stays_there(visit: Visit, long: Long) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}")).page
    await page.evaluate(f"window.atEnd = () => {SCROLLER}.scrollTop === 0")
    for text in ("One more", "And another\n" * 30, "The last one"):
        await long.bo.post(long.channel, text)
    newest = page.get_by_text("The last one", exact=True).first
    await expect(newest).to_be_in_viewport()
    assert await page.evaluate("atEnd()")
    # A late picture in the newest message pushes up what stands before it.
    await page.evaluate("document.querySelector('li.message:last-of-type').style.paddingTop = '300px'")
    await scroll_by(page, 0)
    assert await page.evaluate("atEnd()")


async def test_the_first_unread_message_is_one_click_away(visit: Visit, long: Long, newcomer: Newcomer) -> None:
    writer, reader = await newcomer("writer"), await newcomer("reader")
    channel = await writer.create_channel(new_name("missed"))
    await reader.join(channel)
    await fill(writer, channel, [f"Before {number}" for number in range(30)])
    number = (await reader.snapshot(channel))["room"]["channel"]["number"]
    await reader.api("PUT", f"/channels/{channel}/position", {"number": number})
    await fill(writer, channel, [text_of(one) for one in range(160)])
    visitor = await enter(visit, reader, f"/c/{channel}")
    page = visitor.page
    await page.get_by_role("link", name="To the first new message").click()
    divider = page.get_by_role("listitem").get_by_text("New", exact=True)
    await expect(divider).to_be_in_viewport()
    await expect(page.get_by_text("Message 0 of many.", exact=True)).to_be_in_viewport()
    await expect(page.get_by_text("Before 29", exact=True)).to_have_count(1)
    await expect(page.get_by_role("link", name="To the first new message")).to_have_count(0)


async def test_a_permalink_is_centred_marked_and_goes_on_both_ways(visit: Visit, long: Long) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}/{MIDDLE}")).page
    target = page.locator(f"#m{MIDDLE}")
    await expect(target).to_be_in_viewport()
    await expect(target).to_have_attribute("data-targeted", "true")
    height = await page.evaluate("innerHeight")
    middle = await page.evaluate(
        f"() => {{ const box = document.getElementById('m{MIDDLE}').getBoundingClientRect();"
        "return box.top + box.height / 2 }"
    )
    assert abs(middle - height / 2) < height / 6
    assert await page.evaluate("window.shifts") <= 0.02
    for way, until in ((-500, MIDDLE - 120), (500, MIDDLE + 120)):
        for _ in range(60):
            if until in await in_view(page):
                break
            await scroll_by(page, way)
        assert until in await in_view(page)
    await page.get_by_role("button", name=re.compile("newest messages|new message")).click()
    await expect(page.locator(f"#m{LINES}")).to_have_count(1)


async def test_the_scroll_bar_reaches_every_part_of_a_channel(visit: Visit, long: Long) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}")).page
    await scroll_by(page, -300)
    # Pulled to the half, then to the top.
    await page.evaluate(f"{SCROLLER}.scrollTop = -{SCROLLER}.scrollHeight / 2")
    await until(page, f"{NUMBERS}.some(number => number > {LINES // 4} && number < {3 * LINES // 4})")
    await expect(page.locator(f"#m{(await visible(page))[0]}")).to_be_in_viewport()
    await page.evaluate(f"{SCROLLER}.scrollTop = -{SCROLLER}.scrollHeight")
    await expect(page.locator("#m1")).to_be_in_viewport()
    await page.evaluate(f"{SCROLLER}.scrollTop = 0")
    await until(page, f"{NUMBERS}.includes({LINES})")
    assert await page.evaluate("window.mostRows") <= MOST_NODES


async def visible(page: Page) -> list[int]:
    """The messages in view, once there are some."""
    await until(
        page,
        """[...document.querySelectorAll('li.message[id]')].some(row => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > 60 && top < innerHeight - 90;
        })""",
    )
    return await in_view(page)


async def test_a_day_is_gone_to_by_its_date(visit: Visit, long: Long) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}")).page
    await page.get_by_label("Go to a day").first.click()
    await page.locator("input[type=date]").fill("2020-02-29")
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(page.locator("#m1")).to_be_in_viewport()
    assert page.url.endswith(f"/c/{long.channel}/1#m1")
    await scroll_by(page, 400)
    await expect(page.locator(".day-label")).to_have_text("Today")


async def test_without_javascript_a_day_and_the_pages_around_it_are_pages(visit: Visit, long: Long) -> None:
    visitor = await visit(java_script_enabled=False)
    await visitor.enter_as(long.ana)
    page = visitor.page
    await page.goto(f"/c/{long.channel}?on=2020-02-29")
    await expect(page.get_by_text("Message 1 of many.", exact=False).first).to_be_in_viewport()
    await page.get_by_role("link", name="Newer messages").click()
    await expect(page.get_by_text(re.compile(r"^Message 27 of many\."))).to_have_count(1)
    await page.get_by_role("link", name="Older messages").click()
    await expect(page.get_by_text(re.compile(r"^Message 1 of many\."))).to_have_count(1)
    await page.get_by_label("Go to a day").first.click()
    await page.locator("input[type=date]").fill("2999-12-31")
    # The browser holds the day to those that have been; without a script it is asked in English alone.
    assert await page.locator("input[type=date]").get_attribute("max") is not None


async def test_a_room_that_was_open_is_there_at_once_even_without_the_server(visit: Visit, long: Long) -> None:
    visitor = await enter(visit, long.ana, f"/c/{long.channel}", expect_trouble=True)
    page = visitor.page
    await page.evaluate("window.stillTheSamePage = true")
    await visitor.open_channel("general")
    await page.context.set_offline(True)
    await visitor.open_channel(long.name)
    await expect(page.locator(f"#m{LINES}")).to_have_count(1)
    await page.go_back()
    await expect(visitor.composer("general")).to_be_visible()
    await page.go_back()
    await expect(visitor.composer(long.name)).to_be_visible()
    await page.context.set_offline(False)
    await long.bo.post(long.channel, "Said while they looked elsewhere")
    await expect(visitor.message("Said while they looked elsewhere")).to_be_visible(timeout=2 * PATIENCE_MS)
    assert await page.evaluate("window.stillTheSamePage") is True


async def test_what_was_said_meanwhile_is_in_a_room_one_comes_back_to(visit: Visit, newcomer: Newcomer) -> None:
    ann, bob = await newcomer("ann"), await newcomer("bob")
    name = new_name("meanwhile")
    channel = await ann.create_channel(name)
    await bob.join(channel)
    await ann.post(channel, "Before")
    visitor = await enter(visit, ann, f"/c/{channel}")
    await visitor.open_channel("general")
    await bob.post(channel, "Meanwhile")
    link = visitor.page.get_by_role("navigation", name="Channels").get_by_role("link", name=re.compile(name))
    await expect(link).to_contain_text("Meanwhile")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    await link.click()
    await expect(visitor.message("Meanwhile")).to_be_visible()
    await expect(visitor.message("Before")).to_be_visible()
    assert not [url for url in asked if "/c/" in url or "/api/snapshot" in url]


async def test_the_focus_stays_in_the_list_when_its_row_leaves(visit: Visit, long: Long) -> None:
    page = (await enter(visit, long.ana, f"/c/{long.channel}")).page
    await page.locator(f"#m{LINES}").focus()
    await page.keyboard.press("ArrowUp")
    for _ in range(12):
        await scroll_by(page, -600)
    await expect(page.locator(f"#m{LINES}")).to_have_count(0)
    before = await page.evaluate("Number(document.activeElement.id.slice(1))")
    assert 0 < before < LINES - 1
    await page.keyboard.press("ArrowDown")
    assert await page.evaluate("Number(document.activeElement.id.slice(1))") == before + 1
