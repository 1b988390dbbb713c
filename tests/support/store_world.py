"""A store with people in it, for tests of the ports: short names for intents, a clock that ticks, commits kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubbub.domain import intents
from hubbub.domain.ids import CHANNEL, channel_stream, new_id, user_stream
from hubbub.domain.intents import Appended, Intent
from hubbub.domain.new_parts import NewPoll
from hubbub.errors import Refused
from hubbub.protocol import codec
from hubbub.protocol.archive import Archive
from hubbub.protocol.batch import Batch
from hubbub.protocol.events import AnyEvent, FollowedThread, MessagePosted
from hubbub.protocol.replies import Limits, Room, Snapshot, Thread
from hubbub.store.archiver import Keep
from hubbub.store.limits import StoreLimits
from hubbub.store.sqlite import Store, open_store
from hubbub.store.verify import Report, verify

START = 1_765_432_100_000
LIMITS = Limits(text_characters=4000, message_bytes=65536, page_size=50)


@dataclass(slots=True)
class World:
    """`commits` holds the batches of each commit, in order."""

    directory: Path
    limits: StoreLimits
    store: Store = field(init=False)
    commits: list[list[Batch]] = field(default_factory=list)
    now: int = START
    general: str = ""
    archive: Archive | None = None
    keep: Keep | None = None

    def clock(self) -> int:
        self.now += 1
        return self.now

    async def open(self) -> None:
        self.store = await open_store(
            self.directory,
            on_commit=lambda batches: self.commits.append(list(batches)),
            clock=self.clock,
            limits=self.limits,
            archive=self.archive,
            keep=self.keep,
        )

    async def reopen(self) -> None:
        await self.store.close()
        await self.open()

    def verify(self) -> Report:
        return verify(self.directory, search=True)

    # --- intents ----------------------------------------------------------------------------------------------

    async def append(self, intent: Intent) -> Appended:
        appended = await self.store.log.append(intent)
        await self.delivered()
        return appended

    async def delivered(self) -> None:
        """Those who waited are told first; what was committed is in `commits` behind that, in the loop's same turn."""
        await asyncio.sleep(0)

    async def append_together(self, *wanted: Intent) -> list[Appended | Refused]:
        """All in one transaction; each one's answer, or why it was refused."""
        answers = await asyncio.gather(*map(self.append, wanted), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Refused):
                raise answer
        return [answer for answer in answers if isinstance(answer, Appended | Refused)]

    async def user(self, name: str, role: str | None = None) -> str:
        user = new_id(self.clock())
        await self.append(intents.CreateUser(user, name, "hash", self.now, role))
        self.general = self.general or str(await self.store.channels.find_general())
        return user

    async def channel(self, actor: str, name: str = "Room", *, topic: str = "", private: bool = False) -> str:
        channel = new_id(self.clock())
        await self.append(intents.CreateChannel(actor, channel, name, topic, private, self.now))
        return channel

    async def join(self, user: str, channel: str, *, by: str | None = None) -> Appended:
        return await self.append(intents.AddMember(by or user, channel, user, self.clock()))

    async def leave(self, user: str, channel: str, *, by: str | None = None) -> Appended:
        return await self.append(intents.RemoveMember(by or user, channel, user, self.clock()))

    def posting(self, actor: str, channel: str, text: str = "hi", key: str | None = None) -> intents.PostMessage:
        return intents.PostMessage(actor, channel, text, key, self.clock())

    async def post(self, actor: str, channel: str, text: str = "hi", key: str | None = None) -> Appended:
        return await self.append(self.posting(actor, channel, text, key))

    async def answer(self, actor: str, channel: str, thread: int, text: str = "hi", key: str | None = None) -> Appended:
        """A reply in the thread of that message."""
        return await self.append(intents.PostMessage(actor, channel, text, key, self.clock(), thread=thread))

    async def follow(self, actor: str, channel: str, number: int, *, follow: bool = True) -> Appended:
        return await self.append(intents.FollowThread(actor, channel, number, follow, self.clock()))

    async def read_thread(self, actor: str, channel: str, number: int, position: int) -> Appended:
        return await self.append(intents.ReadThread(actor, channel, number, position, self.clock()))

    async def edit(self, actor: str, channel: str, number: int, text: str) -> Appended:
        return await self.append(intents.EditMessage(actor, channel, number, text, self.clock()))

    async def delete(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.DeleteMessage(actor, channel, number, self.clock()))

    async def react(self, actor: str, channel: str, number: int, emoji: str = "👍") -> Appended:
        return await self.append(intents.AddReaction(actor, channel, number, emoji, self.clock()))

    async def unreact(self, actor: str, channel: str, number: int, emoji: str = "👍") -> Appended:
        return await self.append(intents.RemoveReaction(actor, channel, number, emoji, self.clock()))

    async def pin(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.PinMessage(actor, channel, number, self.clock()))

    async def unpin(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.UnpinMessage(actor, channel, number, self.clock()))

    async def save(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.SaveMessage(actor, channel, number, self.clock()))

    async def unsave(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.UnsaveMessage(actor, channel, number, self.clock()))

    async def poll(self, actor: str, channel: str, *options: str, text: str = "", **how: Any) -> Appended:
        poll = NewPoll(question="Tea?", options=list(options or ("yes", "no")), **how)
        return await self.append(intents.PostMessage(actor, channel, text, None, self.clock(), (poll,)))

    async def vote(self, actor: str, channel: str, number: int, *options: int) -> Appended:
        return await self.append(intents.VotePoll(actor, channel, number, options, self.clock()))

    async def close_poll(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.ClosePoll(actor, channel, number, self.clock()))

    async def read_to(self, actor: str, channel: str, number: int) -> Appended:
        return await self.append(intents.SetPosition(actor, channel, number, self.clock()))

    async def change(self, actor: str, channel: str, *, name: str | None = None, topic: str | None = None) -> Appended:
        return await self.append(intents.UpdateChannel(actor, channel, name, topic, self.clock()))

    async def open_conversation(self, actor: str, *users: str) -> str:
        """The conversation of the actor and these."""
        at = self.clock()
        appended = await self.append(intents.OpenConversation(actor, new_id(at), users, at))
        return appended.stream.removeprefix(CHANNEL)

    async def place(
        self,
        actor: str,
        channel: str,
        *,
        muted: bool | None = None,
        pinned: bool | None = None,
        hidden: bool | None = None,
    ) -> Appended:
        return await self.append(intents.UpdateMembership(actor, channel, muted, pinned, hidden, self.clock()))

    # --- reading ----------------------------------------------------------------------------------------------

    async def snapshot(self, user: str, channel: str | None = None, *, page: int = 50) -> Snapshot:
        return await self.store.channels.fetch_snapshot(user, channel, page=page, limits=LIMITS)

    async def thread(
        self, user: str, channel: str, number: int, *, around: int | None = None, limit: int = 50
    ) -> Thread:
        thread, _ = await self.store.channels.fetch_thread(
            user, channel, number, before=None, after=None, around=around, limit=limit
        )
        return thread

    async def follows(self, user: str) -> list[FollowedThread]:
        return (await self.snapshot(user)).threads

    async def room(self, user: str, channel: str) -> Room:
        room = (await self.snapshot(user, channel)).room
        assert room is not None
        return room

    async def message(self, user: str, channel: str, number: int) -> MessagePosted:
        for line in (await self.room(user, channel)).lines:
            if isinstance(line, MessagePosted) and line.number == number:
                return line
        raise AssertionError(f"no message {number}")

    async def unread(self, user: str, channel: str) -> list[int]:
        summary, _ = await self.store.channels.fetch_summary(user, channel)
        return summary.unread

    async def events(self, stream: str, after: int = 0) -> list[AnyEvent]:
        return [codec.decode_event(body) for _, body in await self.store.log.fetch_events(stream, after, 10_000)]

    async def channel_events(self, channel: str) -> list[AnyEvent]:
        return await self.events(channel_stream(channel))

    async def user_events(self, user: str) -> list[AnyEvent]:
        return await self.events(user_stream(user))


@asynccontextmanager
async def open_world(directory: Path, limits: StoreLimits | None = None) -> AsyncIterator[World]:
    """A world that ends with a look at whether its database is whole."""
    world = World(directory, limits or StoreLimits())
    await world.open()
    try:
        yield world
    finally:
        await world.store.close()
    report = world.verify()
    assert report.ok, report.problems


def flatten(commits: Sequence[Sequence[Batch]]) -> Iterator[Batch]:
    for batches in commits:
        yield from batches
