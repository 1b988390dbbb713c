"""A thousand readers that never read: what they cost is bounded, nobody else notices, and they miss nothing."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from hubbub.server import Server
from tests.support.client import PATIENCE, Person, open_socket, register
from tests.support.composed import serve_here
from tests.support.crowd import Crowd, Member
from tests.support.event_source import open_events

KIB = 1024
PEOPLE, EACH = 20, 50
UNSENT, UNSENT_TOTAL = 64 * KIB, 8 * 1024 * KIB
LONG = "x" * 9000
# What each is sent at most before it is cut: what its kernel and ours keep, and its share.
POSTS_MOST = 400
GOODBYE = 32  # octets that say why, beyond the bound
SETTINGS = {
    "limits.enabled": False,
    "limits.unsent_bytes": UNSENT,
    "limits.unsent_total_bytes": UNSENT_TOTAL,
    "shutdown_seconds": 4.0,
}


@asynccontextmanager
async def people_of(server: Server, count: int) -> AsyncIterator[list[Person]]:
    async with AsyncExitStack() as stack:
        people = [await register(server.address, f"member{number}") for number in range(count)]
        for person in people:
            stack.push_async_callback(person.http.aclose)
        yield people


async def test_a_thousand_who_never_read_cost_a_bounded_memory_and_nobody_elses_messages(tmp_path: Path) -> None:
    async with (
        serve_here(tmp_path / "data", SETTINGS) as server,
        people_of(server, PEOPLE + 2) as (talking, reading, *people),
        open_socket(talking) as talker,
        open_socket(reading) as reader,
    ):
        (general,) = (await talking.snapshot())["channels"]
        channel, stream = general["id"], f"channel:{general['id']}"
        crowd = Crowd(people, EACH, receive_buffer=2048)
        crowd.come()
        await crowd.until(lambda member: member.welcomed, "welcome")
        begun = {member: member.positions[stream] for member in crowd.members}
        for member in crowd.members:
            member.stop_reading()
        last, kept = general["seq"], 0
        for _ in range(POSTS_MOST):
            last = (await talker.ok("message.post", channel=channel, text=LONG))["seq"]
            kept = max(kept, server.sizes()["unsent_bytes"])
            if server.sizes()["too_slow"] >= len(crowd.members):
                break
        assert server.sizes()["too_slow"] == len(crowd.members), "all of them are cut"
        assert UNSENT < kept <= UNSENT_TOTAL + GOODBYE * len(crowd.members)
        await reader.until_seq(channel, last)
        assert reader.seqs(channel) == list(range(general["seq"] + 1, last + 1))
        await come_back(crowd)
        await crowd.until(lambda member: member.positions[stream] >= last, "what was missed")
        for member in crowd.members:
            assert member.seqs[stream] == list(range(begun[member] + 1, last + 1))
            assert set(member.codes) <= {4008}
        assert server.sizes()["unsent_bytes"] <= UNSENT_TOTAL
        crowd.close()


async def come_back(crowd: Crowd) -> None:
    """Everybody reads to the end of what was sent, and then comes anew, as a client does after 4008."""
    for member in crowd.members:
        member.read_again()
    await crowd.until(lambda member: member.transport is None, "the end")
    crowd.come()


async def test_one_who_takes_time_is_sent_all_that_was_missed_however_much_it_is(tmp_path: Path) -> None:
    async with (
        serve_here(tmp_path / "data", SETTINGS) as server,
        people_of(server, 2) as (talking, away),
        open_socket(talking) as talker,
    ):
        (general,) = (await talking.snapshot())["channels"]
        stream = f"channel:{general['id']}"
        posts = [await talker.send("message.post", channel=general["id"], text=LONG) for _ in range(400)]
        last = max([(await post)["seq"] for post in posts])
        assert 400 * len(LONG) > 10 * UNSENT
        crowd = Crowd([away], 3, receive_buffer=2048)
        for member in crowd.members:
            member.positions = {stream: general["seq"]}
        crowd.come()
        await crowd.until(lambda member: member.positions[stream] >= last, "what was missed")
        assert all(has_heard_all(member, stream, general["seq"], last) for member in crowd.members)
        assert server.sizes()["too_slow"] == 0
        crowd.close()


def has_heard_all(member: Member, stream: str, before: int, last: int) -> bool:
    return member.seqs[stream] == list(range(before + 1, last + 1))


async def test_an_event_stream_that_is_not_read_is_cut_and_goes_on_after_its_last_id(tmp_path: Path) -> None:
    async with (
        serve_here(tmp_path / "data", SETTINGS) as server,
        people_of(server, 2) as (talking, away),
        open_socket(talking) as talker,
    ):
        (general,) = (await talking.snapshot())["channels"]
        channel = general["id"]
        async with open_deaf_stream(away) as (deaf, last_id):
            assert server.sizes()["event_streams"] == 1
            for _ in range(POSTS_MOST):
                last = (await talker.ok("message.post", channel=channel, text=LONG))["seq"]
                assert server.sizes()["unsent_bytes"] <= UNSENT + GOODBYE * 3
                if server.sizes()["too_slow"]:
                    break
            assert server.sizes()["too_slow"] == 1
            deaf.close()
        async with open_events(away, last_id=last_id) as source:
            await source.until_seq(channel, last)
            assert source.seqs(channel) == list(range(general["seq"] + 1, last + 1))
            assert source.resets == []


@asynccontextmanager
async def open_deaf_stream(person: Person) -> AsyncIterator[tuple[socket.socket, str]]:
    """An event stream that was read up to its first cursor, and not any more."""
    address, loop = urlsplit(person.origin), asyncio.get_running_loop()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.setblocking(False)
        await loop.sock_connect(deaf, (address.hostname, address.port))
        head = f"GET /api/events HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {person.token}\r\n\r\n"
        await loop.sock_sendall(deaf, head.encode())
        read = b""
        while (found := re.search(rb"\nid: (\S+)\n\n", read)) is None:
            read += await asyncio.wait_for(loop.sock_recv(deaf, 4096), PATIENCE)
        yield deaf, found[1].decode()
