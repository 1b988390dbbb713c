"""A real server with its pages, and a real Chromium (Debian's). Without either the tests fail; none is skipped."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person, register
from tests.support.server import Server, free_port

CHROMIUM = Path(os.environ.get("HUBBUB_TEST_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A microphone that beeps, and nobody to ask whether it may be used.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
# The browser waits no longer than this for anything; a page that needs more is a finding.
PATIENCE_MS = 15_000

Visit: TypeAlias = Callable[..., Awaitable[Visitor]]
Newcomer: TypeAlias = Callable[[str], Awaitable[Person]]


@pytest.fixture(scope="session")
def site_port() -> int:
    """Where tests put a web site, whose links the server may look at."""
    return free_port()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, site_port: int) -> Iterator[Server]:
    previews = {"ENABLED": "true", "PORTS": str(site_port), "NETWORKS": "127.0.0.0/8"}
    settings = {"LIMITS__ENABLED": "false", "LIMITS__PRESENCE_GRACE_SECONDS": "1"}
    settings |= {f"PREVIEWS__{name}": value for name, value in previews.items()}
    with Server(tmp_path_factory.mktemp("e2e") / "data", pages=True, settings=settings) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, server: Server) -> AsyncIterator[Visit]:
    """Opens a browser context of its own for a new visitor; all are closed at the end, and none may have had trouble.

    Keyword arguments are Playwright's for a new context; `expect_trouble=True` for tests that cause some.
    """
    quiet: list[Visitor] = []
    async with AsyncExitStack() as stack:

        async def open_visitor(*, expect_trouble: bool = False, **options: Any) -> Visitor:
            context = await browser.new_context(**{"base_url": server.url, "locale": "en-GB", **options})
            stack.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            visitor = Visitor(await context.new_page(), server, stack)
            visitor.watch()
            if not expect_trouble:
                quiet.append(visitor)
            return visitor

        yield open_visitor
        for visitor in quiet:
            assert visitor.trouble == [], visitor.trouble


@pytest_asyncio.fixture(loop_scope="session")
async def newcomer(server: Server) -> AsyncIterator[Newcomer]:
    """Registers somebody over HTTP, under a name that begins as given."""
    async with AsyncExitStack() as stack:

        async def register_person(stem: str) -> Person:
            person = await register(server.url, new_name(stem))
            stack.push_async_callback(person.http.aclose)
            return person

        yield register_person
