"""A room beside a model of it in memory, while its log goes into the archive and comes back at any time.

`Room` does each thing to both and compares what is read. How the log gets to the archive is the `Transport`'s: in
memory step by step, or by the real follower into a real search server. While something needs the archive,
`Disturbance`s happen between its questions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.domain.intents import PostMessage
from hubbub.errors import Refused, StoreError
from hubbub.protocol import codec
from hubbub.protocol.events import MessageDeleted, MessageEdited, MessagePosted, ReactionAdded, ReactionRemoved
from hubbub.store.archiver import Archiver
from hubbub.store.search_file import SEARCH, open_search_reader
from hubbub.store.verify import Report
from tests.support.archive_world import FAR, Switch
from tests.support.store_world import World

MONTH: Final = 31 * 24 * 3600 * 1000

Disturbance: TypeAlias = tuple[int, str]
"""When (1 is before the archive's first answer, 2 behind it, and so on), and what: one of `HAPPENINGS`."""


class Transport(Protocol):
    async def step(self, limit: int) -> None:
        """Copy so many events."""
        ...

    async def break_off(self, limit: int, only: int) -> None:
        """Begin with it, and end after so many documents."""
        ...

    async def save(self) -> None:
        """Note how far it is."""
        ...

    async def show(self) -> None:
        """What was copied can be read."""
        ...

    async def catch_up(self) -> None:
        """All of it at once."""
        ...

    def everything(self) -> str:
        """All that the archive holds."""
        ...

    def messages(self) -> dict[tuple[str, int], tuple[bool, str]]:
        """Each message's document: whether it is deleted, and its text."""
        ...

    async def verify(self) -> Report:
        """The log and the archive together."""
        ...


@dataclass(slots=True)
class Room:
    """`texts` by number, None once deleted; `said` every text there ever was; `inside` who is in beside Ann."""

    world: World
    switch: Switch
    ann: str
    others: list[str]
    id: str
    transport: Transport = field(init=False)
    texts: list[str | None] = field(default_factory=list)
    liked: dict[int, bool] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)
    focus: int | None = None
    archiving: bool = False
    failed: bool = False

    @property
    def archiver(self) -> Archiver:
        archiver = self.world.store.archiver
        assert archiver is not None
        return archiver

    def indexed(self) -> str:
        """All words of the embedded index."""
        with closing(open_search_reader(self.world.directory / SEARCH)) as index:
            return " ".join(row[0] for row in index.execute("SELECT words FROM texts"))

    # --- what is done to both ---------------------------------------------------------------------------------

    def word(self) -> str:
        self.said.append(f"word{len(self.said):05}x")
        return self.said[-1]

    def pick(self, which: int) -> int | None:
        """A living message's number."""
        living = [number for number, text in enumerate(self.texts, 1) if text is not None]
        return living[which % len(living)] if living else None

    async def post(self) -> None:
        text = self.word()
        key = f"key {text}"
        number = (await self.world.post(self.ann, self.id, text, key=key)).number
        self.texts.append(text)
        self.keys[key] = len(self.texts)
        assert number == len(self.texts)

    async def answer(self, number: int) -> None:
        text = self.word()
        intent = PostMessage(self.ann, self.id, text, f"key {text}", self.world.clock(), reply=number)
        if await self._allowed(self.world.append(intent), number, harmless=True):
            self.texts.append(text)
            self.keys[f"key {text}"] = len(self.texts)

    async def retry(self, which: int) -> None:
        if self.keys:
            key = list(self.keys)[which % len(self.keys)]
            assert (await self.world.post(self.ann, self.id, "again", key=key)).number == self.keys[key]

    async def edit(self, number: int) -> None:
        text = self.word()
        if await self._allowed(self.world.edit(self.ann, self.id, number, text), number):
            self.texts[number - 1] = text

    async def delete(self, number: int) -> None:
        if await self._allowed(self.world.delete(self.ann, self.id, number), number):
            self.texts[number - 1] = None

    async def like(self, number: int) -> None:
        wanted = not self.liked.get(number, False)
        change = self.world.react if wanted else self.world.unreact
        if await self._allowed(change(self.ann, self.id, number), number, harmless=not wanted):
            self.liked[number] = wanted and self.texts[number - 1] is not None

    async def come_or_go(self, which: int) -> None:
        user = self.others[which % len(self.others)]
        if user in self.inside:
            await self.world.leave(user, self.id)
        else:
            await self.world.join(user, self.id, by=self.ann)
        self.inside ^= {user}

    async def _allowed(self, doing: Awaitable[object], number: int, *, harmless: bool = False) -> bool:
        """Whether it was done; fails where it should have been otherwise."""
        code = await _refusal_of(doing)
        if code is not None:
            assert self.failed if code == "archive_unavailable" else self.texts[number - 1] is None, code
            return False
        assert harmless or self.texts[number - 1] is not None, "changed although it is deleted"
        return harmless or self.texts[number - 1] is not None

    async def archive(self) -> None:
        await self._move(self.archiver.archive(FAR))

    async def restore(self) -> None:
        await self._move(self.archiver.restore())

    async def _move(self, moving: Awaitable[object]) -> None:
        self.archiving = True
        try:
            code = await _refusal_of(moving)
        finally:
            self.archiving = False
        assert code is None or self.failed or "no copy of the log yet" in code, code

    # --- what happens meanwhile -------------------------------------------------------------------------------

    @asynccontextmanager
    async def disturbed(self, plan: Sequence[Disturbance], focus: int | None = None) -> AsyncIterator[None]:
        """In here the archive's answers are late enough for something else to happen before and behind them."""
        left = dict(plan)
        moments = 0

        async def between() -> None:
            nonlocal moments
            moments += 1
            happening = left.pop(moments, None)
            if happening is not None:
                self.switch.between = None
                try:
                    await HAPPENINGS[happening](self)
                finally:
                    self.switch.between = between

        self.focus, self.failed = focus, False
        self.switch.between = between
        try:
            yield
        finally:
            self.switch.between, self.switch.off = None, False
            self.focus, self.failed = None, False

    def _focused(self) -> int | None:
        return self.focus if self.focus and self.texts[self.focus - 1] is not None else self.pick(-1)

    async def fail(self) -> None:
        self.failed = self.switch.off = True

    async def edit_one(self) -> None:
        if (number := self._focused()) is not None:
            await self.edit(number)

    async def delete_one(self) -> None:
        if (number := self._focused()) is not None:
            await self.delete(number)

    async def answer_one(self) -> None:
        if (number := self._focused()) is not None:
            await self.answer(number)

    async def like_one(self) -> None:
        if (number := self._focused()) is not None:
            await self.like(number)

    async def join_one(self) -> None:
        await self.come_or_go(0)

    async def post_some(self) -> None:
        for _ in range(4):
            await self.post()

    async def copy_some(self) -> None:
        await self.transport.step(3)
        await self.transport.save()

    async def archive_all(self) -> None:
        """What is done meanwhile goes into the archive, or back, before the answer."""
        if not self.archiving:
            await self.transport.catch_up()
            await self.archive()

    async def restore_all(self) -> None:
        if not self.archiving:
            await self.restore()

    # --- comparing --------------------------------------------------------------------------------------------

    async def read_pages(self, limit: int) -> None:
        lines: list[MessagePosted] = []
        after = 0
        while True:
            page = await self.world.store.channels.fetch_lines(
                self.ann, self.id, before=None, after=after, around=None, limit=limit
            )
            lines += [line for line in page.lines if isinstance(line, MessagePosted)]
            if not page.newer:
                break
            after = page.lines[-1].seq
        assert [line.number for line in lines] == list(range(1, len(self.texts) + 1))
        for line in lines:
            self._check_line(line)

    async def read_around(self, number: int) -> None:
        channels = self.world.store.channels
        page = await channels.fetch_lines(self.ann, self.id, before=None, after=None, around=number, limit=5)
        shown = {line.number: line for line in page.lines if isinstance(line, MessagePosted)}
        assert number in shown
        for line in shown.values():
            self._check_line(line)

    def _check_line(self, line: MessagePosted) -> None:
        text = self.texts[line.number - 1]
        assert (line.text, line.deleted) == (text or "", text is None)
        assert bool(line.reactions) == (self.liked.get(line.number, False) and text is not None)

    async def read_events(self, limit: int) -> None:
        """Piece by piece, as who catches up does; then those of someone who came later."""
        log, stream = self.world.store.log, channel_stream(self.id)
        found: list[tuple[int, bytes]] = []
        while piece := await log.fetch_events(stream, len(found), limit):
            found += piece
        head = (await log.fetch_heads(self.ann)).channels[self.id].head
        assert [seq for seq, _ in found] == list(range(1, head + 1))
        assert list(await log.fetch_range(stream, head // 2, head)) == found[head // 2 :]
        for user in self.inside:
            own = await log.fetch_events(stream, 0, 1000, member=user)
            assert own == found[own[0][0] - 1 :] if own else True
        events = [codec.decode_event(body) for _, body in found]
        deleted = {event.number for event in events if isinstance(event, MessageDeleted)}
        assert deleted == {number for number, text in enumerate(self.texts, 1) if text is None}
        for event in events:
            if isinstance(event, MessagePosted | MessageEdited) and event.number in deleted:
                assert (event.text, event.redacted) == ("", True)
            if isinstance(event, ReactionAdded | ReactionRemoved) and event.number in deleted:
                assert (event.emoji, event.redacted) == ("", True)
        posts = [event for event in events if isinstance(event, MessagePosted)]
        assert [post.number for post in posts] == list(range(1, len(self.texts) + 1))

    async def check_all(self) -> None:
        """At the end: everything is read, proven, and nothing that was deleted is anywhere."""
        for _ in range(2):  # rows that were needed for what was not copied yet go with the next run
            await self.transport.catch_up()
            moved = await self.archiver.archive(FAR)
            assert moved.unproven == []
        await self.read_pages(7)
        await self.read_events(9)
        report = await self.transport.verify()
        assert report.ok, report.problems
        there = self.transport.messages()
        for number, text in enumerate(self.texts, 1):
            assert there[self.id, number] == (text is None, text or "")
        kept = await self._log_as_text()
        everything = self.transport.everything()
        for word in self.said:
            assert (word in everything) == (word in kept), word
        await self.archiver.restore()
        self.switch.off = True
        await self.read_pages(50)
        await self.read_events(1000)
        self.switch.off = False

    async def _log_as_text(self) -> str:
        streams = [channel_stream(self.id), *map(user_stream, [self.ann, *self.others])]
        found = [await self.world.store.log.fetch_events(stream, 0, 10_000) for stream in streams]
        return b"".join(body for events in found for _, body in events).decode()


async def open_room(world: World, switch: Switch) -> Room:
    """A private one, Ann's, and three who come and go."""
    ann, bob, cara, dave = [await world.user(name) for name in ("Ann", "Bob", "Cara", "Dave")]
    return Room(world, switch, ann, [bob, cara, dave], await world.channel(ann, private=True))


async def _refusal_of(doing: Awaitable[object]) -> str | None:
    try:
        await doing
    except Refused as refused:
        return refused.code
    except StoreError as error:
        return str(error)
    return None


HAPPENINGS: Final[dict[str, Callable[[Room], Awaitable[None]]]] = {
    "edit": Room.edit_one,
    "delete": Room.delete_one,
    "like": Room.like_one,
    "answer": Room.answer_one,
    "join": Room.join_one,
    "post": Room.post_some,
    "copy": Room.copy_some,
    "archive": Room.archive_all,
    "restore": Room.restore_all,
    "fail": Room.fail,
}
