"""A new generation of indices beside the old one, and the readers' move to it from one moment to the next.

The order, of which every step may be the last one before a crash:
1. A generation without readers is what an earlier attempt left: it goes.
2. The new one is filled from the beginning of the log, while a server goes on with the old one. Behind that, what is in
   the archive alone is carried over from the old one, document by document: also what left the log meanwhile (the
   archive takes nothing more once it sees two generations).
3. Where it has come to is noted with it; then the aliases move, in one request.
4. A running server finds the readers elsewhere within `CHECK`, and goes on from that note. Until then it is followed
   from here, so that nothing is missing in between.
5. The old generation goes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import msgspec

from hubbub.errors import StoreError
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.feed import MessageState
from hubbub.search.bulk import Bulk, Operation
from hubbub.search.client import Client
from hubbub.search.copier import Copier
from hubbub.search.documents import EventDocument, event_id, make_message_operation, make_operation
from hubbub.search.indexer import CHECK, make_state
from hubbub.search.proof import PAGE, fetch_all
from hubbub.search.template import FAMILIES, Family, Indices

# Seconds: by then whoever follows has looked twice.
HANDOVER: Final = 2 * CHECK / 1000
# Seconds between two looks at the log meanwhile.
LOOK: Final = 0.5


class Reindexing:
    """`progress` is told what is done and how much there is of it: events, or archived documents."""

    def __init__(
        self,
        client: Client,
        indices: Indices,
        copier: Copier,
        bulk: Bulk,
        epoch: str,
        *,
        sleep: Callable[[float], Awaitable[None]],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._client = client
        self._indices = indices
        self._copier = copier
        self._bulk = bulk
        self._epoch = epoch
        self._sleep = sleep
        self._progress = progress

    async def run(self, *, archived: Callable[[], bool], handover: float = HANDOVER) -> int:
        """The new generation. `archived` says whether some of the log is in the archive alone.

        Raises `StoreError`, and as `Client.request`. Waits for a server that takes nothing for now.
        """
        generations = await self._indices.find_generations()
        new = max(generations, default=0) + 1
        for left in [number for number, read in generations.items() if not read]:
            await self._indices.remove(left)
        old = [number for number, read in generations.items() if read]
        await self._indices.put_templates(new, read=False)
        await self._fill(new)
        if archived():
            await self._carry_over(new)
            await self._check_whole(old, new)
        await self._note()
        await self._indices.refresh(new)
        await self._indices.swap(old, new)
        waited = 0.0
        while old and waited < handover:
            await self._sleep(LOOK)
            waited += LOOK
            await self._copier.step()
        for number in old:
            await self._indices.remove(number)
        return new

    async def _check_whole(self, old: list[int], new: int) -> None:
        """What is in the archive alone is nowhere else: a copy that has less than the old one replaces nothing."""
        had = {family: sum([await self._indices.count(family, number) for number in old]) for family in FAMILIES}
        while await self._copier.step():  # what the old one was given meanwhile
            pass
        await self._indices.refresh(new)
        for family in FAMILIES:
            has = await self._indices.count(family, new)
            if has < had[family]:
                raise StoreError(
                    f"The new copy has {has:,} {family} and the old one {had[family]:,}, some of them nowhere else: "
                    "the old one stays. Look at the search server's log, and run it again."
                )

    async def _fill(self, generation: int) -> None:
        await self._copier.start(generation, None)
        while await self._copier.step():
            self._progress(self._copier.position, self._copier.head)

    async def _note(self) -> None:
        if self._copier.mark is not None:
            await self._indices.put_state(self._copier.generation, make_state(self._epoch, self._copier))

    async def _carry_over(self, generation: int) -> None:
        done = 0
        for family in ("messages", "events"):
            async for operations in self._read_old(family, generation):
                await self._bulk.write(operations)
                done += len(operations)
                self._progress(done, done)

    async def _read_old(self, family: Family, generation: int) -> AsyncIterator[list[Operation]]:
        page: list[Operation] = []
        async for hit in fetch_all(self._client, self._indices.names, family):
            if family == "messages":
                page.append(self._move_message(hit, generation))
            else:
                page.append(self._move_event(hit, generation))
            if len(page) == PAGE:
                yield page
                page = []
        yield page

    def _move_message(self, hit: dict[str, object], generation: int) -> Operation:
        """Made anew: its tokens may be others by now."""
        source = msgspec.convert(hit["_source"], dict[str, object])
        line = msgspec.convert(source["line"], MessagePosted)
        state = MessageState(line, msgspec.convert(source["seq"], int), msgspec.convert(hit["_version"], int))
        return make_message_operation(state, self._indices.names, generation)

    def _move_event(self, hit: dict[str, object], generation: int) -> Operation:
        document = msgspec.convert(hit["_source"], EventDocument)
        index = self._indices.names.index("events", generation, document.at)
        version = msgspec.convert(hit["_version"], int)
        return make_operation(index, event_id(document.stream, document.seq), version, document)
