"""Windows of a channel's lines, without replies in threads: the newest, before, after, or around a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.errors import Refused
from hubbub.protocol.events import Line
from hubbub.store.cold import NO_BODIES, Bodies
from hubbub.store.lines import COLUMNS, JOINED, build_lines
from hubbub.store.readers import Reader, Row
from hubbub.store.schema import lines
from hubbub.store.statements import compile_sql

# Beyond any seq.
END: Final = 2**62

_of_channel: Final = (
    select(*COLUMNS).select_from(JOINED).where(lines.c.channel == bindparam("channel"), lines.c.thread.is_(None))
)
_BACK: Final = compile_sql(
    _of_channel.where(lines.c.seq < bindparam("before"))
    .order_by(lines.c.seq.desc())
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "channel",
    "before",
    "limit",
)
_FORWARD: Final = compile_sql(
    _of_channel.where(lines.c.seq > bindparam("after"))
    .order_by(lines.c.seq)
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "channel",
    "after",
    "limit",
)
_SEQ: Final = compile_sql(
    select(lines.c.seq).where(lines.c.channel == bindparam("channel"), lines.c.number == bindparam("number")),
    "channel",
    "number",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window lies: at most one is given; none means at the end. `before` and `after` are seqs, `around` is a
    message's number."""

    before: int | None = None
    after: int | None = None
    around: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    lines: list[Line]
    older: bool
    newer: bool


async def fetch_window(reader: Reader, channel: str, place: Place, limit: int, bodies: Bodies = NO_BODIES) -> Window:
    """At most `limit` lines, oldest first. Raises `no_such_message` when there is none to be around, `Cold`."""
    if place.around is not None:
        rows, older, newer = await _fetch_around(reader, channel, place.around, limit)
    elif place.after is not None:
        rows, newer = await _fetch_forward(reader, channel, place.after, limit)
        older = bool(await reader.fetch_all(_BACK, (channel, place.after + 1, 1)))
    else:
        before = END if place.before is None else place.before
        rows, older = await _fetch_back(reader, channel, before, limit)
        newer = before != END and bool(await reader.fetch_all(_FORWARD, (channel, before - 1, 1)))
    return Window(build_lines(rows, bodies), older, newer)


async def _fetch_around(reader: Reader, channel: str, number: int, limit: int) -> tuple[list[Row], bool, bool]:
    row = await reader.fetch_one(_SEQ, (channel, number))
    if row is None:
        raise Refused("no_such_message")
    back, older = await _fetch_back(reader, channel, row[0] + 1, limit - limit // 2)
    forward, newer = await _fetch_forward(reader, channel, row[0], limit // 2)
    return back + forward, older, newer


async def _fetch_back(reader: Reader, channel: str, before: int, limit: int) -> tuple[list[Row], bool]:
    """Up to `limit` lines, oldest first, and whether there are more before them."""
    rows = await reader.fetch_all(_BACK, (channel, before, limit + 1))
    return rows[:limit][::-1], len(rows) > limit


async def _fetch_forward(reader: Reader, channel: str, after: int, limit: int) -> tuple[list[Row], bool]:
    rows = await reader.fetch_all(_FORWARD, (channel, after, limit + 1))
    return rows[:limit], len(rows) > limit
