"""axe-core finds nothing on the main pages: narrow and wide, by day and by night, in English and Chinese."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.e2e.conftest import Visit
from tests.e2e.visitor import new_name
from tests.support.client import Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Look: TypeAlias = tuple[int, str, str]
LOOKS = list(itertools.product((360, 1440), ("light", "dark"), ("en-GB", "zh-CN")))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def talk(server: Server) -> AsyncIterator[tuple[Person, str]]:
    """Somebody with a channel in which everything is that a room can show."""
    ana, bo = await register(server.url, new_name("access")), await register(server.url, new_name("access"))
    channel = await ana.create_channel(new_name("access"), topic="A topic with a [link](https://example.org)")
    await bo.join(channel)
    for person, text in (
        (ana, "Plain, **bold**, *italic*, ~~struck~~, `code` and https://example.org/a/link"),
        (bo, "```python\nprint('code')\n```"),
        (bo, "> a quotation\n\n- one\n- two\n\n1. first\n2. second"),
        (ana, "| a | table |\n|---|---|\n| 1 | 2 |"),
        (bo, "🎉"),
        (ana, "中文也要好看。"),
    ):
        await person.post(channel, text)
    await bo.react(channel, 1, "👍")
    await ana.react(channel, 1, "👍")
    await bo.api("PATCH", f"/channels/{channel}/messages/2", {"text": "```python\nprint('edited')\n```"})
    await bo.api("DELETE", f"/channels/{channel}/messages/5")
    await bo.post(await general_of(ana), "unread elsewhere")
    yield ana, channel
    await ana.http.aclose()
    await bo.http.aclose()


async def general_of(person: Person) -> str:
    return next(str(each["id"]) for each in (await person.snapshot())["channels"] if each["name"] == "general")


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
async def test_axe_finds_nothing(visit: Visit, talk: tuple[Person, str], width: int, scheme: str, locale: str) -> None:
    ana, channel = talk
    visitor = await visit(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=locale)
    found = [await look_at(visitor.page, path, locale) for path in ("/login", "/register")]
    await visitor.enter_as(ana)
    inside = ("/inbox", f"/c/{channel}", f"/c/{channel}/members", "/channels", "/new", "/settings", "/shortcuts")
    found += [await look_at(visitor.page, path, locale) for path in inside]
    problems = "\n".join(problem for each in found for problem in each)
    assert not problems, problems


async def look_at(page: Page, path: str, locale: str) -> list[str]:
    """What is wrong with one page, each named with the page."""
    await page.goto(path)
    assert await page.get_attribute("html", "lang") == ("zh-CN" if locale == "zh-CN" else "en")
    wider = await overflow(page)
    sideways = [f"{wider} px wider than the window"] * (wider > 0)
    return [f"{path}: {problem}" for problem in [*sideways, *await find_violations(page)]]


async def find_violations(page: Page) -> list[str]:
    """What axe-core objects to, as rule and element. Evaluated from outside the page, so that its policy holds."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return list(describe(found))


def describe(found: dict[str, Any]) -> Iterator[str]:
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"


async def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window: nobody should have to scroll sideways to read."""
    wider: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(wider, 0)
