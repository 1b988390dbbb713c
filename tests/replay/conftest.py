"""One server and one Node for all replay tests; rates unlimited, small pages so that windows are cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.replay.node import Replayer, open_replayer
from tests.support.client import Person, register
from tests.support.server import Server, free_port
from tests.support.web_site import Site, open_site


@pytest.fixture(scope="session")
def site_port() -> int:
    return free_port()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(site_port: int) -> AsyncIterator[Site]:
    """What the links lead to that people post."""
    async with open_site(site_port) as opened:
        opened.put("/tides", "<title>Tides</title>")
        opened.put("/moon", "<title>The moon</title>")
        yield opened


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, site_port: int) -> Iterator[Server]:
    settings = {"LIMITS__ENABLED": "false", "LIMITS__PAGE_SIZE": "12"}
    previews = {"ENABLED": "true", "PORTS": str(site_port), "NETWORKS": "127.0.0.0/8"}
    settings |= {f"PREVIEWS__{name}": value for name, value in previews.items()}
    with Server(tmp_path_factory.mktemp("replay") / "data", settings=settings) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def people(server: Server) -> AsyncIterator[list[Person]]:
    """Ana, who owns the server, Bo and Cy."""
    registered = [await register(server.url, name) for name in ("ana", "bo", "cy")]
    yield registered
    for person in registered:
        await person.http.aclose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def replayer() -> AsyncIterator[Replayer]:
    async with open_replayer() as opened:
        yield opened
