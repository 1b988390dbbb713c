"""One server and one Node for all replay tests; rates unlimited, small pages so that windows are cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.replay.node import Replayer, open_replayer
from tests.support.client import Person, register
from tests.support.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"LIMITS__ENABLED": "false", "LIMITS__PAGE_SIZE": "12"}
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
