"""Whatever is done in whatever order, archived or not, broken off or not: everybody reads what a store without an
archive would show, and nothing of what was deleted."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.errors import Refused
from hubbub.protocol.events import MessageDeleted, MessageEdited, MessagePosted
from tests.support.archive_world import ArchiveWorld, open_archive_world
from tests.support.search_servers import SearchServers

STEPS = 60


class Model:
    """What the room should hold, beside a store that is archived at any time."""

    def __init__(self, archived: ArchiveWorld, rng: random.Random, ann: str, bob: str, room: str) -> None:
        self.archived = archived
        self.rng = rng
        self.ann, self.bob, self.room = ann, bob, room
        self.texts: list[str | None] = []
        self.liked: dict[int, bool] = {}
        self.said: set[str] = set()

    def word(self) -> str:
        word = f"<{self.rng.randbytes(6).hex()}>"
        self.said.add(word)
        return word

    def pick(self) -> int | None:
        living = [number for number, text in enumerate(self.texts, 1) if text is not None]
        return self.rng.choice(living) if living else None

    async def post(self) -> None:
        text = self.word()
        await self.archived.world.post(self.ann, self.room, text)
        self.texts.append(text)

    async def edit(self) -> None:
        if number := self.pick():
            self.texts[number - 1] = text = self.word()
            await self.archived.world.edit(self.ann, self.room, number, text)

    async def delete(self) -> None:
        if number := self.pick():
            self.texts[number - 1] = None
            await self.archived.world.delete(self.ann, self.room, number)

    async def like(self) -> None:
        if number := self.pick():
            self.liked[number] = not self.liked.get(number, False)
            if self.liked[number]:
                await self.archived.world.react(self.bob, self.room, number)
            else:
                await self.archived.world.unreact(self.bob, self.room, number)

    async def come_and_go(self) -> None:
        await self.archived.world.leave(self.bob, self.room)
        await self.archived.world.join(self.bob, self.room, by=self.ann)

    async def archive(self) -> None:
        assert (await self.archived.archive()).unproven == []

    async def archive_broken_off(self) -> None:
        switch = self.archived.switch
        switch.ends_after = switch.calls + self.rng.randrange(1, 25)
        with contextlib.suppress(Refused):
            await self.archived.archive()
        switch.ends_after = None

    async def restore_broken_off(self) -> None:
        switch = self.archived.switch
        switch.ends_after = switch.calls + self.rng.randrange(1, 8)
        with contextlib.suppress(Refused):
            await self.archived.archiver.restore()
        switch.ends_after = None

    async def restore(self) -> None:
        assert (await self.archived.archiver.restore()).unproven == []

    async def check(self) -> None:
        world = self.archived.world
        lines: list[MessagePosted] = []
        after = 0
        while True:
            page = await world.store.channels.fetch_lines(
                self.ann, self.room, before=None, after=after, around=None, limit=50
            )
            lines += [line for line in page.lines if isinstance(line, MessagePosted)]
            if not page.newer:
                break
            after = page.lines[-1].seq
        assert [line.text if not line.deleted else None for line in lines] == self.texts
        for line in lines:
            assert line.deleted or bool(line.reactions) == self.liked.get(line.number, False)
        events = await world.channel_events(self.room)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert await world.store.log.fetch_events(channel_stream(self.room), len(events), 5) == []
        living = {text for text in self.texts if text is not None}
        shown = " ".join(str(event) for event in events)
        for text in living:
            assert text in shown
        deleted = {event.number for event in events if isinstance(event, MessageDeleted)}
        for event in events:
            if isinstance(event, MessagePosted | MessageEdited) and event.number in deleted:
                assert event.text == ""


Step: TypeAlias = Callable[[Model], Coroutine[Any, Any, None]]
WEIGHTS: dict[Step, int] = {
    Model.post: 30,
    Model.edit: 12,
    Model.delete: 10,
    Model.like: 12,
    Model.come_and_go: 4,
    Model.archive: 6,
    Model.archive_broken_off: 6,
    Model.restore: 1,
    Model.restore_broken_off: 2,
    Model.check: 4,
}


@pytest.mark.parametrize("seed", [1, 2])
async def test_an_archived_room_is_what_it_would_be(
    tmp_path: Path, search_servers: SearchServers, prefix: str, seed: int
) -> None:
    rng = random.Random(seed)
    async with open_archive_world(tmp_path, search_servers.elasticsearch, prefix) as archived:
        world = archived.world
        ann, bob = await world.user("Ann"), await world.user("Bob")
        room = await world.channel(ann, private=True)
        await world.join(bob, room, by=ann)
        model = Model(archived, rng, ann, bob, room)
        for step in rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STEPS):
            await step(model)
        await model.archive()
        await model.check()
        assert (await archived.verify()).ok
        await archived.copied.caught_up(archived.search)
        everything = archived.copied.everything()
        events = await world.channel_events(room)
        kept = " ".join(str(event) for event in events)
        for word in model.said:
            assert (word in everything) == (word in kept)
