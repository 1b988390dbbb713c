"""`hubbub archive` beside a real server, and without one; who slept through it misses nothing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hubbub.store.engine import DATABASE
from tests.support.client import Person, open_socket, register
from tests.support.composed import serve_here
from tests.support.search_servers import SearchServer as Node
from tests.support.search_servers import SearchServers
from tests.support.search_world import until

POSTS = 420


@pytest.fixture
def node(search_servers: SearchServers) -> Node:
    return search_servers.elasticsearch


@pytest.fixture
def settings(node: Node, prefix: str) -> dict[str, object]:
    return {"search.urls": [node.url], "search.prefix": prefix, "search.bulk_bytes": 1 << 19, "limits.enabled": False}


@pytest.fixture
async def ann(tmp_path: Path, settings: dict[str, object]) -> AsyncIterator[Person]:
    """Who has written more than stays, on a server that runs."""
    async with serve_here(tmp_path / "data", settings) as server:
        ann = await register(server.address, "Ann")
        channel = await ann.create_channel("Room")
        async with open_socket(ann) as client:
            for begin in range(0, POSTS, 60):
                posts = [
                    await client.send("message.post", channel=channel, text=f"text {number} 会议", key=f"k{number}")
                    for number in range(begin, begin + 60)
                ]
                await asyncio.gather(*posts)
        try:
            yield ann
        finally:
            await ann.http.aclose()


async def run(data: Path, node: Node, prefix: str, *arguments: str) -> dict[str, Any]:
    """The command's answer in JSON."""
    environment = {
        **os.environ,
        "HUBBUB_SEARCH__URLS": node.url,
        "HUBBUB_SEARCH__PREFIX": prefix,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hubbub", arguments[0], "--data", str(data), "--json", *arguments[1:]),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    result: dict[str, Any] = json.loads(answer) if answer else {}
    return result


async def archive(data: Path, node: Node, prefix: str) -> int:
    """Archive until the copy was far enough for it; how many events went."""
    gone = 0
    async with asyncio.timeout(60):
        while gone == 0:
            gone = (await run(data, node, prefix, "archive", "--older-than", "0d")).get("removed", 0)
    return gone


async def room_of(ann: Person) -> str:
    snapshot = await ann.snapshot()
    (channel,) = (one["id"] for one in snapshot["channels"] if one["name"] == "Room")
    return str(channel)


async def test_a_running_server_archives_by_order_and_who_slept_misses_nothing(
    tmp_path: Path, ann: Person, node: Node, prefix: str
) -> None:
    channel = await room_of(ann)
    before = [await ann.api("GET", f"/channels/{channel}/messages?around={number}&limit=9") for number in (1, 150, 300)]
    events = await ann.fetch_events(channel)
    assert await archive(tmp_path / "data", node, prefix) > 100
    assert await ann.fetch_events(channel) == events
    after = [await ann.api("GET", f"/channels/{channel}/messages?around={number}&limit=9") for number in (1, 150, 300)]
    assert after == before
    epoch = (await ann.snapshot())["epoch"]
    async with open_socket(ann, streams={f"channel:{channel}": 5}, epoch=epoch) as client:
        await client.until_seq(channel, events[-1]["seq"])
        assert client.events == events[5:]
        assert client.resets == []
        await client.ok("message.edit", channel=channel, number=2, text="from the archive")
        assert (await client.ok("message.post", channel=channel, text="again", key="k3"))["number"] == 4
    report = await run(tmp_path / "data", node, prefix, "verify", "--archive")
    assert report["ok"]
    assert report["archived"] > 100
    assert (await run(tmp_path / "data", node, prefix, "archive", "--restore"))["restored"] > 100
    assert (await run(tmp_path / "data", node, prefix, "verify"))["ok"]


async def test_without_the_archive_only_what_needs_it_is_reset(
    tmp_path: Path, settings: dict[str, object], node: Node, prefix: str, ann: Person
) -> None:
    data = tmp_path / "data"
    channel = await room_of(ann)
    await archive(data, node, prefix)
    epoch = (await ann.snapshot())["epoch"]
    node.signal(signal.SIGSTOP)
    try:
        streams = {f"channel:{channel}": 5, f"user:{ann.id}": 1}
        async with open_socket(ann, streams=streams, epoch=epoch) as client:
            await client.until(lambda: f"channel:{channel}" in client.resets, "reset")
            seq = (await client.ok("message.post", channel=channel, text="posting goes on"))["seq"]
            await client.until_seq(channel, seq)
            assert client.seqs(channel) == [seq]
            assert client.resets == [f"channel:{channel}"]
        refused = await ann.http.get(f"/api/channels/{channel}/messages?around=10&limit=9")
        assert (refused.status_code, refused.json()["code"]) == (503, "archive_unavailable")
        assert (await ann.snapshot(channel))["room"]["lines"][-1]["text"] == "posting goes on"
    finally:
        node.signal(signal.SIGCONT)


async def test_a_stopped_server_is_archived_by_the_command_and_its_file_shrinks(
    tmp_path: Path, settings: dict[str, object], node: Node, prefix: str
) -> None:
    data = tmp_path / "data"
    async with serve_here(data, settings) as server:
        ann = await register(server.address, "Ann")
        channel = await ann.create_channel("Room")
        async with open_socket(ann) as client:
            for _ in range(8):
                posts = [await client.send("message.post", channel=channel, text="text " * 300) for _ in range(60)]
                await asyncio.gather(*posts)
        await ann.http.aclose()
        await until(lambda: server.sizes()["search_behind"] == 0)
    before = (data / DATABASE).stat().st_size
    assert await archive(data, node, prefix) > 100
    assert (data / DATABASE).stat().st_size < before * 0.75
    assert (await run(data, node, prefix, "verify", "--archive"))["ok"]
