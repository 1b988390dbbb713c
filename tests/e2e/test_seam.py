"""A room whose older part is in the archive alone: it reads as one, in a real browser, from a real Elasticsearch."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.reader import Reader
from tests.e2e.visitor import Visitor
from tests.support.seam_world import LINES, NEEDLE, WORD, Seam, open_seam
from tests.support.search_servers import SearchServers, new_prefix

pytestmark = pytest.mark.asyncio(loop_scope="session")

# So far a line may be moved by what is put above it: what rounding to whole pixels does.
STILL_PX = 3
STEP_PX = 700
PAGE = 100
BEYOND = 250  # lines that are read on the other side of the seam
AWAY = "Older messages are in the archive, which does not answer right now."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seam(tmp_path_factory: pytest.TempPathFactory, search_servers: SearchServers) -> AsyncIterator[Seam]:
    prefix = new_prefix()
    try:
        async with open_seam(tmp_path_factory.mktemp("seam"), search_servers.elasticsearch, prefix) as opened:
            assert BEYOND < opened.last < LINES - 100
            yield opened
    finally:
        search_servers.remove_indices(prefix)


async def enter(visit: Visit, seam: Seam, **options: object) -> Visitor:
    visitor = await visit(base_url=seam.server.url, **options)
    await visitor.page.context.add_cookies(seam.cookies)  # type: ignore[arg-type]
    return visitor


def shown_numbers(page_text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li[^>]* id="m(\d+)"', page_text)]


async def test_a_room_scrolls_from_its_newest_line_into_the_archive_and_back(visit: Visit, seam: Seam) -> None:
    visitor = await enter(visit, seam)
    reader = Reader(visitor.page)
    await reader.watch()
    await visitor.arrive(f"/c/{seam.room}")
    assert (await reader.look())[-1] == LINES
    far = seam.last - BEYOND
    await reader.scroll_until(far, -STEP_PX)
    up = dict(reader.texts)
    assert {number: seam.texts[number] for number in up} == up
    assert set(range(far, LINES + 1)) <= up.keys()
    assert len({reader.made[number] for number in range(far, LINES + 1)}) == 1
    reader.texts.clear()
    await reader.scroll_until(LINES, STEP_PX)
    assert {number: seam.texts[number] for number in reader.texts} == reader.texts
    assert set(range(far, LINES + 1)) <= reader.texts.keys()
    assert reader.moved <= STILL_PX


async def test_a_permalink_leads_into_the_archive_and_from_there_to_the_newest_line(visit: Visit, seam: Seam) -> None:
    visitor = await enter(visit, seam)
    reader = Reader(visitor.page)
    await reader.watch()
    number = seam.last - 30
    await visitor.arrive(f"/c/{seam.room}/{number}")
    await expect(visitor.page.locator(f"#m{number}")).to_be_in_viewport()
    await reader.scroll_until(seam.last + 60, STEP_PX)
    assert {number: seam.texts[number] for number in reader.texts} == reader.texts
    assert set(range(number, seam.last + 61)) <= reader.texts.keys()
    assert reader.moved <= STILL_PX
    await visitor.page.get_by_role("button", name=re.compile("newest message|new messages")).click()
    await expect(visitor.page.locator(f"#m{LINES}")).to_be_in_viewport()


async def test_a_search_hit_leads_into_the_archive_and_back_to_the_results(visit: Visit, seam: Seam) -> None:
    visitor = await enter(visit, seam)
    page = visitor.page
    await page.goto(f"/search?q={WORD}")
    hit = page.get_by_role("list", name="Results").get_by_role("link")
    await expect(hit).to_have_count(1)
    await hit.click()
    await expect(page).to_have_url(re.compile(f"/c/{seam.room}/{NEEDLE}(#|$)"))
    await expect(page.locator(f"#m{NEEDLE}")).to_be_in_viewport()
    await expect(page.get_by_text(seam.texts[NEEDLE - 1], exact=True)).to_be_visible()
    await page.go_back()
    await expect(hit).to_have_count(1)


async def test_without_javascript_the_links_lead_through_the_seam_without_a_gap(visit: Visit, seam: Seam) -> None:
    page = (await enter(visit, seam, java_script_enabled=False)).page
    await page.goto(f"/c/{seam.room}")
    numbers: list[int] = []
    while not numbers or numbers[0] > seam.last - 60:
        if numbers:
            await page.get_by_role("link", name="Older messages").click()
            await page.wait_for_load_state()
        shown = shown_numbers(await page.content())
        assert shown == list(range(shown[0], shown[0] + len(shown)))
        assert shown[-1] == (numbers[0] - 1 if numbers else LINES)
        numbers = shown + numbers
    await page.goto(f"/c/{seam.room}/{seam.last}")
    shown = shown_numbers(await page.content())
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert shown[0] < seam.last < shown[-1]


async def test_while_the_archive_is_away_hot_lines_read_and_the_others_come_back_by_themselves(
    visit: Visit, seam: Seam
) -> None:
    visitor = await enter(visit, seam, expect_trouble=True)  # the browser notes each answer that is 503
    page = visitor.page
    with seam.away():
        await visitor.arrive(f"/c/{seam.room}")
        await expect(page.locator(f"#m{LINES}")).to_be_in_viewport()
        notice = page.get_by_test_id("scroll").get_by_text(AWAY)
        await scroll_up_to(page, notice)
        await notice.scroll_into_view_if_needed()
        await expect(notice).to_be_in_viewport()
        # A page of lines that goes over the seam is away as a whole.
        assert shown_numbers(await page.content())[0] <= seam.last + PAGE
    await expect(notice).to_have_count(0)
    await scroll_up_to(page, page.locator(f"#m{seam.last}"))


async def test_without_javascript_an_archive_that_is_away_is_named_and_a_reload_is_enough(
    visit: Visit, seam: Seam
) -> None:
    page = (await enter(visit, seam, java_script_enabled=False, expect_trouble=True)).page
    with seam.away():
        await page.goto(f"/c/{seam.room}")
        await expect(page.locator(f"#m{LINES}")).to_be_in_viewport()
        await page.goto(f"/c/{seam.room}/{NEEDLE}")
        await expect(page.get_by_role("alert")).to_contain_text(AWAY)
    await page.get_by_role("link", name="Try again").click()
    await expect(page.locator(f"#m{NEEDLE}")).to_be_visible()


async def scroll_up_to(page: Page, wanted: Locator) -> None:
    """As a reader who wants to see more, until that is there."""
    box = page.get_by_test_id("scroll")
    for _ in range(200):
        if await wanted.count():
            return
        await box.evaluate("box => box.scrollBy({ top: -600, behavior: 'instant' })")
        await page.wait_for_timeout(20)  # frames between two looks
    raise AssertionError(f"{wanted} does not come")
