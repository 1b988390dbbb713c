"""Applying every event to an old snapshot gives what a fresh one shows: the pages' reducer against the real server.

Hypothesis draws what three people do, one after another or at once; one of them watches by a socket. After each round a
fresh snapshot is taken, and the reducer, in Node, has to arrive at the same from the first one and the events alone.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.replay.node import Replayer
from tests.support.client import Json, Person, SocketClient, open_socket, stream_of
from tests.support.web_site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHO = st.integers(0, 2)
WHERE = st.integers(0, 1)
NUMBER = st.integers(1, 8)
TEXT = st.sampled_from(
    ["hi", "a longer line\nand another", "x" * 200, "😀" * 150, "嗨", "@bo, @cy", "请@ana看", "@here"]
)
LINK = st.sampled_from(["{site}/tides", "{site}/moon and {site}/tides", "no link any more"])
PARTS = st.lists(
    st.sampled_from(
        [
            {"kind": "location", "latitude": 57.05, "longitude": 9.92, "name": "The harbour"},
            {"kind": "meeting", "subject": "Release", "url": "https://meet.example.org/release", "at": 1},
        ]
    ),
    min_size=1,
    max_size=2,
)
POLLS = st.builds(
    lambda multiple, anonymous: [
        {"kind": "poll", "question": "Tea?", "options": ["yes", "no"], "multiple": multiple, "anonymous": anonymous}
    ],
    st.booleans(),
    st.booleans(),
)
EMOJI = st.sampled_from(["👍", "🎉", "❤️"])
NAMES = (f"replay {number}" for number in itertools.count(1))


@dataclass(frozen=True, slots=True)
class Deed:
    """Person number `who` sends this command about channel number `where`."""

    who: int
    type: str
    where: int = 0
    fields: Json = field(default_factory=dict)
    other: int | None = None


def deed(type: str, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Deed]:
    return st.builds(Deed, WHO, st.just(type), WHERE, st.fixed_dictionaries(fields))


def deed_to_other(type: str) -> st.SearchStrategy[Deed]:
    return st.builds(Deed, WHO, st.just(type), WHERE, st.just({}), WHO)


DEEDS = st.one_of(
    deed("message.post", text=TEXT),
    deed("message.post", text=TEXT),
    deed("message.post", text=TEXT),
    deed("message.post", text=TEXT, reply=NUMBER),
    deed("message.post", text=st.sampled_from(["", "here"]), parts=PARTS),
    deed("message.post", text=st.just(""), parts=POLLS),
    deed("message.post", text=st.just("tea"), parts=POLLS, thread=st.just(1)),
    deed("poll.vote", number=NUMBER, options=st.lists(st.integers(0, 1), max_size=2)),
    deed("poll.vote", number=NUMBER, options=st.lists(st.integers(0, 1), max_size=2)),
    deed("poll.vote", number=NUMBER, options=st.lists(st.integers(0, 1), max_size=2)),
    deed("poll.close", number=NUMBER),
    deed("message.post", text=TEXT, thread=st.integers(1, 3)),
    deed("message.post", text=TEXT, thread=st.just(1)),
    deed("thread.follow", number=NUMBER),
    deed("thread.unfollow", number=st.integers(1, 3)),
    deed("thread.read", number=st.integers(1, 3), position=st.integers(0, 12)),
    deed("message.edit", number=NUMBER, text=TEXT),
    deed("message.delete", number=NUMBER),
    deed("message.post", text=LINK),
    deed("message.edit", number=NUMBER, text=LINK),
    deed("preview.remove", number=NUMBER),
    deed("reaction.add", number=NUMBER, emoji=EMOJI),
    deed("reaction.add", number=NUMBER, emoji=EMOJI),
    deed("reaction.remove", number=NUMBER, emoji=EMOJI),
    deed("message.pin", number=NUMBER),
    deed("message.pin", number=NUMBER),
    deed("message.unpin", number=NUMBER),
    deed("message.save", number=NUMBER),
    deed("message.unsave", number=NUMBER),
    deed("position.set", number=st.integers(0, 8)),
    deed("channel.update", topic=st.sampled_from(["", "one", "two"])),
    deed("channel.update", name=st.builds(lambda: next(NAMES))),
    deed("membership.update", muted=st.booleans(), pinned=st.booleans()),
    deed("membership.update", hidden=st.booleans()),
    deed("channel.notify", level=st.sampled_from([None, "all", "nothing"])),
    deed("channel.join"),
    deed("channel.leave"),
    deed_to_other("member.add"),
    deed_to_other("member.remove"),
)
ROUNDS = st.lists(st.tuples(st.booleans(), st.lists(DEEDS, min_size=1, max_size=10)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rounds=ROUNDS,
    watcher=WHO,
    opened=WHERE,
    second=st.sampled_from(["channel", "private", "group", "direct"]),
    full=st.booleans(),
)
async def test_old_state_and_events_give_the_fresh_state(
    people: list[Person],
    replayer: Replayer,
    site: Site,
    rounds: list[tuple[bool, list[Deed]]],
    watcher: int,
    opened: int,
    second: str,
    full: bool,
) -> None:
    channels = [await make_channel(people, "channel", full), await make_channel(people, second, full)]
    watching = people[watcher % 2 if second == "direct" else watcher]
    before = await look(watching, channels[opened])
    async with (
        open_socket(people[0]) as ana,
        open_socket(people[1]) as bo,
        open_socket(people[2]) as cy,
        open_socket(watching, streams=positions(before), epoch=before["epoch"]) as socket,
    ):
        steps, applied = [], Applied(before)
        for at_once, deeds in rounds:
            await carry_out([ana, bo, cy], people, channels, deeds, site.url, at_once=at_once)
            after = await look(watching, channels[opened])
            steps.append(await applied.step(socket, after, channels[opened]))
        differences = await replayer.find_differences(before, steps)
        assert differences == [], socket.events
    await leave_all(people, channels)


async def make_channel(people: list[Person], kind: str, full: bool) -> str:
    """A channel or group with everyone in it, or the conversation of the first two; a full one has more messages than a
    page."""
    maker = people[0]
    if kind in {"group", "direct"}:
        channel = await maker.open_conversation([person.id for person in people[1 : 2 if kind == "direct" else 3]])
    else:
        channel = await maker.create_channel(next(NAMES), private=kind == "private")
        for person in people[1:]:
            await maker.add(channel, person.id)
    for number in range(15 if full else 2):
        await people[number % 2].post(channel, f"line {number}")
    return channel


async def leave_all(people: list[Person], channels: list[str]) -> None:
    """So that the next example's snapshots stay small."""
    for person, channel in itertools.product(people, channels):
        await person.http.delete(f"/api/channels/{channel}/members/me")


async def carry_out(
    sockets: list[SocketClient],
    people: list[Person],
    channels: list[str],
    deeds: Iterable[Deed],
    site: str,
    *,
    at_once: bool,
) -> None:
    """Refusals are as good as successes here; only trouble on the server's side is not."""
    answers = []
    for done in deeds:
        others = {} if done.other is None else {"user": people[done.other].id}
        fields = done.fields | ({"text": text.replace("{site}", site)} if (text := done.fields.get("text")) else {})
        answer = await sockets[done.who].send(done.type, channel=channels[done.where], **fields, **others)
        if not at_once:
            await answer
        answers.append(answer)
    for reply in await asyncio.gather(*answers):
        assert reply["type"] == "ok" or reply["code"] not in {"internal", "store_failed", "bad_command"}, reply


async def look(watching: Person, channel: str) -> Json:
    """A snapshot with the channel and its first thread opened; without these when it is private and the watcher is
    out."""
    answer = await watching.http.get("/api/snapshot", params={"channel": channel, "thread": 1})
    return await watching.snapshot() if answer.status_code == httpx.codes.NOT_FOUND else dict(answer.json())


def positions(snapshot: Json) -> dict[str, int]:
    streams = {f"channel:{channel['id']}": channel["seq"] for channel in snapshot["channels"]}
    return {f"user:{snapshot['user']['id']}": snapshot["seq"]} | streams


@dataclass(slots=True)
class Applied:
    """What of the watcher's events was handed out in steps, and what may be stale because of them."""

    before: Json
    taken: int = 0
    held_back: list[Json] = field(default_factory=list)
    excused: dict[str, list[str]] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reached = {channel["id"]: channel["position"] for channel in self.before["channels"]}
        self.heads = {channel["id"]: channel["seq"] for channel in self.before["channels"]}

    async def step(self, socket: SocketClient, after: Json, opened: str) -> Json:
        """The events that `after` already shows, once all of them have arrived."""
        heads = positions(after)
        await socket.until(lambda: self._has_reached(socket, heads), f"the heads {heads}")
        arrived = self.held_back + socket.events[self.taken :]
        self.taken = len(socket.events)
        # Nothing that the snapshot does not know yet; a channel it does not list is gone at that moment, or not begun.
        events = [event for event in arrived if event["seq"] <= heads.get(stream_of(event), event["seq"])]
        self.held_back = [event for event in arrived if event not in events]
        for event in events:
            self._excuse(event, opened)
        return {"events": events, "after": after, "excused": dict(self.excused)}

    def _has_reached(self, socket: SocketClient, heads: dict[str, int]) -> bool:
        seen = positions(self.before)
        for event in socket.events:
            seen[stream_of(event)] = max(seen.get(stream_of(event), 0), event["seq"])
            if event["type"] == "membership.started":
                joined = f"channel:{event['channel']['id']}"
                seen[joined] = max(seen.get(joined, 0), event["channel_seq"])
        return all(seen.get(stream, 0) >= head for stream, head in heads.items())

    def _excuse(self, event: Json, opened: str) -> None:
        """Marking as unread brings back numbers that only the server knows, and so does following a thread late; a room
        once left has a hole."""
        if "channel" in event and "channel_seq" not in event:
            self.heads[event["channel"]] = max(event["seq"], self.heads.get(event["channel"], 0))
        match event["type"]:
            case "thread.followed" if event["channel_seq"] < self.heads.get(event["channel"], 0):
                self.excused.setdefault(event["channel"], []).append("threads")
            case "thread.read":
                self.excused.setdefault(event["channel"], []).append("threads")
            case "position.set":
                if event["number"] < self.reached.get(event["channel"], 0):
                    self.excused.setdefault(event["channel"], []).append("unread")
                self.reached[event["channel"]] = event["number"]
            case "message.posted" if event["author"] == self.before["user"]["id"] and "thread" not in event:
                self.reached[event["channel"]] = event["number"]
            case "membership.started":
                self.heads[event["channel"]["id"]] = event["channel_seq"]
                self.reached[event["channel"]["id"]] = event["channel"]["position"]
            case "membership.ended" if event["channel"] == opened:
                self.excused.setdefault(opened, []).append("room")
