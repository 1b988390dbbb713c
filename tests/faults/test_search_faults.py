"""Search servers in trouble: full queues, blocks, breakers, a full disk, SIGKILL. Posting goes on, nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from hubbub.config import load_config
from hubbub.search.bulk import Bulk, Operation
from hubbub.search.client import Client, SearchRefused
from hubbub.search.setup import SearchServer
from tests.support.search_servers import USER, SearchServers, new_prefix
from tests.support.search_servers import SearchServer as Node
from tests.support.search_world import SearchWorld, open_search_world, until
from tools.servers import ELASTICSEARCH

# As small as they can be set: one bulk at a time, one waiting, and no request larger than this.
TIGHT = {
    "thread_pool.write.size": "1",
    "thread_pool.write.queue_size": "1",
    "indexing_pressure.memory.limit": "20kb",
}


@pytest.fixture
async def copied(tmp_path: Path, search_server: Node, prefix: str) -> AsyncIterator[SearchWorld]:
    async with open_search_world(tmp_path, search_server, prefix) as copied:
        yield copied


@pytest.fixture(scope="module")
def own_node() -> Iterator[Node]:
    """A node that begins with hardly any room, and asks for a password."""
    node = Node(ELASTICSEARCH, TIGHT, password="correct horse battery")
    try:
        node.start()
        yield node
    finally:
        node.remove()


async def post(copied: SearchWorld, count: int, text: str = "hi") -> tuple[str, str]:
    """Somebody new posts `count` messages; their id and the channel's."""
    ann = await copied.world.user(f"Ann{copied.world.clock()}")
    await copied.world.append_together(
        *[copied.world.posting(ann, copied.world.general, f"{text} {number}") for number in range(count)]
    )
    return ann, copied.world.general


async def in_trouble(search: SearchServer) -> None:
    await until(lambda: search.follower.progress.trouble is not None, lambda: str(search.sizes()))


async def is_whole(copied: SearchWorld, search: SearchServer) -> None:
    await copied.caught_up(search)
    proof = await copied.prove()
    assert proof.ok, proof.problems
    assert search.follower.progress.trouble is None
    assert search.bulk.tally.lost == 0


async def test_a_blocked_index_is_waited_for_while_posting_goes_on(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await post(copied, 5)
        await copied.caught_up(search)
        copied.put_index_settings({"index.blocks.read_only_allow_delete": True})
        await post(copied, 20)
        await in_trouble(search)
        assert "429" in str(search.follower.progress.trouble)
        await post(copied, 20)
        assert search.follower.behind > 0
        copied.put_index_settings({"index.blocks.read_only_allow_delete": None})
        await is_whole(copied, search)
    assert copied.naps


async def test_an_index_somebody_made_read_only_is_waited_for_too(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await post(copied, 5)
        await copied.caught_up(search)
        copied.put_index_settings({"index.blocks.write": True})
        await post(copied, 20)
        await in_trouble(search)
        copied.put_index_settings({"index.blocks.write": None})
        await is_whole(copied, search)


async def test_what_is_refused_for_a_reason_outside_of_the_document_is_waited_for(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await post(copied, 5)
        await copied.caught_up(search)
        copied.put_index_settings({"index.default_pipeline": "somebody-removed-it"})
        await post(copied, 5)
        await in_trouble(search)
        assert "somebody-removed-it" in str(search.follower.progress.trouble)
        copied.put_index_settings({"index.default_pipeline": None})
        await is_whole(copied, search)


async def test_a_request_that_something_in_between_refuses_is_sent_again(copied: SearchWorld) -> None:
    """As a proxy may do, with a status that says the request is wrong."""
    answers = iter([b'{"error":"no"}', b'{"error":{"type":"illegal_argument_exception"}}'])

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        refusal = next(answers, None)
        body, status = (b'{"errors":false}', b"200 OK") if refusal is None else (refusal, b"400 Bad Request")
        head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        writer.write(head % (status, len(body)) + body)
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    client = Client(load_config({"search.urls": [f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"]}, {}).search)
    try:
        bulk = Bulk(client, most_bytes=1 << 20, seconds=5, sleep=copied.nap, rng=Random(1))
        troubles: list[str | None] = []
        bulk.on_trouble = troubles.append
        await bulk.write([Operation(b'{"index":{}}\n', b"{}\n")])
        assert (bulk.tally.written, bulk.tally.lost, bulk.tally.waits) == (1, 0, 2)
        assert troubles[0] is not None
        assert "400" in troubles[0]
    finally:
        await client.close()
        proxy.close()


async def test_a_breaker_that_lets_small_requests_pass_is_passed_by_small_requests(
    tmp_path: Path, search_servers: SearchServers, prefix: str
) -> None:
    async with open_search_world(tmp_path, search_servers.opensearch, prefix) as copied:
        await post(copied, 60)
        copied.put_cluster_settings({"network.breaker.inflight_requests.limit": "4kb"})
        try:
            async with copied.follow() as search:
                await copied.caught_up(search)
                assert search.bulk.tally.splits > 0
        finally:
            copied.put_cluster_settings({"network.breaker.inflight_requests.limit": None})
        assert (await copied.prove()).ok


async def test_a_server_that_refuses_large_requests_is_sent_smaller_ones(own_node: Node, tmp_path: Path) -> None:
    async with open_search_world(tmp_path, own_node, new_prefix()) as copied:
        await post(copied, 200, "a text of some length " * 5)
        async with copied.follow() as search:
            await is_whole(copied, search)
            assert search.bulk.tally.splits > 0


async def test_documents_refused_by_a_full_queue_are_sent_again(own_node: Node, tmp_path: Path) -> None:
    async with open_search_world(tmp_path, own_node, new_prefix()) as copied, copied.follow() as search:
        await post(copied, 5)
        await copied.caught_up(search)
        async with crowd(own_node, f"{copied.prefix}-crowd"):
            for _ in range(20):
                await post(copied, 5)
                await copied.caught_up(search)
                if search.bulk.tally.waits:
                    break
        assert search.bulk.tally.waits > 0
        await is_whole(copied, search)


async def test_the_password_opens_and_nothing_else(own_node: Node) -> None:
    logins: list[tuple[dict[str, str | None], bool]] = [
        ({"search.username": USER, "search.password": own_node.password}, True),
        ({"search.username": USER, "search.password": "a wrong one"}, False),
        ({}, False),
    ]
    for login, welcome in logins:
        client = Client(load_config({"search.urls": [own_node.url], **login}, {}).search)
        try:
            if welcome:
                assert (await client.detect()).engine == "elasticsearch"
                continue
            with pytest.raises(SearchRefused, match="401") as refused:
                await client.detect()
            assert "a wrong one" not in str(refused.value)
        finally:
            await client.close()


@contextlib.asynccontextmanager
async def crowd(node: Node, index: str) -> AsyncIterator[None]:
    """Sixty others who write all the time."""
    body = b'{"index":{}}\n{"n":1}\n'
    headers = {"content-type": "application/x-ndjson"}

    async def write(http: httpx.AsyncClient) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                await http.post(f"/{index}/_bulk", content=body, headers=headers)

    auth = httpx.BasicAuth(USER, node.password or "")
    async with httpx.AsyncClient(base_url=node.url, trust_env=False, timeout=30, auth=auth) as http:
        tasks = [asyncio.create_task(write(http)) for _ in range(60)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
