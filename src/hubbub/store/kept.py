"""The port `Kept` on SQLite: reading what was put aside, with the reader's permission of that moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import and_, bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.protocol.events import MessagePosted, UserView
from hubbub.protocol.kept import Pin, PinList, SavedList, SavedMessage
from hubbub.store import summaries
from hubbub.store.names import fetch_names, named_in_lines
from hubbub.store.readers import Reader, Readers
from hubbub.store.schema import lines, pins, saved
from hubbub.store.search_reads import SqliteReadable
from hubbub.store.statements import compile_sql

_PINS: Final = compile_sql(
    select(pins.c.number, pins.c.by, pins.c.at).where(pins.c.channel == bindparam("channel")).order_by(pins.c.seq),
    "channel",
)
_NUMBERS: Final = compile_sql(
    select(saved.c.channel, saved.c.number).where(saved.c.user == bindparam("user")).order_by(saved.c.seq), "user"
)
_SAVED: Final = compile_sql(
    select(saved.c.seq, saved.c.channel, saved.c.number, saved.c.at, lines.c.deleted)
    .select_from(saved.outerjoin(lines, and_(lines.c.channel == saved.c.channel, lines.c.number == saved.c.number)))
    .where(saved.c.user == bindparam("user"), saved.c.seq < bindparam("before"))
    .order_by(saved.c.seq.desc())
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "user",
    "before",
    "limit",
)
# Beyond any seq.
_END: Final = 2**62


async def fetch_pinned(reader: Reader, channel: str) -> list[int]:
    """The numbers of the pinned messages, in the order they were pinned."""
    return [number for number, _, _ in await reader.fetch_all(_PINS, (channel,))]


async def fetch_saved_numbers(reader: Reader, user: str) -> dict[str, list[int]]:
    """What the user has saved, by channel, in the order it was saved."""
    found: dict[str, list[int]] = {}
    for channel, number in await reader.fetch_all(_NUMBERS, (user,)):
        found.setdefault(channel, []).append(number)
    return found


class SqliteKept:
    """What a message says is read through `readable`, which shows nobody what they may not read."""

    def __init__(self, readers: Readers, readable: SqliteReadable) -> None:
        self._readers = readers
        self._readable = readable

    async def fetch_pins(self, user: str, channel: str) -> PinList:
        """Raises `no_such_channel`."""
        async with self._readers.transaction() as reader:
            await summaries.fetch_summary(reader, user, channel)
            rows = await reader.fetch_all(_PINS, (channel,))
        found = await self._readable.fetch_messages(user, [(channel, number) for number, _, _ in rows])
        messages = {message.number: message for message in found.messages}
        shown = [Pin(message=messages[number], by=by, at=at) for number, by, at in reversed(rows) if number in messages]
        names = [*named_in_lines(found.messages), *(pin.by for pin in shown)]
        async with self._readers.statement() as reader:
            return PinList(pins=shown, users=await fetch_names(reader, names), partial=found.cold > 0)

    async def fetch_saved(self, user: str, before: int | None, limit: int) -> SavedList:
        """Up to `limit`, the newest first, of those saved before the seq `before` of the user's own log."""
        async with self._readers.statement() as reader:
            rows = await reader.fetch_all(_SAVED, (user, _END if before is None else before, limit + 1))
        page = rows[:limit]
        names = {channel.id: channel for channel in await self._readable.fetch_readable(user)}
        found = await self._readable.fetch_messages(user, [(channel, number) for _, channel, number, *_ in page])
        messages = {(message.channel, message.number): message for message in found.messages}
        shown = [
            SavedMessage(
                channel=channel,
                number=number,
                at=at,
                name=names.get(channel),
                message=messages.get((channel, number)),
                deleted=bool(deleted) and channel in names,
            )
            for _, channel, number, at, deleted in page
        ]
        return SavedList(
            saved=shown,
            users=await self._fetch_people(found.messages),
            next=page[-1][0] if len(rows) > limit else None,
        )

    async def _fetch_people(self, messages: Iterable[MessagePosted]) -> list[UserView]:
        async with self._readers.statement() as reader:
            return await fetch_names(reader, named_in_lines(messages))
