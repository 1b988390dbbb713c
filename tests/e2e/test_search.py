"""Searching in a real browser: on the page without JavaScript, in the list beside a room with it, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.test_access import LOOKS, find_violations, look_at, overflow
from tests.e2e.test_safety import HOSTILE, check_page
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import PASSWORD, Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEETING = "我们明天下午开发布会议"
LINES = 60
NEEDLE = 6  # the number of the one message with the word; not among the newest fifty
PAGE = 20


@dataclass(frozen=True, slots=True)
class Archive:
    """Two people, and a channel of theirs with much in it; `word` is in one message, `common` in all but that."""

    ana: Person
    bo: Person
    channel: str
    name: str
    word: str
    common: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def archive(server: Server) -> AsyncIterator[Archive]:
    ana, bo = await register(server.url, new_name("searcher")), await register(server.url, new_name("speaker"))
    name = new_name("archive")
    channel = await ana.create_channel(name)
    await bo.join(channel)
    for number in range(1, LINES + 1):
        text = "Who brings the **zephyrine** kettle?" if number == NEEDLE else f"Line {number} speaks of quibbles."
        await (ana if number % 2 else bo).post(channel, text)
    await bo.post(channel, MEETING)
    yield Archive(ana, bo, channel, name, "zephyrine", "quibbles")
    await ana.http.aclose()
    await bo.http.aclose()


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search messages")


def side_field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search channels and messages")


def results(page: Page) -> Locator:
    return page.get_by_role("list", name="Results")


def asked(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("q", [""])[0]


async def plain_visitor(visit: Visit, person: Person, **options: object) -> Visitor:
    visitor = await visit(java_script_enabled=False, **options)
    await visitor.enter_as(person)
    return visitor


# Without JavaScript


async def test_without_javascript_a_word_leads_to_its_message_among_the_others(visit: Visit, archive: Archive) -> None:
    page = (await plain_visitor(visit, archive.ana)).page
    await page.goto("/search")
    await field(page).fill(archive.word)
    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.get_by_text("1 message", exact=True)).to_be_visible()
    await expect(results(page).locator("mark")).to_have_text(archive.word)
    hit = results(page).get_by_role("link")
    await expect(hit).to_contain_text(archive.bo.name)
    await expect(hit).to_contain_text(archive.name)
    await hit.click()
    assert urlsplit(page.url).path == f"/c/{archive.channel}/{NEEDLE}"
    message = page.get_by_text("zephyrine", exact=True)
    await expect(message).to_be_visible()
    await expect(message).to_be_in_viewport()
    await expect(page.get_by_text(f"Line {NEEDLE - 1} speaks")).to_be_visible()
    await expect(page.get_by_text(f"Line {NEEDLE + 1} speaks")).to_be_visible()


@pytest.mark.parametrize("query", ["发", "会", "发布会"])
async def test_without_javascript_one_chinese_character_is_enough(visit: Visit, archive: Archive, query: str) -> None:
    page = (await plain_visitor(visit, archive.ana, locale="zh-CN")).page
    await page.goto(f"/search?q={quote(f'in:{archive.name} {query}')}")
    hit = page.get_by_role("list", name="搜索结果").get_by_role("link")
    await expect(hit).to_have_count(1)
    await expect(hit).to_contain_text(MEETING)
    assert "".join(await hit.locator("mark").all_text_contents()) == query


async def test_without_javascript_links_narrow_the_search_down_and_widen_it_again(
    visit: Visit, archive: Archive
) -> None:
    page = (await plain_visitor(visit, archive.ana)).page
    await page.goto(f"/search?q={archive.common}")
    await expect(page.get_by_text(f"{LINES - 1} messages", exact=True)).to_be_visible()
    await page.get_by_role("complementary", name="Narrow down").get_by_role("link", name=archive.bo.name).click()
    assert asked(page) == f"{archive.common} from:{archive.bo.name}"
    await expect(page.get_by_text(f"{LINES // 2 - 1} messages", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Newest").click()
    await expect(results(page).get_by_role("link").first).to_contain_text(f"Line {LINES} ")
    await page.get_by_role("link", name=f"Remove from:{archive.bo.name}").click()
    assert asked(page) == archive.common
    await expect(page.get_by_role("link", name="Newest")).to_have_attribute("aria-current", "true")
    await expect(page.get_by_text(f"{LINES - 1} messages", exact=True)).to_be_visible()


async def test_without_javascript_links_lead_from_page_to_page(visit: Visit, archive: Archive) -> None:
    page = (await plain_visitor(visit, archive.ana)).page
    await page.goto(f"/search?q={archive.common}&order=newest")
    found: list[str] = []
    while True:
        found += [
            re.findall(r"Line (\d+) ", text)[0] for text in await results(page).get_by_role("link").all_inner_texts()
        ]
        following = page.get_by_role("link", name="More results")
        if await following.count() == 0:
            break
        await following.click()
    assert found == [str(number) for number in range(LINES, 0, -1) if number != NEEDLE]
    assert len(found) > PAGE
    await page.get_by_role("link", name="First results").click()
    await expect(results(page).get_by_role("link").first).to_contain_text(f"Line {LINES} ")


async def test_whoever_asks_nothing_is_shown_what_can_be_asked(visit: Visit, archive: Archive) -> None:
    page = (await plain_visitor(visit, archive.ana)).page
    await page.goto("/search")
    await page.get_by_role("link", name=f"from:{archive.ana.name}").click()
    assert asked(page) == f"from:{archive.ana.name}"
    await expect(results(page).get_by_role("link").first).to_contain_text(archive.ana.name)


async def test_a_stranger_logs_in_and_is_shown_what_they_asked_for(visit: Visit, archive: Archive) -> None:
    visitor = await visit(java_script_enabled=False)
    page = visitor.page
    await page.goto(f"/search?q=in:{archive.name}+{archive.word}")
    await page.get_by_label("Name", exact=True).fill(archive.ana.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in", exact=True).click()
    await expect(field(page)).to_have_value(f"in:{archive.name} {archive.word}")
    await expect(results(page).get_by_role("link")).to_have_count(1)


async def test_a_misspelt_word_is_answered_with_the_right_one(visit: Visit, archive: Archive) -> None:
    page = (await plain_visitor(visit, archive.ana)).page
    await page.goto("/search?q=zephyrien")
    await expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    await expect(page.get_by_role("region", name="What you can write")).to_be_visible()
    await page.get_by_role("link", name=archive.word).click()
    await expect(results(page).get_by_role("link")).to_have_count(1)


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("before:soon", "“before:soon”不是日期"),
        ("has:pony", "不认识“has:pony”"),
        ("tea from:", "请在“from:”后面写上内容"),
        ("from:nobody-here", "没有叫“nobody-here”的人"),
    ],
)
async def test_what_cannot_be_understood_is_explained_in_the_readers_language(
    visit: Visit, archive: Archive, query: str, advice: str
) -> None:
    page = (await plain_visitor(visit, archive.ana, locale="zh-CN")).page
    await page.goto(f"/search?q={quote(query)}")
    await expect(page.get_by_role("alert").get_by_text(advice)).to_be_visible()
    await expect(page.get_by_role("combobox", name="搜索消息")).to_have_value(query)


async def test_a_result_says_what_was_edited_and_a_deleted_message_is_none(visit: Visit, newcomer: Newcomer) -> None:
    writer = await newcomer("editor")
    channel = await writer.create_channel(new_name("edited"))
    for text in ("a xylograph", "another xylograph", "a third xylograph"):
        await writer.post(channel, text)
    await writer.api("PATCH", f"/channels/{channel}/messages/2", {"text": "an edited xylograph"})
    await writer.api("DELETE", f"/channels/{channel}/messages/3")
    page = (await plain_visitor(visit, writer)).page
    await page.goto("/search?q=xylograph")
    hits = results(page).get_by_role("link")
    await expect(hits).to_have_count(2)
    await expect(hits.filter(has_text="an edited xylograph")).to_contain_text("edited")
    await expect(hits.filter(has_text="a xylograph").get_by_text("edited", exact=True)).to_have_count(0)


async def test_hostile_queries_and_results_stay_texts(visit: Visit, newcomer: Newcomer) -> None:
    writer = await newcomer("hostile")
    channel = await writer.create_channel(new_name("hostile"))
    for text in HOSTILE:
        await writer.post(channel, text)
    visitor = await visit()
    await visitor.enter_as(writer)
    for query in ("hacked", *HOSTILE[:3]):
        path = f"/search?q={quote(f'{query} in:{channel}')}"
        check_page(await writer.http.get(path))
        await visitor.page.goto(path, wait_until="networkidle")
        await expect(visitor.page.get_by_role("combobox", name="Search messages")).to_have_value(
            f"{query} in:{channel}"
        )
        assert await visitor.page.evaluate("window.hacked") is None
    await visitor.page.goto(f"/search?q=hacked+in:{channel}")
    await expect(results(visitor.page).get_by_role("link")).to_have_count(len(HOSTILE))


# With JavaScript


async def test_the_keyboard_alone_searches_beside_the_open_room(visit: Visit, archive: Archive) -> None:
    visitor = await visit()
    await visitor.enter_as(archive.ana)
    page = visitor.page
    await visitor.arrive(f"/c/{archive.channel}")
    await page.evaluate("window.stillTheSamePage = true")
    await page.keyboard.press("/")
    await expect(side_field(page)).to_be_focused()
    await page.keyboard.type(archive.word[:6])
    hit = results(page).get_by_role("link").first
    await expect(hit).to_contain_text("Who brings the zephyrine kettle?")
    await expect(visitor.composer(archive.name)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(hit).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/c/{archive.channel}/{NEEDLE}(#|$)"))
    message = page.locator(f"#m{NEEDLE}")
    await expect(message).to_have_attribute("data-targeted", "true")
    await expect(hit).to_have_attribute("aria-current", "true")
    await expect(hit).to_be_focused()
    await expect(message).to_be_in_viewport()
    await page.keyboard.press("ArrowUp")
    await expect(side_field(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(side_field(page)).to_have_value("")
    assert await page.evaluate("window.stillTheSamePage") is True


async def test_a_channel_opened_from_one_of_its_messages_begins_at_its_end(visit: Visit, archive: Archive) -> None:
    visitor = await visit()
    await visitor.enter_as(archive.ana)
    await visitor.arrive(f"/c/{archive.channel}/{NEEDLE}")
    channels = visitor.page.get_by_role("navigation", name="Channels")
    await channels.get_by_role("link", name=re.compile(archive.name)).click()
    newest = visitor.message(MEETING)
    await expect(newest).to_be_visible()
    await expect(newest).to_be_in_viewport()


async def test_the_search_pages_arrows_walk_to_a_result_and_back_comes_back_to_it(
    visit: Visit, archive: Archive
) -> None:
    visitor = await visit()
    await visitor.enter_as(archive.ana)
    page = visitor.page
    await visitor.arrive(f"/c/{archive.channel}")
    await page.keyboard.press("/")
    await page.keyboard.type(archive.word)
    await page.keyboard.press("Enter")
    await expect(field(page)).to_have_value(f"in:{archive.name} {archive.word}")
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(field(page)).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(results(page).get_by_role("link")).to_be_focused()
    await page.keyboard.press("Enter")
    message = page.locator(f"#m{NEEDLE}")
    await expect(message).to_be_focused()
    await expect(message).to_be_in_viewport()
    await page.go_back()
    await expect(results(page).get_by_role("link")).to_be_focused()


async def test_a_slash_in_a_room_searches_that_room(visit: Visit, archive: Archive) -> None:
    visitor = await visit()
    await visitor.enter_as(archive.ana)
    page = visitor.page
    await visitor.arrive(f"/c/{archive.channel}")
    await page.keyboard.press("/")
    await expect(side_field(page)).to_have_value(f"in:{archive.name} ")
    await page.keyboard.type(archive.word)
    await expect(results(page).get_by_role("link")).to_have_count(1)
    await visitor.composer(archive.name).press("/")
    await expect(visitor.composer(archive.name)).to_have_value("/")


async def test_on_a_phone_a_rooms_search_is_the_page_with_the_room_filled_in(visit: Visit, archive: Archive) -> None:
    visitor = await visit(viewport={"width": 390, "height": 780})
    await visitor.enter_as(archive.ana)
    page = visitor.page
    await page.goto(f"/c/{archive.channel}", wait_until="networkidle")
    await page.get_by_role("link", name=f"Search in {archive.name}").click()
    await expect(field(page)).to_have_value(re.compile(f"^in:{archive.name}"))
    await field(page).press("End")
    await page.keyboard.type(f" {archive.word}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 message", exact=True)).to_be_visible()


async def test_names_are_completed_behind_their_operators(visit: Visit, archive: Archive) -> None:
    visitor = await visit()
    await visitor.enter_as(archive.ana)
    page = visitor.page
    await visitor.arrive("/search")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type(f"quibbles from:{archive.bo.name[:5]}")
    option = page.get_by_role("option", name=archive.bo.name)
    await expect(option).to_be_visible()
    while await option.get_attribute("aria-selected") != "true":
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field(page)).to_have_value(f"quibbles from:{archive.bo.name} ")
    await page.keyboard.type(f"in:{archive.name[:5]}")
    await page.get_by_role("option", name=archive.name).click()
    await expect(field(page)).to_have_value(f"quibbles from:{archive.bo.name} in:{archive.name} ")
    await expect(page.get_by_role("option")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"{LINES // 2 - 1} messages", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
async def test_axe_finds_nothing_on_the_search_page(
    visit: Visit, archive: Archive, width: int, scheme: str, locale: str
) -> None:
    visitor = await visit(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=locale)
    await visitor.enter_as(archive.ana)
    page = visitor.page
    paths = [f"/search?q={quote(f'{archive.common} in:{archive.name}')}"]
    if (width, scheme) in ((360, "dark"), (1440, "light")):
        # What holds no result has nothing of its own that other looks could change.
        paths += ["/search", "/search?q=zephyrien", "/search?q=before:soon"][:: 1 if locale == "zh-CN" else 2]
    problems = [problem for path in paths for problem in await look_at(page, path, locale)]
    await page.goto("/inbox", wait_until="networkidle")
    await page.get_by_role("combobox").fill(f"{archive.common} in:")
    await page.get_by_role("option", name=archive.name).click()
    await expect(page.locator(".side-hits").get_by_role("link").first).to_be_visible()
    await page.keyboard.type("from:")
    await expect(page.get_by_role("option").first).to_be_visible()
    problems += await find_violations(page)
    assert await overflow(page) == 0
    assert not problems, "\n".join(problems)
