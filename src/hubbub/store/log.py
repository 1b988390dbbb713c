"""The port `Log` on SQLite."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.domain.ids import CHANNEL
from hubbub.domain.intents import Appended, Intent, PostMessage
from hubbub.protocol.views import Heads, Membership
from hubbub.store import archive_ranges
from hubbub.store.apply import apply_intent
from hubbub.store.cold import Thaw
from hubbub.store.gathering import Gathering
from hubbub.store.readers import Reader, Readers
from hubbub.store.rest import without_room
from hubbub.store.schema import channels, events, members, users
from hubbub.store.statements import compile_sql, each_of
from hubbub.store.thawing import CHANGES, Thawing
from hubbub.store.writer import Writer

Range: TypeAlias = tuple[str, int, int]
"""A stream, and the events with `after` < seq ≤ `upto`."""

# So many users' heads are read at once: a row a channel, which a user may be in hundreds of.
HEADS_AT_ONCE: Final = 32
# So many people's missed events; mostly these are the same ones.
RANGES_AT_ONCE: Final = 32
_wanted: Final = each_of(bindparam("users")).table_valued("value")
# One row even for a user in no channel; the user's own head is in each.
_HEADS: Final = compile_sql(
    select(users.c.id, users.c.seq, members.c.channel, channels.c.seq, members.c.joined_seq, members.c.joined_user_seq)
    .select_from(
        users.outerjoin(members, members.c.user == users.c.id).outerjoin(channels, channels.c.id == members.c.channel)
    )
    .where(users.c.id.in_(select(_wanted.c.value))),
    "users",
)
_EVENTS: Final = compile_sql(
    select(events.c.seq, events.c.body)
    .where(events.c.stream == bindparam("stream"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "stream",
    "after",
    "limit",
)
_JOINED_SEQ: Final = compile_sql(
    select(members.c.joined_seq).where(
        members.c.user == bindparam("member"), members.c.channel == bindparam("channel")
    ),
    "member",
    "channel",
)


class SqliteLog:
    """The append-only logs, with everything projected from them."""

    def __init__(self, writer: Writer, readers: Readers, epoch: str, thaw: Thaw) -> None:
        self._writer = writer
        self._thaw = thaw
        self._thawing = Thawing(writer, thaw)
        self._readers = readers
        self._epoch = epoch
        self._heads = Gathering(self._fetch_heads, HEADS_AT_ONCE)
        self._ranges = Gathering(self._fetch_ranges, RANGES_AT_ONCE)

    def append(self, intent: Intent) -> Future[Appended]:
        """Carry out one intent; done after its commit. Intents are committed in the order of the calls.

        Raises `Refused` at once: `busy` (the queue of unwritten intents is full), `shutting_down`. The future raises it
        with what the intent's docstring names, and `store_failed` (a failed commit: retry with the same key).
        """
        if isinstance(intent, CHANGES) or (isinstance(intent, PostMessage) and not intent.plain):
            return self._thawing.append(intent)
        return self._writer.submit(apply_intent, intent)

    async def fetch_heads(self, user: str) -> Heads:
        """The heads as of one moment; those of an unknown user are 0 and none."""
        found = await self._heads.fetch(user)
        return found if found is not None else Heads(self._epoch, 0, {})

    async def _fetch_heads(self, wanted: Sequence[str]) -> dict[str, Heads]:
        found: dict[str, Heads] = {}
        async with self._readers.statement() as reader:
            rows = await reader.fetch_all(_HEADS, (msgspec.json.encode(wanted).decode(),))
        for user, user_seq, channel, head, joined_seq, joined_user_seq in rows:
            if user not in found:
                found[user] = Heads(self._epoch, user_seq, {})
            if channel is not None:
                found[user].channels[channel] = Membership(head, joined_seq, joined_user_seq)
        return found

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[tuple[int, bytes]]:
        """The events with `after` < seq ≤ `upto`, as (seq, encoded), for somebody known to be entitled to them. Many
        who want the same share one reading. Raises `archive_unavailable`."""
        events = await self._ranges.fetch((stream, after, upto)) or ()
        if len(events) == upto - after:
            return events
        async with self._readers.transaction() as reader:
            piece = await _read_piece(reader, stream, after, upto - after)
        return [event for event in await self._complete(piece) if event[0] <= upto]

    async def _fetch_ranges(self, wanted: Sequence[Range]) -> dict[Range, Sequence[tuple[int, bytes]]]:
        """Those that begin at the same place are read once, as far as the longest."""
        longest: dict[tuple[str, int], int] = {}
        for stream, after, upto in wanted:
            longest[stream, after] = max(upto, longest.get((stream, after), 0))
        read: dict[tuple[str, int], list[tuple[int, bytes]]] = {}
        async with self._readers.statement() as reader:
            for (stream, after), upto in longest.items():
                rows = await reader.fetch_all(_EVENTS, (stream, after, upto - after))
                read[stream, after] = [(seq, without_room(body)) for seq, body in rows]
        return {
            (stream, after, upto): [event for event in read[stream, after] if event[0] <= upto]
            for stream, after, upto in wanted
        }

    async def fetch_events(
        self, stream: str, after: int, limit: int, *, member: str | None = None
    ) -> list[tuple[int, bytes]]:
        """Up to `limit` events with seq > `after`, oldest first, as (seq, encoded).

        With `member`: only what came after that user joined, and nothing unless they are in the channel while it is
        read. Raises `archive_unavailable`.
        """
        async with self._readers.transaction() as reader:
            if member is not None:
                place = await reader.fetch_one(_JOINED_SEQ, (member, stream.removeprefix(CHANNEL)))
                if place is None:
                    return []
                after = max(after, place[0])
            piece = await _read_piece(reader, stream, after, limit)
        return list(await self._complete(piece))[:limit]

    async def _complete(self, piece: _Piece) -> Sequence[tuple[int, bytes]]:
        """With those that are in the archive alone."""
        if not piece.missed:
            return piece.events
        return sorted([*piece.events, *await self._thaw.fetch_missed(piece.stream, piece.missed)])


@dataclass(frozen=True, slots=True)
class _Piece:
    """Events that have rows, as (seq, encoded), and the seqs of those between them that were archived."""

    stream: str
    events: list[tuple[int, bytes]]
    missed: set[int]


async def _read_piece(reader: Reader, stream: str, after: int, limit: int) -> _Piece:
    """In one transaction: between two, rows may go into the archive or come back."""
    rows = await reader.fetch_all(_EVENTS, (stream, after, limit))
    events = [(seq, without_room(body)) for seq, body in rows]
    if events and events[-1][0] == after + len(events):
        return _Piece(stream, events, set())
    base = await reader.fetch_one(archive_ranges.BASE, (stream,))
    here = {seq for seq, _ in events}
    last = min(after + limit, base[0] if base else 0)
    return _Piece(stream, events, {seq for seq in range(after + 1, last + 1) if seq not in here})
