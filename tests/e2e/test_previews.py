"""Link previews as people see them."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Request, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.support.web_site import Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAD = """<head><title>Tides</title><meta property="og:description" content="When the water comes.">
<meta property="og:site_name" content="The sea"><meta property="og:image" content="/moon.png"></head>"""


@pytest_asyncio.fixture(loop_scope="session")
async def site(site_port: int) -> AsyncIterator[Site]:
    async with open_site(site_port) as opened:
        written = io.BytesIO()
        Image.new("RGB", (640, 400), (20, 60, 90)).save(written, "PNG")
        opened.put("/moon.png", written.getvalue(), "image/png")
        yield opened


async def test_a_preview_appears_below_its_link_and_its_author_takes_it_away(
    visit: Visit, newcomer: Newcomer, site: Site
) -> None:
    link = site.put("/tides", HEAD)
    ana, bo = await newcomer("ana"), await newcomer("bo")
    channel = await ana.create_channel(f"sea {ana.name}")
    await bo.join(channel)
    reader, writer = await visit(), await visit()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    reader.page.on("request", note)
    for visitor, person in ((reader, bo), (writer, ana)):
        await visitor.enter_as(person)
        await visitor.arrive(f"/c/{channel}")
    await writer.say(f"look: {link}", f"sea {ana.name}")
    card = reader.history().get_by_role("link", name=re.compile("Tides"))
    await expect(card).to_contain_text("When the water comes.")
    await expect(card).to_contain_text("The sea")
    await expect(card.locator("img")).to_be_visible()
    assert all(url.startswith(reader.server.url) for url in asked if not url.startswith(("data:", "blob:")))
    row = writer.history().locator("[data-row]").last
    await row.click(button="right", position={"x": 5, "y": 5})
    await writer.page.get_by_role("menuitem", name="Remove the link preview").click()
    await expect(card).to_have_count(0)


async def test_whoever_wants_no_previews_sees_none(visit: Visit, newcomer: Newcomer, site: Site) -> None:
    link = site.put("/moon", "<title>The moon</title>")
    ana = await newcomer("ana")
    channel = await ana.create_channel(f"moon {ana.name}")
    visitor = await visit()
    await visitor.enter_as(ana)
    await visitor.arrive(f"/c/{channel}")
    await visitor.say(link, f"moon {ana.name}")
    card = visitor.history().get_by_role("link", name=re.compile("The moon"))
    await expect(card).to_be_visible()
    await visitor.arrive("/settings")
    await visitor.page.get_by_role("group", name="Link previews").get_by_text("Hide").click()
    await visitor.arrive(f"/c/{channel}")
    await expect(visitor.history().get_by_text(link)).to_be_visible()
    await expect(card).to_be_hidden()
