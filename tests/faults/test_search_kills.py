"""SIGKILL of the search server and of ours, ten times each while people write, archiving in between; then the command
that proves a copy finds every event and message there once, as the log has it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.support.client import Person, register
from tests.support.search_servers import USER, new_prefix
from tests.support.search_servers import SearchServer as Node
from tests.support.search_world import until
from tests.support.server import Server
from tools.servers import ELASTICSEARCH

KILLS = 10
PEOPLE = 4
PASSWORD = "correct horse battery"


@pytest.fixture
def node() -> Iterator[Node]:
    node = Node(ELASTICSEARCH, password=PASSWORD)
    try:
        node.start()
        yield node
    finally:
        node.remove()


@pytest.fixture
def settings(node: Node) -> dict[str, str]:
    return {
        "SEARCH__URLS": node.url,
        "SEARCH__PREFIX": new_prefix(),
        "SEARCH__USERNAME": USER,
        "SEARCH__PASSWORD": PASSWORD,
        "LIMITS__ENABLED": "false",
        "REGISTRATION": "open",
    }


async def write(ann: Person, channel: str, acknowledged: dict[str, int]) -> None:
    """Post, edit, react and delete, and try again what was not acknowledged, until cancelled."""
    for count in itertools.count():
        key = f"{ann.name}-{count}"
        number = await insist(ann, "POST", f"/channels/{channel}/messages", {"text": f"text {key}", "key": key})
        acknowledged[key] = number
        path = f"/channels/{channel}/messages/{number}"
        if count % 3 == 0:
            await insist(ann, "PATCH", path, {"text": f"edited {key}"})
        if count % 5 == 0:
            await insist(ann, "PUT", f"{path}/reactions/%F0%9F%91%8D")
        if count % 7 == 0:
            await insist(ann, "DELETE", path)
        await asyncio.sleep(0.02)


async def insist(ann: Person, method: str, path: str, body: object = None) -> int:
    """Until it is done; the number that the answer tells, 0 for none."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = await ann.http.request(method, f"/api{path}", json=body)
            if answer.status_code < 500:
                return int(answer.json().get("number", 0)) if answer.content else 0
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def load(url: str) -> AsyncIterator[dict[str, int]]:
    """People who write in one room until the block ends; which of their posts were acknowledged, with their numbers."""
    people = [await register(url, f"Ann{number}") for number in range(PEOPLE)]
    room = await people[0].create_channel("Room")
    for person in people[1:]:
        await person.join(room)
    acknowledged: dict[str, int] = {}
    tasks = [asyncio.create_task(write(person, room, acknowledged)) for person in people]
    try:
        yield acknowledged
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for person in people:
            await person.http.aclose()


async def run(data: Path, settings: dict[str, str], *arguments: str) -> dict[str, Any]:
    """The command's answer in JSON."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hubbub", arguments[0], "--data", str(data), "--json", *arguments[1:]),
        env={**os.environ, **{f"HUBBUB_{name}": value for name, value in settings.items()}},
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    result: dict[str, Any] = json.loads(answer) if answer else {}
    return result


def copied(node: Node, settings: dict[str, str]) -> int:
    """How many events the search server has."""
    with node.http() as http, contextlib.suppress(httpx.TransportError, KeyError):
        return int(http.get(f"/{settings['SEARCH__PREFIX']}-events/_count").json()["count"])
    return 0


@pytest.mark.slow
async def test_ten_sigkills_of_both_servers_under_load_lose_and_double_nothing(
    node: Node, settings: dict[str, str], tmp_path: Path
) -> None:
    rng, data = Random(7), tmp_path / "data"
    server = Server(data, settings=settings).start()
    try:
        async with load(server.url) as acknowledged:
            for kill in range(KILLS):
                if kill in (0, 5):
                    await asyncio.to_thread(node.wait_until_ready)
                    before = copied(node, settings)
                    await until(lambda before=before: copied(node, settings) > before + 100)  # type: ignore[misc]
                if kill == 5:
                    await run(data, settings, "archive", "--older-than", "0d")
                node.kill()
                node.spawn()
                # Also while either reads what it left.
                await asyncio.sleep(rng.uniform(0, 1.5))
                server.kill()
                server.spawn()
                await asyncio.sleep(rng.uniform(0, 1.5))
            await asyncio.to_thread(server.wait_until_ready)
            await asyncio.to_thread(node.wait_until_ready)
            while (await run(data, settings, "archive", "--older-than", "0d")).get("removed", 0) == 0:
                pass  # the copy is behind still
            proven = await run(data, settings, "verify", "--archive")
            assert proven["ok"], proven["problems"]
            assert proven["archived"] > 0
            assert len(acknowledged) > 200
        proven = await run(data, settings, "verify", "--archive")
        assert proven["ok"], proven["problems"]
        assert proven["compared"] == proven["events"] + proven["messages"]
        assert proven["keys"] >= len(acknowledged)
        assert server.stop() == 0
    finally:
        server.kill()
