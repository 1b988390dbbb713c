"""Everybody is cut off in the same moment and comes back in the same moment: nothing is lost, and others are served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.support.client import Person, SocketClient, open_socket, register
from tests.support.crowd import Crowd
from tests.support.server import Server

PEOPLE = 16
EACH = 50
MISSED = 20


@asynccontextmanager
async def people_of(server: Server, count: int) -> AsyncIterator[list[Person]]:
    async with AsyncExitStack() as stack:
        people = [await register(server.url, f"member{number}") for number in range(count)]
        for person in people:
            stack.push_async_callback(person.http.aclose)
        yield people


class Talker:
    """Somebody who was there all the time, and posts one message after the other."""

    def __init__(self, socket: SocketClient, channel: str) -> None:
        self.socket = socket
        self.channel = channel
        self.last = 0
        self.acknowledged = 0
        self.enough = asyncio.Event()

    async def post(self, count: int) -> None:
        for _ in range(count):
            ok = await self.socket.ok("message.post", channel=self.channel, text="still here")
            self.last = ok["seq"]
            self.acknowledged += 1

    async def go_on(self) -> None:
        """Posts until it is enough; each has to be acknowledged."""
        while not self.enough.is_set():
            await self.post(1)


async def test_all_come_back_at_once_without_gap_or_repeat_while_another_is_answered(tmp_path: Path) -> None:
    settings = {"LIMITS__COMMANDS_PER_SECOND": "100000", "LIMITS__COMMANDS_BURST": "100000"}
    with Server(tmp_path / "data", settings=settings) as server:
        async with people_of(server, PEOPLE + 1) as (talking, *people), open_socket(talking) as socket:
            (general,) = (await talking.snapshot())["channels"]
            stream, talker, crowd = f"channel:{general['id']}", Talker(socket, general["id"]), Crowd(people, EACH)
            crowd.come()
            await crowd.until(lambda member: member.welcomed, "the first welcome")
            begun = {member: member.positions[stream] for member in crowd.members}
            await talker.post(3)
            await crowd.until(lambda member: member.positions[stream] == talker.last, "what is live")
            crowd.cut()
            await crowd.until(lambda member: member.transport is None, "cut")
            await talker.post(MISSED)
            going_on = asyncio.create_task(talker.go_on())
            before = talker.acknowledged
            crowd.come()
            await crowd.until(lambda member: member.welcomed, "the second welcome")
            during = talker.acknowledged - before
            await crowd.until(lambda member: member.positions[stream] >= talker.last - MISSED, "caught up")
            talker.enough.set()
            await going_on
            await crowd.until(lambda member: member.positions[stream] == talker.last, "the end")
            assert during > 0, "nobody else was answered"
            for member in crowd.members:
                assert member.seqs[stream] == list(range(begun[member] + 1, talker.last + 1))
                assert member.resets == []
                assert member.refusals == []
            crowd.close()


async def test_who_comes_when_the_line_is_full_is_told_when_to_come_again_and_misses_nothing(tmp_path: Path) -> None:
    settings = {
        "LIMITS__RESUMES_PER_SECOND": "40",
        "LIMITS__RESUMES_AT_ONCE": "1",
        "LIMITS__RESUMES_WAITING": "5",
    }
    with Server(tmp_path / "data", settings=settings) as server:
        async with people_of(server, 5) as (talking, *people), open_socket(talking) as socket:
            (general,) = (await talking.snapshot())["channels"]
            stream, talker, crowd = f"channel:{general['id']}", Talker(socket, general["id"]), Crowd(people, 15)
            for member in crowd.members:
                member.positions = {stream: general["seq"]}
            await talker.post(10)
            crowd.come()
            await crowd.until(lambda member: member.welcomed, "welcome")
            await crowd.until(lambda member: member.positions[stream] == talker.last, "caught up")
            for member in crowd.members:
                assert member.seqs[stream] == list(range(general["seq"] + 1, talker.last + 1))
            refusals = [refusal for member in crowd.members for refusal in member.refusals]
            assert {code for code, _ in refusals} <= {503, 1013}
            told = [retry_after for code, retry_after in refusals if code == 503]
            assert told, "nobody was sent away before the handshake"
            assert min(told) >= 1
            crowd.close()
