"""Two people type while the server dies and comes back; posts wait for it over reloads; no WebSocket gets through."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Error, Locator, Page, WebSocketRoute, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person, open_socket, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_WEBSOCKET = """
  window.WebSocket = class {
    constructor() { setTimeout(() => this.onclose?.({ code: 1006, reason: "" })); }
    send() {}
    close() {}
  };
"""
WAITING = "Waiting to be sent"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mortal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server of its own, with pages, to be killed; who kills it starts it again."""
    server = Server(tmp_path_factory.mktemp("mortal") / "data", pages=True, settings={"LIMITS__ENABLED": "false"})
    await asyncio.to_thread(server.start)
    yield server
    server.kill()


async def posted(person: Person, channel: str) -> list[str]:
    """The texts of a channel's messages, as the log has them."""
    events = await person.fetch_events(channel)
    return [event["text"] for event in events if event["type"] == "message.posted"]


def connecting(page: Page) -> Locator:
    return page.get_by_role("status").get_by_text("Connecting")


async def shown(visitor: Visitor, mark: str) -> list[str]:
    """The texts with this mark in the list of messages, in order."""
    texts = await visitor.history().locator(".bubble").all_inner_texts()
    return [text.strip() for text in texts if mark in text]


async def type_and_post(visitor: Visitor, texts: list[str], channel: str) -> None:
    """By the keyboard, key by key."""
    await visitor.composer(channel).focus()
    for text in texts:
        await visitor.page.keyboard.type(text, delay=15)
        await visitor.page.keyboard.press("Enter")


@contextlib.asynccontextmanager
async def cut_off(context: BrowserContext) -> AsyncIterator[None]:
    """Pages load, but neither a socket nor a request of theirs gets through."""

    async def refuse(socket: WebSocketRoute) -> None:
        await socket.close(code=1013)

    await context.route("**/api/**", lambda route: route.abort())
    await context.route_web_socket("**/socket", refuse)
    yield
    await context.unroute_all()


async def test_the_server_is_killed_while_two_people_type_and_nothing_is_lost_or_doubled(
    visit: Visit, mortal: Server
) -> None:
    people = [await register(mortal.url, name) for name in ("ana", "bo")]
    channel = (await people[0].snapshot())["channels"][0]["id"]
    ana, bo = [await visit(base_url=mortal.url, expect_trouble=True) for _ in people]
    for visitor, person in ((ana, people[0]), (bo, people[1])):
        await visitor.enter_as(person)
        await visitor.arrive(f"/c/{channel}")
        await visitor.page.evaluate("window.stillTheSamePage = true")
    said = {visitor.name: [f"{visitor.name}: word {number}" for number in range(12)] for visitor in (ana, bo)}
    typing = [asyncio.create_task(type_and_post(each, said[each.name], "general")) for each in (ana, bo)]
    await expect(ana.message(said[bo.name][2])).to_be_visible()
    await expect(bo.message(said[ana.name][2])).to_be_visible()
    mortal.kill()
    for visitor in (ana, bo):
        await expect(connecting(visitor.page)).to_be_visible()
    await asyncio.gather(*typing)
    for visitor in (ana, bo):
        await expect(visitor.message(said[visitor.name][-1])).to_be_visible()
    await asyncio.to_thread(mortal.start)
    for visitor, other in ((ana, bo), (bo, ana)):
        await expect(connecting(visitor.page)).to_have_count(0, timeout=40_000)
        await expect(visitor.message(said[other.name][-1])).to_be_visible(timeout=40_000)
        await expect(visitor.page.get_by_text(WAITING)).to_have_count(0, timeout=40_000)
    log = await posted(people[0], channel)
    for person in people:
        await person.http.aclose()
    for visitor in (ana, bo):
        assert [text for text in log if text.startswith(f"{visitor.name}:")] == said[visitor.name]
    assert len(log) == 24
    for visitor in (ana, bo):
        assert await shown(visitor, ": word ") == log
        assert await visitor.page.evaluate("window.stillTheSamePage") is True


async def test_unsent_posts_and_the_draft_survive_a_reload_and_go_out_once(visit: Visit, newcomer: Newcomer) -> None:
    visitor, person = await visit(expect_trouble=True), await newcomer("patient")
    page = visitor.page
    await visitor.enter_as(person)
    channel = await person.create_channel(new_name("patience"))
    texts = [f"{visitor.name} wrote {number}" for number in range(3)]
    async with cut_off(page.context):
        await visitor.arrive(f"/c/{channel}")
        box = page.get_by_role("textbox", name="Message to")
        for text in texts:
            await box.fill(text)
            await box.press("Enter")
        await box.press_sequentially("and a dra")
        await expect(page.get_by_text(WAITING)).to_have_count(3)
        for _ in range(2):
            await page.reload()
            await expect(page.get_by_text(WAITING)).to_have_count(3)
            await expect(box).to_have_value("and a dra")
            assert await shown(visitor, "wrote") == texts
        await expect(connecting(page)).to_be_visible()
    await page.reload()
    await expect(visitor.message(texts[-1])).to_be_visible()
    await expect(page.get_by_text(WAITING)).to_have_count(0)
    assert await posted(person, channel) == texts
    assert await shown(visitor, "wrote") == texts
    await page.reload()
    await expect(visitor.message(texts[-1])).to_be_visible()
    assert await shown(visitor, "wrote") == texts
    assert await posted(person, channel) == texts


async def test_a_browser_that_is_closed_without_a_server_sends_when_both_are_back(visit: Visit, mortal: Server) -> None:
    visitor = await visit(base_url=mortal.url, expect_trouble=True)
    person = await register(mortal.url, "closer")
    await visitor.enter_as(person)
    channel = await person.create_channel(new_name("closed"))
    await visitor.arrive(f"/c/{channel}")
    mortal.kill()
    box = visitor.page.get_by_role("textbox", name="Message to")
    await box.fill("as long as it takes")
    await box.press("Enter")
    await expect(visitor.page.get_by_text(WAITING)).to_have_count(1)
    with contextlib.suppress(Error):
        await visitor.page.reload()  # the browser's own page, that there is nothing
    await visitor.page.close()
    await asyncio.to_thread(mortal.start)
    visitor.page = await visitor.page.context.new_page()
    await visitor.page.goto(f"/c/{channel}")
    await expect(visitor.message("as long as it takes")).to_be_visible()
    await expect(visitor.page.get_by_text(WAITING)).to_have_count(0)
    assert await posted(person, channel) == ["as long as it takes"]
    await person.http.aclose()


async def test_two_tabs_show_a_waiting_post_once_each_and_send_it_once(visit: Visit, newcomer: Newcomer) -> None:
    visitor, person = await visit(expect_trouble=True), await newcomer("tabs")
    await visitor.enter_as(person)
    channel = await person.create_channel(new_name("tabs"))
    first, second = visitor.page, await visitor.page.context.new_page()
    async with cut_off(first.context):
        for page in (first, second):
            visitor.page = page
            await visitor.arrive(f"/c/{channel}")
        for number, page in enumerate((first, second)):
            box = page.get_by_role("textbox", name="Message to")
            await box.fill(f"from tab {number}")
            await box.press("Enter")
        for page in (first, second):
            await expect(page.get_by_text(WAITING)).to_have_count(2)
    await first.close()
    await second.bring_to_front()
    await expect(second.get_by_text(WAITING)).to_have_count(0, timeout=30_000)
    assert await posted(person, channel) == ["from tab 0", "from tab 1"]
    assert await shown(visitor, "from tab") == ["from tab 0", "from tab 1"]


async def test_the_log_out_leaves_nothing_unsent_behind(visit: Visit, newcomer: Newcomer) -> None:
    visitor, person = await visit(expect_trouble=True), await newcomer("private")
    page = visitor.page
    await visitor.enter_as(person)
    async with cut_off(page.context):
        await visitor.arrive(f"/c/{(await person.snapshot())['channels'][0]['id']}")
        await visitor.say("nobody else's business", "general")
        await visitor.composer("general").press_sequentially("nor this")
        await expect(page.get_by_text(WAITING)).to_have_count(1)
        await page.get_by_role("link", name="Settings").click()
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    left = await page.evaluate(
        """() => new Promise((resolve, reject) => {
          const opening = indexedDB.open("hubbub");
          opening.onerror = reject;
          opening.onsuccess = () => {
            const all = opening.result.transaction("outbox").objectStore("outbox").getAll();
            all.onsuccess = () => resolve([...all.result, ...Object.keys(localStorage)]);
          };
        })"""
    )
    assert left == []


async def test_where_no_websocket_gets_through_people_talk_over_the_event_stream(
    visit: Visit, newcomer: Newcomer
) -> None:
    visitor, other = await visit(), await newcomer("outside")
    await visitor.page.add_init_script(NO_WEBSOCKET)
    await visitor.enter_as(await newcomer("behind"))
    channel = (await other.snapshot())["channels"][0]["id"]
    async with visitor.page.expect_response("**/api/events?cursor=*"):
        await visitor.arrive(f"/c/{channel}")
    for number in range(3):
        await other.post(channel, f"to {visitor.name} {number}")
        await expect(visitor.message(f"to {visitor.name} {number}")).to_be_visible()
        await visitor.say(f"from {visitor.name} {number}", "general")
        await expect(visitor.page.get_by_text(WAITING)).to_have_count(0)
    texts = [text for text in await posted(other, channel) if visitor.name in text]
    assert texts == [f"{way} {visitor.name} {number}" for number in range(3) for way in ("to", "from")]
    await expect(connecting(visitor.page)).to_have_count(0)
    async with open_socket(other) as socket:
        await socket.ok("typing.start", channel=channel)
        await expect(visitor.page.get_by_role("main").get_by_text(f"{other.name} is typing")).to_be_visible()
        await visitor.composer("general").press_sequentially("so am I")
        await socket.until(lambda: any(len(event.get("users", ())) == 2 for event in socket.ephemera), "both typing")
