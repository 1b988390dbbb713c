"""Whatever people do, in whatever order and however it falls into transactions: the store stays whole.

Held for each example: what is delivered has no gap; a refused intent takes nothing; membership events close their
batches; each user's old snapshot plus what they were sent equals a fresh snapshot; verify is clean at the end.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.domain import intents
from hubbub.domain.ids import CHANNEL, new_id
from hubbub.domain.intents import Appended, Intent
from hubbub.domain.new_parts import NewPoll
from hubbub.errors import Refused
from hubbub.protocol.batch import Batch
from hubbub.store.limits import StoreLimits
from tests.support.replica import Listeners
from tests.support.store_world import World, open_world

EMOJI = ("👍", "🎉", "字")
LIMITS = StoreLimits(
    threads_followed=2,
    pins_per_channel=2,
    votes_per_poll=2,
    saved_per_user=3,
    channels_per_user=4,
    reactions_per_message=3,
    emoji_per_message=2,
    batch=8,
    readers=2,
)
REFUSALS = {
    "already_deleted",
    "bad_vote",
    "direct_conversation",
    "forbidden",
    "name_taken",
    "no_poll",
    "no_such_channel",
    "no_such_message",
    "no_such_user",
    "not_a_member",
    "not_logged_in",
    "not_yours",
    "poll_closed",
    "too_many_channels",
    "too_many_pins",
    "too_many_reactions",
    "too_many_saved",
    "too_many_votes",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does what; people and channels by their place in the world's lists, the last place being nobody's."""

    kind: str
    actor: int
    channel: int
    other: int
    number: int
    word: int


PLACES = (
    {"muted": True, "pinned": None, "hidden": None},
    {"muted": False, "pinned": True, "hidden": None},
    {"muted": None, "pinned": False, "hidden": True},
    {"muted": None, "pinned": None, "hidden": False},
)
# What names a message and nothing else.
NUMBERED: dict[str, Callable[[str, str, int, int], Intent]] = {
    "delete": intents.DeleteMessage,
    "read": intents.SetPosition,
    "pin": intents.PinMessage,
    "unpin": intents.UnpinMessage,
    "save": intents.SaveMessage,
    "unsave": intents.UnsaveMessage,
    "close": intents.ClosePoll,
}
KEPT = ("pin", "pin", "unpin", "save", "save", "unsave")
KINDS = (
    *KEPT,
    "post",
    "post",
    "post",
    "key",
    "edit",
    "delete",
    "react",
    "unreact",
    "read",
    "join",
    "leave",
    "add",
    "remove",
)
POLLS = ("poll", "secret", "vote", "vote", "vote", "close")
THREADS = ("answer", "answer", "follow", "unfollow", "see")
deeds = st.builds(
    Deed,
    kind=st.sampled_from(
        (*KINDS, "user", "channel", "private", "rename", "direct", "direct", "group", "place", *THREADS, *POLLS)
    ),
    actor=st.integers(0, 5),
    channel=st.integers(0, 4),
    other=st.integers(0, 5),
    number=st.integers(0, 6),
    word=st.integers(0, 2),
)
Rounds: TypeAlias = list[list[Deed]]


class Play:
    """One example, played on a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = [new_id(0)]
        self.channels = [new_id(0)]
        self.listeners = Listeners()
        self.roles = ["member", "moderator", "guest"]

    async def begin(self) -> None:
        await self.act([Deed("user", 0, 0, 0, 0, word) for word in (0, 0, 1, 2)])
        self.channels.insert(0, str(await self.world.store.channels.find_general()))

    def intent(self, deed: Deed) -> Intent:
        at = self.world.clock()
        actor = self.people[deed.actor % len(self.people)]
        other = self.people[deed.other % len(self.people)]
        channel = self.channels[deed.channel % len(self.channels)]
        number, text = deed.number, "ab字" * (deed.word * 30 + 1)
        if deed.kind in NUMBERED:
            return NUMBERED[deed.kind](actor, channel, number, at)
        match deed.kind:
            case "user":
                user = new_id(at)
                self.listeners.add(user)
                self.people.insert(0, user)
                return intents.CreateUser(user, f"user {len(self.people)}", "", at, self.roles[deed.word])
            case "channel" | "private":
                self.channels.insert(0, new_id(at))
                name = f"room {deed.word}"
                return intents.CreateChannel(actor, self.channels[0], name, "", deed.kind == "private", at)
            case "poll" | "secret" | "vote":
                return self.polling(deed, actor, channel)
            case "direct" | "group" | "place" | "answer" | "follow" | "unfollow" | "see":
                return self.conversing(deed, actor, channel, other)
            case "rename":
                return intents.UpdateChannel(actor, channel, f"room {deed.word}", f"topic {number}", at)
            case "post" | "key":
                key = f"key-{number}" if deed.kind == "key" else None
                return intents.PostMessage(actor, channel, text, key, at)
            case "edit":
                return intents.EditMessage(actor, channel, number, text, at)
            case "react":
                return intents.AddReaction(actor, channel, number, EMOJI[deed.word], at)
            case "unreact":
                return intents.RemoveReaction(actor, channel, number, EMOJI[deed.word], at)
            case "join" | "add":
                return intents.AddMember(actor, channel, actor if deed.kind == "join" else other, at)
            case _:
                return intents.RemoveMember(actor, channel, actor if deed.kind == "leave" else other, at)

    def conversing(self, deed: Deed, actor: str, channel: str, other: str) -> Intent:
        at = self.world.now
        if deed.kind in THREADS:
            return self.threading(deed, actor, channel)
        if deed.kind == "place":
            return intents.UpdateMembership(actor, channel, at=at, **PLACES[deed.number % len(PLACES)])
        self.channels.insert(0, new_id(at))
        third = (self.people[deed.number % len(self.people)],) if deed.kind == "group" else ()
        return intents.OpenConversation(actor, self.channels[0], (other, *third), at)

    def threading(self, deed: Deed, actor: str, channel: str) -> Intent:
        at = self.world.now
        match deed.kind:
            case "answer":
                return intents.PostMessage(actor, channel, "aside", None, at, thread=1 + deed.number // 2)
            case "see":
                return intents.ReadThread(actor, channel, 1 + deed.other // 3, deed.number * 2, at)
            case _:
                return intents.FollowThread(actor, channel, 1 + deed.number // 2, deed.kind == "follow", at)

    def polling(self, deed: Deed, actor: str, channel: str) -> Intent:
        at = self.world.now
        if deed.kind == "vote":
            return intents.VotePoll(actor, channel, deed.number, tuple(range(deed.other % 3, deed.word + 1)), at)
        poll = NewPoll(
            question="Tea?",
            options=["yes", "no"],
            multiple=deed.word > 0,
            anonymous=deed.kind == "secret",
            closes_at=at + 40 if deed.word > 1 else None,
        )
        return intents.PostMessage(actor, channel, "", None, at, (poll,))

    async def act(self, together: list[Deed]) -> None:
        self.world.commits.clear()
        answers = await self.world.append_together(*map(self.intent, together))
        delivered = [batch for batches in self.world.commits for batch in batches]
        self.listeners.hear(delivered)
        for answer in answers:
            if isinstance(answer, Refused):
                assert answer.code in REFUSALS, answer
        check_answers(answers, delivered)
        await self.check_snapshots()

    async def check_snapshots(self) -> None:
        for user, replica in self.listeners.replicas.items():
            snapshot = await self.world.snapshot(user)
            fresh = {each.id: each for each in snapshot.channels}
            assert snapshot.seq == replica.seq
            assert fresh.keys() == replica.channels.keys()
            for id_, summary in replica.channels.items():
                if id_ not in replica.stale:
                    assert summary == fresh[id_]
            follows = {(each.channel, each.number): each for each in snapshot.threads}
            assert follows.keys() == replica.threads.keys()
            for thread, follow in replica.threads.items():
                assert thread[0] in replica.stale or follow == follows[thread]
            replica.load(snapshot)


def check_answers(answers: list[Appended | Refused], delivered: list[Batch]) -> None:
    """Nobody is answered a seq that does not exist; a channel's seqs are made by nobody who was refused."""
    heads = {batch.stream: batch.last for batch in delivered}
    for answer in answers:
        if isinstance(answer, Appended) and answer.stream in heads:
            assert answer.seq <= heads[answer.stream]
    made = sum(len(batch.payloads) for batch in delivered if batch.stream.startswith(CHANNEL))
    if all(isinstance(answer, Refused) for answer in answers):
        assert made == 0


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.lists(deeds, min_size=1, max_size=20), min_size=1, max_size=6))
def test_snapshot_and_events_make_the_next_snapshot_and_verify_is_clean(rounds: Rounds) -> None:
    asyncio.run(play(rounds))


async def play(rounds: Rounds) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with open_world(Path(directory), LIMITS) as world:
            play = Play(world)
            await play.begin()
            for together in rounds:
                await play.act(together)
            await world.reopen()
            await play.check_snapshots()
