"""The whole server with a search server behind it: with TLS, several addresses, a hang, and no answer at all."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hubbub.config import load_config
from hubbub.search.client import Client, SearchUnavailable
from hubbub.server import Server
from tests.support.client import Person, register
from tests.support.composed import serve_here
from tests.support.search_servers import SearchServer as Node
from tests.support.search_world import DEADLINE, until
from tests.support.server import free_port

TLS = Path(__file__).parent / "tls"


@contextlib.asynccontextmanager
async def tls_in_front(node: Node) -> AsyncIterator[tuple[str, list[bytes]]]:
    """The node's address behind a proxy that speaks TLS with a certificate of its own authority, and what it passed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    passed: list[bytes] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while octets := await reader.read(1 << 16):
            passed.append(octets)
            writer.write(octets)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", node.port)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(pass_on(reader, behind_writer), pass_on(behind_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}", passed
    finally:
        server.close()


async def found(who: Person, q: str) -> tuple[str, int]:
    """Which engine answered, and how many it found."""
    answer: dict[str, Any] = await who.api("GET", f"/search?q={q}")
    return answer["engine"], answer["total"]


async def test_a_search_is_answered_by_the_search_server_and_by_ourselves_when_that_is_gone(
    tmp_path: Path, search_server: Node, prefix: str
) -> None:
    settings = {"search.urls": [search_server.url], "search.prefix": prefix, "search.seconds": 1.0}
    async with serve_here(tmp_path / "data", settings) as server, person(server) as ann:
        general = (await ann.snapshot())["channels"][0]["id"]
        await ann.post(general, "Deploying now")
        await answered_by(ann, search_server.name)
        assert (await ann.http.get("/readyz")).json()["parts"]["search"] == "following"
        search_server.signal(signal.SIGSTOP)
        try:
            await ann.post(general, "Deployed")
            assert await found(ann, "deploy") == ("sqlite", 2)
        finally:
            search_server.signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def person(server: Server) -> AsyncIterator[Person]:
    ann = await register(server.address, "ann")
    try:
        yield ann
    finally:
        await ann.http.aclose()


async def answered_by(who: Person, engine: str) -> None:
    """Returns when that engine finds the one message there is: it is copied, and refreshed once a second."""
    deadline = time.monotonic() + DEADLINE
    while (answer := await found(who, "deploy")) != (engine, 1):
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.1)


async def test_a_search_server_that_never_was_there_holds_up_nothing(tmp_path: Path) -> None:
    settings = {"search.urls": [f"http://127.0.0.1:{free_port()}"]}
    async with serve_here(tmp_path / "data", settings) as server, person(server) as ann:
        general = (await ann.snapshot())["channels"][0]["id"]
        await ann.post(general, "Deploying now")
        assert await found(ann, "deploy") == ("sqlite", 1)
        await until(lambda: server.sizes()["search_trouble"] == 1)
        ready = await ann.http.get("/readyz")
        assert (ready.status_code, ready.json()["parts"]["search"]) == (httpx.codes.OK, "in_trouble")


async def test_a_certificate_is_believed_when_its_authority_is_named(search_server: Node) -> None:
    async with tls_in_front(search_server) as (url, _):
        trusting = Client(load_config({"search.urls": [url], "search.ca": str(TLS / "certificate.pem")}, {}).search)
        doubting = Client(load_config({"search.urls": [url]}, {}).search)
        try:
            assert (await trusting.detect()).engine == search_server.name
            with pytest.raises(SearchUnavailable, match=r"(?i)certificate"):
                await doubting.detect()
        finally:
            await trusting.close()
            await doubting.close()


async def test_an_api_key_goes_with_every_request(search_server: Node) -> None:
    """The build of Elasticsearch for tests gives out no keys: what is on the wire is looked at instead."""
    async with tls_in_front(search_server) as (url, passed):
        given = {"search.urls": [url], "search.ca": str(TLS / "certificate.pem"), "search.api_key": "aWQ6a2V5"}
        client = Client(load_config(given, {}).search)
        try:
            await client.detect()
        finally:
            await client.close()
    heads = [octets.lower() for octets in passed if b" HTTP/1.1\r\n" in octets]
    assert heads
    assert all(b"\r\nauthorization: apikey awq6a2v5\r\n" in head for head in heads)


async def test_of_several_addresses_one_that_answers_is_enough(search_server: Node) -> None:
    urls = [f"http://127.0.0.1:{free_port()}", search_server.url, f"http://127.0.0.1:{free_port()}"]
    client = Client(load_config({"search.urls": urls}, {}).search)
    try:
        for _ in range(5):
            assert (await client.detect()).engine == search_server.name
    finally:
        await client.close()
