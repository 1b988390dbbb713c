"""Shared by every test: only what truly is. Each folder has its own fixtures beside its tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.search_servers import SearchServer, SearchServers, new_prefix, run_search_servers

# No example is judged by the clock: a busy machine is no failure. In CI the examples are the same each time, so that a
# red run means a change; on a developer's machine they are new each time, so that something is found.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def search_servers() -> Iterator[SearchServers]:
    """A real Elasticsearch and a real OpenSearch, for all tests of the run."""
    with run_search_servers() as servers:
        yield servers


@pytest.fixture(params=["elasticsearch", "opensearch"])
def search_server(request: pytest.FixtureRequest, search_servers: SearchServers) -> SearchServer:
    """Either of them: the test runs once with each."""
    return search_servers.named(request.param)


@pytest.fixture
def prefix(search_servers: SearchServers) -> Iterator[str]:
    """For the names of a test's own indices; they are removed behind it."""
    name = new_prefix()
    yield name
    search_servers.remove_indices(name)
