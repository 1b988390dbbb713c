"""Typing, presence and receipts as clients meet them: a real server with short times, sockets and event streams."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
import pytest_asyncio

from hubbub.domain.ids import new_id
from tests.support.client import Json, Person, SocketClient, log_in, open_socket, register
from tests.support.event_source import open_events
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPING_SECONDS, GRACE_SECONDS, RECEIPT_MEMBERS, WATCH = 1, 1.5, 3, 4
SETTINGS = {
    "LIMITS__ENABLED": "false",
    "LIMITS__TYPING_SECONDS": str(TYPING_SECONDS),
    "LIMITS__TYPING_LISTENERS": "4",
    "LIMITS__PRESENCE_GRACE_SECONDS": str(GRACE_SECONDS),
    "LIMITS__PRESENCE_WATCH": str(WATCH),
    "LIMITS__RECEIPT_MEMBERS": str(RECEIPT_MEMBERS),
}
NAMES = (f"person{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("presence") / "data", settings=SETTINGS) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(server: Server) -> AsyncIterator[list[Person]]:
    """Five people; no test reads what is left of another, for each makes its own channel."""
    people = [await register(server.url, next(NAMES)) for _ in range(5)]
    yield people
    for person in people:
        await person.http.aclose()


async def private(creator: Person, *others: Person) -> str:
    channel = await creator.create_channel(next(NAMES), private=True)
    for other in others:
        await creator.add(channel, other.id)
    return channel


def typing(socket: SocketClient, channel: str) -> list[list[str]]:
    """The sets of writers that came, one after the other, the same only once."""
    sets = [frame["users"] for frame in socket.ephemera if frame["type"] == "typing" and frame["channel"] == channel]
    return [users for users, _ in itertools.groupby(sets)]


def receipts(socket: SocketClient, channel: str) -> dict[str, int]:
    """What the frames said together."""
    found: dict[str, int] = {}
    for frame in socket.ephemera:
        if frame["type"] == "receipts" and frame["channel"] == channel:
            found |= frame["positions"]
    return found


def presence(socket: SocketClient) -> list[Json]:
    return [frame["users"] for frame in socket.ephemera if frame["type"] == "presence"]


async def test_the_hello_says_what_a_client_should_know(crowd: list[Person]) -> None:
    async with open_socket(crowd[0]) as socket:
        limits = socket.welcome["limits"]
        assert (limits["typing_seconds"], limits["presence_watch"]) == (TYPING_SECONDS, WATCH)
        assert limits["receipt_members"] == RECEIPT_MEMBERS


# --- typing --------------------------------------------------------------------------------------------------------


async def test_writing_is_seen_by_the_others_and_ends_with_the_message(crowd: list[Person]) -> None:
    ann, bob, stranger = crowd[:3]
    channel = await private(ann, bob)
    async with open_socket(ann) as one, open_socket(bob) as two, open_socket(stranger) as outside:
        await one.ok("typing.start", channel=channel)
        await two.until(lambda: typing(two, channel) == [[ann.id]])
        await one.ok("message.post", channel=channel, text="there")
        await two.until(lambda: typing(two, channel) == [[ann.id], []])
        await two.ok("typing.start", channel=channel)
        await two.ok("typing.stop", channel=channel)
        await outside.ok("ping")
        assert not [frame for frame in outside.ephemera if frame.get("channel") == channel]


async def test_writing_ends_with_silence(crowd: list[Person]) -> None:
    ann, bob = crowd[:2]
    channel = await private(ann, bob)
    async with open_socket(ann) as one, open_socket(bob) as two:
        await one.ok("typing.start", channel=channel)
        await two.until(lambda: typing(two, channel) == [[ann.id], []])


async def test_writing_ends_with_the_last_tab(crowd: list[Person], server: Server) -> None:
    ann, bob = crowd[:2]
    channel = await private(ann, bob)
    async with open_socket(bob) as two, AsyncExitStack() as tabs:
        one = await tabs.enter_async_context(open_socket(ann))
        async with open_socket(ann):
            await one.ok("typing.start", channel=channel)
            await two.until(lambda: typing(two, channel) == [[ann.id]])
        await tabs.aclose()
        await two.until(lambda: typing(two, channel) == [[ann.id], []])


async def test_writing_is_for_members(crowd: list[Person]) -> None:
    ann, bob = crowd[:2]
    hidden, public = await private(ann), await ann.create_channel(next(NAMES))
    async with open_socket(bob) as socket:
        for kind in ("typing.start", "typing.stop", "receipt.list"):
            assert (await socket.command(kind, channel=hidden))["code"] == "no_such_channel"
            assert (await socket.command(kind, channel=new_id(0)))["code"] == "no_such_channel"
            assert (await socket.command(kind, channel=public))["code"] == "not_a_member"


async def test_who_was_removed_hears_nothing_more(crowd: list[Person]) -> None:
    ann, bob, cy = crowd[:3]
    channel = await private(ann, bob, cy)
    async with open_socket(ann) as one, open_socket(bob) as two, open_socket(cy) as three:
        removed = (await one.ok("member.remove", channel=channel, user=bob.id))["seq"]
        await two.until_seq(channel, removed)
        await one.ok("typing.start", channel=channel)
        await three.until(lambda: typing(three, channel) == [[ann.id]])
        number = (await one.ok("message.post", channel=channel, text="without him"))["number"]
        await three.ok("position.set", channel=channel, number=number)
        await three.until(lambda: typing(three, channel) == [[ann.id], []])
        await three.until(lambda: receipts(three, channel).get(cy.id) == number)
        await two.ok("ping")
        assert two.ephemera == []
        assert (await two.command("typing.start", channel=channel))["code"] == "no_such_channel"


async def test_in_a_crowd_nobody_is_told_who_writes(crowd: list[Person]) -> None:
    channel = await private(*crowd)
    small = await private(*crowd[:2])
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(open_socket(person)) for person in crowd]
        await sockets[0].ok("typing.start", channel=channel)
        await sockets[0].ok("typing.start", channel=small)
        await sockets[1].until(lambda: typing(sockets[1], small) == [[crowd[0].id], []])
        assert not any(typing(socket, channel) for socket in sockets)


async def test_what_is_written_by_http_and_read_by_event_stream_is_the_same(crowd: list[Person]) -> None:
    ann, bob = crowd[:2]
    channel = await private(ann, bob)
    async with open_events(bob) as source:
        await ann.api("PUT", f"/channels/{channel}/typing")
        await source.until(lambda: bool(source.ephemera))
        assert source.ephemera[0] == {"type": "typing", "channel": channel, "users": [ann.id]}
        await ann.api("DELETE", f"/channels/{channel}/typing")
        await source.until(lambda: source.ephemera[-1]["users"] == [])


# --- presence ------------------------------------------------------------------------------------------------------


async def watch(socket: SocketClient, *users: str) -> None:
    """Watch them, and wait until whatever the tests before left behind is over."""
    answer = await socket.ok("presence.watch", users=users)
    there = {user for user, status in answer["presence"].items() if status != "offline"}
    await socket.until(lambda: all({user: "offline"} in presence(socket) for user in there))
    socket.ephemera.clear()


async def test_two_tabs_are_one_person(crowd: list[Person], server: Server) -> None:
    ann, bob = crowd[:2]
    phone = await log_in(server.url, bob.name)
    async with open_socket(ann) as watcher, AsyncExitStack() as tabs:
        await watch(watcher, bob.id)
        tab = await tabs.enter_async_context(open_socket(bob))
        other = await tabs.enter_async_context(open_socket(phone))
        await watcher.until(lambda: presence(watcher) == [{bob.id: "online"}])
        await tab.ok("presence.set", status="away")
        await other.ok("presence.set", status="away")
        await watcher.until(lambda: presence(watcher)[1:] == [{bob.id: "away"}])
        answer = await watcher.ok("presence.watch", users=[bob.id, ann.id, new_id(0)])
        assert list(answer["presence"].values()) == ["away", "online", "offline"]
        await tabs.aclose()
        await watcher.until(lambda: presence(watcher)[2:] == [{bob.id: "offline"}])
    await phone.http.aclose()


async def test_a_reload_within_the_grace_is_not_seen(crowd: list[Person]) -> None:
    ann, bob, cy = crowd[:3]
    async with open_socket(ann) as watcher:
        await watch(watcher, bob.id, cy.id)
        async with open_socket(bob):
            await watcher.until(lambda: presence(watcher) == [{bob.id: "online"}])
        async with open_socket(bob), open_socket(cy):
            await watcher.until(lambda: len(presence(watcher)) > 1)
            assert presence(watcher)[1:] == [{cy.id: "online"}]


async def test_an_event_stream_is_being_there(crowd: list[Person]) -> None:
    ann, bob = crowd[:2]
    async with open_socket(ann) as watcher:
        await watch(watcher, bob.id)
        async with open_events(bob):
            await watcher.until(lambda: presence(watcher) == [{bob.id: "online"}])
            asked = await ann.api("GET", f"/presence?users={bob.id},{new_id(0)}")
            assert list(asked["presence"].values()) == ["online", "offline"]


async def test_who_shares_no_channel_looks_offline(crowd: list[Person], server: Server) -> None:
    ann, bob = crowd[0], await register(server.url, next(NAMES))
    general = (await ann.snapshot())["channels"][0]["id"]
    await bob.api("DELETE", f"/channels/{general}/members/me")
    async with open_socket(bob), open_socket(ann) as watcher:
        assert (await watcher.ok("presence.watch", users=[bob.id]))["presence"] == {bob.id: "offline"}
        assert (await ann.api("GET", f"/presence?users={bob.id}"))["presence"] == {bob.id: "offline"}
        channel = await private(ann, bob)
        await watcher.until(lambda: presence(watcher) == [{bob.id: "online"}])
        await ann.remove(channel, bob.id)
        await watcher.until(lambda: presence(watcher)[1:] == [{bob.id: "offline"}])
    await bob.http.aclose()


async def test_nobody_watches_more_people_than_allowed(crowd: list[Person]) -> None:
    many = [new_id(number) for number in range(WATCH + 1)]
    async with open_socket(crowd[0]) as socket:
        assert (await socket.command("presence.watch", users=many))["code"] == "bad_request"
        assert len((await socket.ok("presence.watch", users=many[1:]))["presence"]) == WATCH
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        await crowd[0].api("GET", "/presence?users=" + ",".join(many))
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        await crowd[0].api("GET", "/presence?users=nobody")


# --- receipts ------------------------------------------------------------------------------------------------------


async def test_how_far_others_have_read_is_told_in_small_conversations(crowd: list[Person]) -> None:
    ann, bob = crowd[:2]
    channel = await private(ann, bob)
    async with open_socket(ann) as one, open_socket(bob) as two:
        for text in ("one", "two", "three"):
            await one.ok("message.post", channel=channel, text=text)
        await two.ok("position.set", channel=channel, number=2)
        for socket in (one, two):
            await socket.until(lambda socket=socket: receipts(socket, channel) == {ann.id: 3, bob.id: 2})  # type: ignore[misc]
        listed = (await two.ok("receipt.list", channel=channel))["positions"]
        assert listed == {ann.id: 3, bob.id: 2}
        assert (await ann.api("GET", f"/channels/{channel}/receipts"))["positions"] == listed


async def test_receipts_stop_with_one_member_too_many(crowd: list[Person]) -> None:
    ann, bob, *others = crowd
    channel = await private(ann, bob, *others[: RECEIPT_MEMBERS - 2])
    small = await private(ann, bob)
    async with open_socket(ann) as one, open_socket(bob) as two:
        await one.ok("message.post", channel=channel, text="few")
        await two.until(lambda: receipts(two, channel) == {ann.id: 1})
        await one.ok("member.add", channel=channel, user=others[RECEIPT_MEMBERS - 2].id)
        await two.ok("position.set", channel=channel, number=1)
        await one.ok("message.post", channel=channel, text="many")
        assert (await two.ok("receipt.list", channel=channel)).get("positions", {}) == {}
        await one.ok("message.post", channel=small, text="few")
        await two.until(lambda: receipts(two, small) == {ann.id: 1})
        assert receipts(two, channel) == {ann.id: 1}


async def test_many_readers_are_told_together(crowd: list[Person]) -> None:
    channel = await private(*crowd[:RECEIPT_MEMBERS])
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(open_socket(person)) for person in crowd[:RECEIPT_MEMBERS]]
        for number in range(1, 6):
            await sockets[0].ok("message.post", channel=channel, text=str(number))
            await asyncio.gather(*[each.ok("position.set", channel=channel, number=number) for each in sockets[1:]])
        everybody = {person.id: 5 for person in crowd[:RECEIPT_MEMBERS]}
        for socket in sockets:
            await socket.until(lambda socket=socket: receipts(socket, channel) == everybody)  # type: ignore[misc]
            frames = [frame for frame in socket.ephemera if frame["type"] == "receipts"]
            assert len(frames) <= 5, "twenty moves"
