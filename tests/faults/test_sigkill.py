"""SIGKILL of the server, again and again, while eight people post: start-up is the only recovery there is.

Held at the end: every acknowledged post is there once, where its acknowledgement said; nothing is there twice, whatever
was retried; what one person sent one after the other stands in that order; every listener, resuming after each crash,
heard the whole log once and in order; `verify` is clean.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage

from hubbub.store.verify import verify
from tests.support.client import Json, Person, SocketClient, open_socket, register
from tests.support.server import Server

KILLS = 50
POSTERS = 8
# Each has so many posts under way: some are in the queue, some in the transaction, some on their way back.
OUTSTANDING = 3


@dataclass(slots=True)
class Poster:
    """One person over all crashes. `keys` in the order they were first sent, `acknowledged` with (seq, number),
    `waiting` those without an answer, to be sent again with the same key; `heard` the channel's events."""

    person: Person
    channel: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    keys: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    heard: list[Json] = field(default_factory=list)
    surprises: list[Json] = field(default_factory=list)
    streams: dict[str, int] = field(default_factory=dict)
    epoch: str | None = None

    async def run(self, news: asyncio.Event) -> None:
        """Post until the server dies."""
        try:
            async with open_socket(self.person, streams=self.streams, epoch=self.epoch) as socket:
                try:
                    await self._post(socket, news)
                finally:
                    self._remember(socket)
        except (ConnectionClosed, asyncio.CancelledError, ConnectionError, InvalidMessage, AssertionError):
            return  # AssertionError: the connection ended before the hello; what is wrong goes to `surprises`

    async def _post(self, socket: SocketClient, news: asyncio.Event) -> None:
        while not socket.closed:
            fresh = [f"{self.person.name}-{next(self.numbers)}" for _ in range(OUTSTANDING - len(self.waiting))]
            self.keys += fresh
            self.waiting += fresh
            answers = [
                await socket.send("message.post", channel=self.channel, text=f"this is {key}", key=key)
                for key in self.waiting
            ]
            for key, answer in zip(list(self.waiting), answers, strict=True):
                reply = await answer
                if reply["type"] != "ok":
                    self.surprises.append(reply)
                    return
                self.acknowledged[key] = (reply["seq"], reply["number"])
                self.waiting.remove(key)
                news.set()

    def _remember(self, socket: SocketClient) -> None:
        self.surprises += [{"reset": stream} for stream in socket.resets]
        self.epoch = socket.welcome.get("epoch", self.epoch)
        for event in socket.events:
            if "channel_seq" not in event:  # the channel's, not one's own
                self.heard.append(event)
                self.streams[f"channel:{self.channel}"] = event["seq"]


async def crash_while_posting(server: Server, posters: list[Poster], acknowledgements: int) -> None:
    """Start, let everyone post until so many more are acknowledged, SIGKILL."""
    await asyncio.to_thread(server.start)
    before = sum(len(poster.acknowledged) for poster in posters)
    news = asyncio.Event()
    tasks = [asyncio.create_task(poster.run(news)) for poster in posters]
    try:
        async with asyncio.timeout(30):
            while sum(len(poster.acknowledged) for poster in posters) < before + acknowledgements:
                await news.wait()
                news.clear()
    finally:
        server.kill()
        await asyncio.wait(tasks, timeout=10)
    for task in tasks:
        task.cancel()
        await task


@pytest.mark.slow
async def test_every_acknowledged_post_survives_fifty_kills_once_and_in_order(tmp_path: Path) -> None:
    rng = random.Random(50)
    server = Server(tmp_path / "data", settings={"LIMITS__ENABLED": "false"})
    async with AsyncExitStack() as stack:
        with server:
            people = [await register(server.url, f"poster{number}") for number in range(POSTERS)]
            for person in people:
                stack.push_async_callback(person.http.aclose)
            snapshot = await people[0].snapshot()
            channel, head = snapshot["channels"][0]["id"], snapshot["channels"][0]["seq"]
        posters = [Poster(person, channel, streams={f"channel:{channel}": head}) for person in people]
        for _ in range(KILLS):
            await crash_while_posting(server, posters, rng.randrange(5, 60))
        report = await asyncio.to_thread(verify, server.data)
        assert report.ok, report.problems
        with server:
            log = await people[0].fetch_events(channel)
            check_listeners(posters, log, head)
    check_posts(posters, log)


def check_posts(posters: list[Poster], log: list[Json]) -> None:
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    posts = [event for event in log if event["type"] == "message.posted"]
    assert [post["number"] for post in posts] == list(range(1, len(posts) + 1))
    stored = [post["key"] for post in posts]
    assert len(stored) == len(set(stored))
    places = {post["key"]: (post["seq"], post["number"]) for post in posts}
    for poster in posters:
        assert poster.surprises == []
        for key, place in poster.acknowledged.items():
            assert places[key] == place
        mine = [key for key in stored if key.startswith(f"{poster.person.name}-")]
        assert mine == poster.keys[: len(mine)]
        assert set(mine) <= set(poster.keys)
    assert sum(len(poster.acknowledged) for poster in posters) >= 5 * KILLS
    assert all(post["text"] == f"this is {post['key']}" for post in posts)


def check_listeners(posters: list[Poster], log: list[Json], head: int) -> None:
    """What each heard is the log itself, without gap or repeat, up to where the last crash cut it off."""
    for poster in posters:
        assert poster.heard == log[head : head + len(poster.heard)]
        assert poster.heard
