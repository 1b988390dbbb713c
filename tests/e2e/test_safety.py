"""No script without a nonce on any page, nothing the policy blocks, and a hostile message stays a text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import new_name
from tests.support.client import Person, new_http
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "[click](javascript:window.hacked=1)",
    "[click](data:text/html,<script>window.hacked=1</script>)",
    "![x](javascript:window.hacked=1)",
    "<a href='javascript:window.hacked=1'>click</a>",
    "`</code><script>window.hacked=1</script>`",
    "</script><script>window.hacked=1</script>",
    "<svg onload=window.hacked=1>",
    '[x](https://example.org/"onmouseover=window.hacked=1)',
]


class Scripts(HTMLParser):
    """Every script, style and inline handler of a page, with its nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.nonces: list[str | None] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "style"}:
            self.nonces.append(given.get("nonce"))
        self.handlers += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        assert not (given.get("href") or "").startswith("javascript:")


def check_page(answer: httpx.Response) -> str:
    """Asserts that every script carries the nonce of this page's policy; the nonce."""
    policy = answer.headers["content-security-policy"]
    nonces = re.findall(r"'nonce-([\w+/=-]+)'", policy)
    assert len(set(nonces)) == 1, policy
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    scripts = Scripts()
    scripts.feed(answer.text)
    assert scripts.nonces, "a page of Next's without a script"
    assert [nonce for nonce in scripts.nonces if nonce != nonces[0]] == []
    assert scripts.handlers == []
    return str(nonces[0])


@pytest_asyncio.fixture(loop_scope="session")
async def person(newcomer: Newcomer) -> Person:
    return await newcomer("safe")


async def test_no_page_has_a_script_without_its_nonce(server: Server, person: Person) -> None:
    channel = await person.create_channel(new_name("safe"))
    number = (await person.post(channel, HOSTILE[0]))["number"]
    absent = "01K6ZJ60M7J8A5RVN2H3C4D1XW"
    inside = ["/", "/channels", "/settings", f"/c/{channel}", f"/c/{channel}/{number}", f"/c/{channel}/members"]
    outside = ["/login", "/register"]
    missing = [f"/c/{absent}", "/no/such/page", f"/c/{channel}/999999", "/c/%00", "/c/%E0%A4%A", "/c/%zz"]
    nonces = []
    async with new_http(server.url) as stranger:
        for path in outside:
            nonces.append(check_page(await stranger.get(path)))
    for path in inside:
        answer = await person.http.get(path, follow_redirects=True)
        assert answer.status_code == httpx.codes.OK, path
        nonces.append(check_page(answer))
    for path in missing:
        answer = await person.http.get(path)
        assert answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.BAD_REQUEST}, path
        if "text/html" in answer.headers["content-type"] and "nonce-" in answer.headers["content-security-policy"]:
            nonces.append(check_page(answer))
    assert len(set(nonces)) == len(nonces), "a nonce was used twice"


async def test_pages_of_somebody_logged_in_are_stored_by_nobody(person: Person) -> None:
    for path in ("/", "/channels"):
        assert (await person.http.get(path, follow_redirects=True)).headers["cache-control"] == "no-store"


async def test_a_stranger_is_sent_to_the_log_in(server: Server) -> None:
    async with new_http(server.url) as stranger:
        answer = await stranger.get("/", follow_redirects=True)
        assert answer.url.path == "/login"


async def test_hostile_messages_are_shown_as_text(visit: Visit, person: Person) -> None:
    channel = await person.create_channel(new_name("hostile"), topic=HOSTILE[0])
    for text in HOSTILE:
        await person.post(channel, text)
    visitor = await visit()
    await visitor.register("victim")
    await visitor.page.goto(f"/c/{channel}")
    await expect(visitor.history().get_by_text("window.hacked=1").first).to_be_visible()
    await visitor.page.get_by_role("button", name="Join the channel").click()
    await expect(visitor.page.get_by_role("textbox", name=re.compile("^Message to"))).to_be_visible()
    for text in HOSTILE:
        await person.post(channel, f"live {text}")
    await expect(visitor.history().get_by_text("live").last).to_be_visible()
    for link in await visitor.history().get_by_role("link").all():
        assert not re.match(r"\s*(javascript|data|vbscript):", await link.get_attribute("href") or "", re.IGNORECASE)

    assert await visitor.page.evaluate("window.hacked") is None
