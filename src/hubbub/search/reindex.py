"""A new generation of indices beside the old one, and the readers' move to it from one moment to the next.

The order, of which every step may be the last one before a crash:
1. What is there is looked at: another database's copy is not touched, and while some of the log is in the archive
   alone, nothing is removed that may be that archive.
2. The new generation is filled from the beginning of the log, while a server goes on with the old one. Behind that,
   what is in the archive alone is read from the old one, proven range by range, and made into documents anew: also what
   left the log meanwhile (the archive takes nothing more once it sees a newer generation).
3. It is counted: it must have all events and messages of the log. Else it goes, and the old one stays.
4. Where it has come to is noted with it; then the aliases move, in one request.
5. A running server finds the readers elsewhere within `CHECK`, and goes on from that note. Until then it is followed
   from here, so that nothing is missing in between.
6. The new one is counted once more, and every other generation goes.

One run at a time: whoever starts one holds the lock (offline_search.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from hubbub.errors import HubbubError, Refused, StoreError
from hubbub.search.bulk import Bulk, Operation
from hubbub.search.client import Json, SearchRefused, SearchUnavailable
from hubbub.search.copier import Copier
from hubbub.search.documents import make_event_operation, make_message_operation
from hubbub.search.indexer import CHECK, make_state, mark_of
from hubbub.search.proof import Piece
from hubbub.search.template import FAMILIES, Family, Indices

# Seconds: by then whoever follows has looked twice.
HANDOVER: Final = 2 * CHECK / 1000
# Seconds between two looks at the log meanwhile.
LOOK: Final = 0.5


class Log(Protocol):
    """The whole log, as it was when it was last refreshed. Every method blocks, and raises `StoreError`, and
    `archive_unavailable` where the archive does not answer."""

    archived: bool
    problems: list[str]
    missing: int

    def refresh(self) -> None: ...

    def fetch_heads(self) -> dict[str, int]: ...

    def count(self) -> tuple[int, int]: ...

    def count_archived(self) -> int: ...

    def read_archived(self) -> Iterator[Piece]: ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an operator has said they know of. `replace_other`: the copy that is there is another database's, and goes
    with all that this one has archived. `despite_loss`: some of the archive is lost, and what is left will do."""

    replace_other: bool = False
    despite_loss: bool = False


NO_WISHES: Final = Wishes()


class Reindexing:
    """`progress` is told what is done and how much there is of it: events, or archived ones."""

    def __init__(
        self,
        indices: Indices,
        copier: Copier,
        bulk: Bulk,
        log: Log,
        epoch: str,
        *,
        sleep: Callable[[float], Awaitable[None]],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._indices = indices
        self._copier = copier
        self._bulk = bulk
        self._log = log
        self._epoch = epoch
        self._sleep = sleep
        self._progress = progress
        self._lacks = 0
        """So many documents there cannot be: their events are lost."""

    async def run(self, wishes: Wishes = NO_WISHES, *, handover: float = HANDOVER) -> int:
        """The new generation. Raises `StoreError`, and as `Client.request`; what was read is read then as before. Waits
        for a server that takes nothing for now."""
        generations = await self._indices.find_generations()
        states = {number: await self._indices.fetch_state(number) for number in generations or (1,)}
        read = [number for number, is_read in generations.items() if is_read]
        await self._check_owner(states, wishes)
        self._check_archive(generations, read, wishes)
        for number, state in states.items():
            if number not in read and (not self._log.archived or self._is_begun(state)):
                await self._indices.remove(number)
        new = max(generations, default=0) + 1
        try:
            await self._build(new, read, wishes)
        except BaseException:
            # Else the archive takes nothing more.
            with suppress(HubbubError):
                await self._indices.remove(new)
            raise
        if self._copier.mark is not None:  # else the log is empty, and nothing is there
            await self._indices.swap(read, new)
        await self._hand_over(new, read, handover)
        for number in generations:
            await self._indices.remove(number)
        return new

    async def adopt(self) -> int:
        """Readers see the newest generation that is whole; its number. For a search server that was restored without
        its aliases. Raises as `run`."""
        generations = await self._indices.find_generations()
        if any(generations.values()):
            raise StoreError("Nothing is to be adopted: the copy has its aliases.")
        for number in sorted(generations, reverse=True):
            state = await self._indices.fetch_state(number)
            if state.get("epoch") == self._epoch and mark_of(state) is not None:
                await self._check_adopted(number)
                await self._indices.put_templates(number, read=True)
                await self._indices.attach(number)
                return number
        raise StoreError(
            "No generation on the search server is whole and of this database. Restore its own snapshot, hubbub-state "
            "among it; or, when nothing was archived, run `hubbub reindex`."
        )

    # --- before ---------------------------------------------------------------------------------------------------

    async def _check_owner(self, states: dict[int, Json], wishes: Wishes) -> None:
        if wishes.replace_other:
            return
        for number, state in states.items():
            if state and state.get("epoch") != self._epoch:
                raise StoreError(
                    f"Generation {number} on the search server is the copy of another database, which may have "
                    "archived into it: set another search.prefix. Or, if that one is not needed any more: `hubbub "
                    "reindex --replace-other`."
                )
            if not state and await self._is_strange(number):
                raise StoreError(
                    f"Generation {number} on the search server does not say whose it is (hubbub-state has nothing of "
                    "it), and has what is in no log of this database: set another search.prefix. Or, if it is not "
                    "needed any more: `hubbub reindex --replace-other`."
                )

    async def _is_strange(self, number: int) -> bool:
        """Late writes to a generation of ours leave one without a state as well: those are of this log."""
        await self._indices.refresh(number)
        stream = await self._indices.find_stream(number)
        return stream is not None and stream not in await asyncio.to_thread(self._log.fetch_heads)

    def _check_archive(self, generations: dict[int, bool], read: list[int], wishes: Wishes) -> None:
        if not self._log.archived or read or wishes.despite_loss:
            return
        if generations:
            raise StoreError(
                "Some of the log is in the archive alone, and of the copies on the search server readers see none: "
                "their aliases are missing, as when it was restored without them. `hubbub reindex --adopt` puts them "
                "back; then nothing need be copied anew."
            )
        raise StoreError(
            "Some of the log is in the archive alone, and the search server has nothing: restore its snapshot first. "
            "Or, if that is lost for good: `hubbub reindex --despite-loss`."
        )

    def _is_begun(self, state: Json) -> bool:
        """Whether an attempt of ours left it, which was never whole."""
        return bool(state) and state.get("epoch") == self._epoch and mark_of(state) is None

    async def _check_adopted(self, number: int) -> None:
        await self._indices.refresh(number)
        least, has = await asyncio.to_thread(self._log.count_archived), await self._indices.count("events", number)
        if has < least:
            raise StoreError(
                f"Generation {number} has {has:,} events, fewer than the {least:,} that were archived: restore all of "
                "the search server's snapshot."
            )

    # --- making it --------------------------------------------------------------------------------------------------

    async def _build(self, new: int, read: list[int], wishes: Wishes) -> None:
        await self._indices.put_templates(new, read=False)
        await self._put_state(new, begun=True)
        await self._copier.start(new, None)
        await self._catch_up()
        await asyncio.to_thread(self._log.refresh)
        if self._log.archived and read:
            await self._carry_over(new, wishes)
        elif self._log.archived:
            self._lacks = self._log.count_archived()
        await self._check_whole(new)
        await self._put_state(new)

    async def _catch_up(self) -> None:
        """Returns when all was copied that was there when it was last looked: more comes all the time."""
        while await self._copier.step():
            self._progress(self._copier.position, self._copier.head)
            if self._copier.position >= self._copier.head:
                return

    async def _put_state(self, new: int, *, begun: bool = False) -> None:
        mark = None if begun else self._copier.mark
        await self._indices.put_state(new, make_state(self._epoch, new, mark, self._copier.refused))

    async def _carry_over(self, new: int, wishes: Wishes) -> None:
        total, done, refused = self._log.count_archived(), 0, self._bulk.tally.lost
        pieces = self._log.read_archived()
        try:
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                await self._bulk.write(await asyncio.to_thread(self._make, piece, new))
                done += len(piece.events)
                self._progress(done, total)
        except (Refused, SearchRefused, SearchUnavailable) as error:
            raise StoreError(
                "The search server does not give all that is archived, so no new copy can be made: the old one stays. "
                f"See that all its indices are open and well, then run it again. ({error})"
            ) from error
        lacks = self._log.missing + self._bulk.tally.lost - refused
        if (lacks or self._log.problems) and not wishes.despite_loss:
            raise StoreError(
                f"Of the archive {lacks:,} events are lost ({(self._log.problems or ['refused'])[0]}), and the old "
                "copy stays: restore the search server's snapshot and run it again. Or, if they are lost for good: "
                "`hubbub reindex --despite-loss`."
            )
        self._lacks = self._log.missing

    def _make(self, piece: Piece, new: int) -> Sequence[Operation]:
        names = self._indices.names
        events = [make_event_operation(event, names, new) for event in piece.events]
        return events + [make_message_operation(state, names, new) for state in piece.messages]

    async def _check_whole(self, new: int) -> None:
        """That it has all of the log, as it is now, but for what the server has refused."""
        await asyncio.to_thread(self._log.refresh)
        events, messages = await asyncio.to_thread(self._log.count)
        await self._catch_up()
        await self._indices.refresh(new)
        least: dict[Family, int] = {"messages": messages, "events": events}
        for family in FAMILIES:
            has = await self._indices.count(family, new)
            if has < least[family] - self._lacks - self._bulk.tally.lost:
                raise StoreError(
                    f"The new copy has {has:,} {family} and the log {least[family]:,}: the old one stays. Look at the "
                    "search server's log, and run it again."
                )

    # --- changing over --------------------------------------------------------------------------------------------

    async def _hand_over(self, new: int, read: list[int], seconds: float) -> None:
        waited = 0.0
        while read and waited < seconds:
            await self._sleep(LOOK)
            waited += LOOK
            await self._catch_up()
        await self._check_whole(new)
