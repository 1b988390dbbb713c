"""Changing what was archived: an intent that needs events which are in the archive is carried out with them at hand.

The intent is tried as any other. Where it needs what is not there it is refused (`Cold`) before it wrote anything; what
it misses is fetched, put back into its place, and the intent carried out, both in one transaction. From then on the
database has these events and what is archived of them does not count; the next archiving proves them anew.

A deletion learns in steps what it needs: the message, then who joined behind it, then what those were told. Others may
archive more meanwhile. It is tried again as long as each time something new is missed (cold.py).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final

from hubbub.domain import intents
from hubbub.domain.intents import Appended, Intent
from hubbub.protocol.archive import ArchivedEvent
from hubbub.store.apply import apply_intent
from hubbub.store.cold import Cold, Found, Thaw
from hubbub.store.ledger import Ledger
from hubbub.store.putting_back import put_back
from hubbub.store.writer import Writer

# An intent of these kinds may concern any message there ever was; so may a post that is more than a text.
CHANGES: Final = (
    intents.EditMessage,
    intents.DeleteMessage,
    intents.PreviewMessage,
    intents.RemovePreviews,
    intents.AddReaction,
    intents.RemoveReaction,
    intents.VotePoll,
    intents.ClosePoll,
)


@dataclass(frozen=True, slots=True)
class Warm:
    """An intent, and what was fetched for it."""

    intent: Intent
    found: Found


def apply_warm(ledger: Ledger, warm: Warm) -> Appended:
    """Carry out the intent. What is put back stays even if it is refused: it is where it was, and no harm."""
    found = warm.found
    back = put_back(ledger, ((stream, event) for (stream, _), event in sorted(found.events.items(), key=_place)))
    if back.stale:
        raise Cold(set(), stale=back.stale)
    with ledger.thawed(found.abouts):
        return apply_intent(ledger, warm.intent)


def _place(item: tuple[tuple[str, int], ArchivedEvent]) -> tuple[str, int]:
    return item[0]


class Thawing:
    """Follows intents until they are carried out, or refused for another reason."""

    def __init__(self, writer: Writer, thaw: Thaw) -> None:
        self._writer = writer
        self._thaw = thaw
        self._tasks: set[asyncio.Task[None]] = set()

    def append(self, intent: Intent) -> asyncio.Future[Appended]:
        """As `SqliteLog.append`, for one of `CHANGES`."""
        first = self._writer.submit(apply_intent, intent)
        if self._thaw.archive is None:
            return first
        answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        first.add_done_callback(partial(self._pass_on, intent, answer))
        return answer

    def _pass_on(self, intent: Intent, answer: asyncio.Future[Appended], first: asyncio.Future[Appended]) -> None:
        if answer.done() or first.cancelled():
            answer.cancel()
            return
        error = first.exception()
        if isinstance(error, Cold):
            task = asyncio.get_running_loop().create_task(self._carry_out(intent, error, answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(first.result())

    async def _carry_out(self, intent: Intent, cold: Cold, answer: asyncio.Future[Appended]) -> None:
        try:
            appended = await self._retry(intent, cold)
        except Exception as error:
            if not answer.done():
                answer.set_exception(error)
        else:
            if not answer.done():
                answer.set_result(appended)

    async def _retry(self, intent: Intent, cold: Cold) -> Appended:
        found = Found()
        while True:
            await self._thaw.fetch(cold, found)
            try:
                return await self._writer.submit(apply_warm, Warm(intent, found))
            except Cold as colder:
                cold = colder
