"""The contract of a link: each test here runs on every kind of link, over real sockets, with a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.links import KINDS, LIMITS, Bench, open_bench


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with open_bench(request.param, LIMITS) as bench:
        yield bench
