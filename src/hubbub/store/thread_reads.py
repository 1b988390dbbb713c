"""Reading threads: one of them opened, and those that a user follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.errors import Refused
from hubbub.protocol.events import UNREAD_KEPT, FollowedThread, Line, MessagePosted
from hubbub.protocol.replies import Thread, ThreadNews
from hubbub.store.cold import NO_BODIES, Bodies
from hubbub.store.lines import COLUMNS, JOINED, build_lines
from hubbub.store.readers import Reader, Row
from hubbub.store.schema import follows, lines
from hubbub.store.statements import compile_sql, number_list
from hubbub.store.windows import END, Place

# Replies that the list of threads shows of each.
NEWEST: Final = 2

_numbered: Final = lines.alias("numbered")
_ROOT: Final = compile_sql(
    select(_numbered.c.number, _numbered.c.thread, _numbered.c.seq).where(
        _numbered.c.channel == bindparam("channel"), _numbered.c.number == bindparam("number")
    ),
    "channel",
    "number",
)
_LINE: Final = compile_sql(
    select(*COLUMNS)
    .select_from(JOINED)
    .where(lines.c.channel == bindparam("channel"), lines.c.seq == bindparam("seq")),
    "channel",
    "seq",
)
# The inner select makes SQLite take the index of threads instead of walking the channel.
_SEQS: Final = (
    select(_numbered.c.seq)
    .where(_numbered.c.channel == bindparam("channel"), _numbered.c.thread == bindparam("thread"))
    .offset(literal("0"))
)
_OF_THREAD: Final = select(*COLUMNS).select_from(JOINED).where(lines.c.channel == bindparam("in_channel"))
_BACK: Final = compile_sql(
    _OF_THREAD.where(
        lines.c.seq.in_(
            _SEQS.where(_numbered.c.number < bindparam("before"))
            .order_by(_numbered.c.number.desc())
            .limit(bindparam("limit"))
        )
    ).order_by(lines.c.seq.desc()),
    "in_channel",
    "channel",
    "thread",
    "before",
    "limit",
)
_FORWARD: Final = compile_sql(
    _OF_THREAD.where(
        lines.c.seq.in_(
            _SEQS.where(_numbered.c.number > bindparam("after")).order_by(_numbered.c.number).limit(bindparam("limit"))
        )
    ).order_by(lines.c.seq),
    "in_channel",
    "channel",
    "thread",
    "after",
    "limit",
)


def _unread() -> ColumnElement[str]:
    """The newest numbers of others' undeleted replies above the position, as a JSON array."""
    numbers = (
        select(_numbered.c.number)
        .where(
            _numbered.c.channel == follows.c.channel,
            _numbered.c.thread == follows.c.thread,
            _numbered.c.number > follows.c.position,
            _numbered.c.author != follows.c.user,
            _numbered.c.deleted == literal("0"),
        )
        .order_by(_numbered.c.number.desc())
        .limit(literal(str(UNREAD_KEPT)))
        .offset(literal("0"))
        .correlate(follows)
        .subquery("numbers")
    )
    return select(number_list(numbers.c.number)).correlate(follows).scalar_subquery()


_followed: Final = select(
    follows.c.channel,
    follows.c.thread,
    follows.c.since,
    follows.c.position,
    follows.c.position_seq,
    _unread().label("unread"),
).where(follows.c.user == bindparam("user"))
_FOLLOWED: Final = compile_sql(_followed.order_by(follows.c.user_seq), "user")
_numbers: Final = msgspec.json.Decoder(list[int])


async def fetch_followed(reader: Reader, user: str) -> list[FollowedThread]:
    """The threads the user follows, in the order they began to."""
    return [_follow(row) for row in await reader.fetch_all(_FOLLOWED, (user,))]


def _follow(row: Row) -> FollowedThread:
    channel, number, since, position, position_seq, unread = row
    return FollowedThread(
        channel=channel,
        number=number,
        since=since,
        position=position,
        position_seq=position_seq,
        unread=sorted(_numbers.decode(unread)) if unread != "[]" else [],
    )


async def find_root(reader: Reader, channel: str, number: int) -> int | None:
    """The number of the message that the message `number` is a reply to; None for one that is none, or is not there."""
    row = await reader.fetch_one(_ROOT, (channel, number))
    return row[1] if row is not None else None


async def fetch_thread(
    reader: Reader, channel: str, number: int, place: Place, limit: int, bodies: Bodies = NO_BODIES
) -> Thread:
    """The thread of the message `number`, or in which that is a reply, with at most `limit` replies. The place is given
    in message numbers. Raises `no_such_message`, `Cold`."""
    row = await reader.fetch_one(_ROOT, (channel, number))
    if row is None:
        raise Refused("no_such_message")
    if row[1] is not None:
        number = row[1]
        row = await reader.fetch_one(_ROOT, (channel, number))
        assert row is not None
    first = await reader.fetch_all(_LINE, (channel, row[2]))
    rows, older, newer = await _fetch_rows(reader, channel, number, place, limit)
    root, *replies = _messages(build_lines([*first, *rows], bodies))
    return Thread(root=root, lines=replies, older=older, newer=newer)


async def _fetch_rows(
    reader: Reader, channel: str, root: int, place: Place, limit: int
) -> tuple[list[Row], bool, bool]:
    """Rows of replies, oldest first, and whether there are more before and after them."""
    if place.around is not None:
        back, older, _ = await _fetch_rows(reader, channel, root, Place(before=place.around + 1), limit - limit // 2)
        forward, _, newer = await _fetch_rows(reader, channel, root, Place(after=place.around), limit // 2)
        return back + forward, older, newer
    if place.after is not None:
        rows = await reader.fetch_all(_FORWARD, (channel, channel, root, place.after, limit + 1))
        older = bool(await reader.fetch_all(_BACK, (channel, channel, root, place.after + 1, 1)))
        return rows[:limit], older, len(rows) > limit
    before = END if place.before is None else place.before
    rows = await reader.fetch_all(_BACK, (channel, channel, root, before, limit + 1))
    newer = before != END and bool(await reader.fetch_all(_FORWARD, (channel, channel, root, before - 1, 1)))
    return rows[:limit][::-1], len(rows) > limit, newer


def _messages(found: Sequence[Line]) -> list[MessagePosted]:
    return [line for line in found if isinstance(line, MessagePosted)]


async def fetch_news(reader: Reader, user: str, bodies: Bodies = NO_BODIES) -> list[ThreadNews]:
    """The threads the user follows, each with its newest replies; those where something was said last come first."""
    news: list[ThreadNews] = []
    for follow in await fetch_followed(reader, user):
        thread = await fetch_thread(reader, follow.channel, follow.number, Place(), NEWEST, bodies)
        news.append(ThreadNews(follow=follow, root=thread.root, lines=thread.lines))
    return sorted(news, key=_said_last, reverse=True)


def _said_last(news: ThreadNews) -> int:
    return news.root.replies.at if news.root.replies is not None else news.root.at
