"""Summaries of channels: how one user sees them in a list. Unread is counted by index, in one query for all."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, bindparam, case, or_, select
from sqlalchemy import literal_column as literal

from hubbub.domain.conversations import MAX_PEOPLE, read_kind, shown_name
from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.protocol.events import UNREAD_KEPT, ChannelSummary, MessagePosted, UserView
from hubbub.store.lines import (
    COLUMNS,
    IS_EDITED,
    IS_PREVIEWED,
    IS_WRITTEN,
    build_line,
    edited,
    last_of,
    previewed,
    written,
)
from hubbub.store.readers import Reader, Row
from hubbub.store.schema import channels, lines, members, mentions, users
from hubbub.store.statements import compile_sql, number_list, pair_list

_unread_lines: Final = lines.alias("unread_lines")
_mentioning: Final = lines.alias("mentioning")


def _unread() -> ColumnElement[str]:
    """The newest numbers of others' undeleted messages above the position, as a JSON array."""
    numbers = (
        select(_unread_lines.c.number)
        .where(
            _unread_lines.c.channel == members.c.channel,
            _unread_lines.c.number > members.c.position,
            _unread_lines.c.author != members.c.user,
            _unread_lines.c.deleted == literal("0"),
            _unread_lines.c.thread.is_(None),
        )
        .order_by(_unread_lines.c.number.desc())
        .limit(literal(str(UNREAD_KEPT)))
        .offset(literal("0"))
        .correlate(members)
        .subquery("numbers")
    )
    counted = select(number_list(numbers.c.number)).correlate(members).scalar_subquery()
    return case((members.c.position < channels.c.newest, counted), else_=literal("'[]'"))


def _mentioned() -> ColumnElement[str]:
    """The newest numbers above the position of others' messages that name the user or everybody, as a JSON array."""
    numbers = (
        select(mentions.c.number)
        .where(
            mentions.c.channel == members.c.channel,
            mentions.c.user.in_((members.c.user, literal("'*'"))),
            mentions.c.reason == literal("'mention'"),
            mentions.c.number > members.c.position,
            mentions.c.author != members.c.user,
            # Who is named in a thread follows it, and finds it there. Asked like this each is looked up by its number:
            # with `EXISTS`, SQLite walks all lines of threads instead.
            select(_mentioning.c.thread)
            .where(_mentioning.c.channel == mentions.c.channel, _mentioning.c.number == mentions.c.number)
            .correlate(mentions)
            .scalar_subquery()
            .is_(None),
        )
        .order_by(mentions.c.number.desc())
        .limit(literal(str(UNREAD_KEPT)))
        .offset(literal("0"))
        .correlate(members)
        .subquery("named")
    )
    counted = select(number_list(numbers.c.number)).correlate(members).scalar_subquery()
    return case((members.c.position < channels.c.number, counted), else_=literal("'[]'"))


_inside: Final = members.alias("inside")
_person: Final = users.alias("person")


def people_of_channel() -> ColumnElement[str]:
    """Who is in a conversation, in the order they joined, as a JSON array of ids and names; none in a channel."""
    people = (
        select(_person.c.id, _person.c.name)
        .select_from(_inside.join(_person, _person.c.id == _inside.c.user))
        .where(_inside.c.channel == channels.c.id)
        .order_by(_inside.c.joined_seq)
        .limit(literal(str(MAX_PEOPLE)))
        .offset(literal("0"))
        .correlate(channels)
        .subquery("people")
    )
    listed = select(pair_list(people.c.id, people.c.name)).correlate(channels).scalar_subquery()
    return case((channels.c.kind == literal("'channel'"), literal("'[]'")), else_=listed)


_COLUMNS: Final = (
    channels.c.id,
    channels.c.name,
    channels.c.topic,
    channels.c.private,
    channels.c.created_by,
    channels.c.created_at,
    channels.c.seq,
    channels.c.number,
    channels.c.members,
    members.c.position,
    members.c.position_seq,
    _unread().label("unread"),
    channels.c.kind,
    people_of_channel().label("people"),
    members.c.muted,
    members.c.pinned,
    members.c.hidden_below,
    _mentioned().label("mentioned"),
    *COLUMNS,
)
_numbered: Final = lines.alias("numbered")
# The inner select makes SQLite take the index instead of walking the whole channel.
_newest_line: Final = (lines.c.channel == channels.c.id) & (
    lines.c.seq
    == select(_numbered.c.seq)
    .where(_numbered.c.channel == channels.c.id, _numbered.c.number == channels.c.newest)
    .correlate(channels)
    .scalar_subquery()
)

_OF_USER: Final = compile_sql(
    select(*_COLUMNS)
    .select_from(
        members.join(channels, channels.c.id == members.c.channel)
        .outerjoin(lines, _newest_line)
        .outerjoin(written, IS_WRITTEN)
        .outerjoin(edited, IS_EDITED)
        .outerjoin(previewed, IS_PREVIEWED)
    )
    .where(members.c.user == bindparam("user"))
    .order_by(members.c.joined_user_seq),
    "user",
)
_seen_by: Final = (
    channels.join(users, users.c.id == bindparam("user"))
    .outerjoin(members, (members.c.user == users.c.id) & (members.c.channel == channels.c.id))
    .outerjoin(lines, _newest_line)
    .outerjoin(written, IS_WRITTEN)
    .outerjoin(edited, IS_EDITED)
    .outerjoin(previewed, IS_PREVIEWED)
)
MAY_LOOK: Final = (channels.c.private == literal("0")) & (users.c.role != literal(f"'{Role.GUEST}'"))
_ONE: Final = compile_sql(
    select(*_COLUMNS)
    .select_from(_seen_by)
    .where(channels.c.id == bindparam("channel"))
    .where(or_(members.c.user.is_not(None), MAY_LOOK)),
    "user",
    "channel",
)
_PUBLIC: Final = compile_sql(
    select(*_COLUMNS)
    .select_from(_seen_by)
    .where(MAY_LOOK, channels.c.name_key > bindparam("after"))
    .order_by(channels.c.name_key)
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "user",
    "after",
    "limit",
)
_numbers: Final = msgspec.json.Decoder(list[int])
_people: Final = msgspec.json.Decoder(list[tuple[str, str]])


async def fetch_summaries(reader: Reader, user: str) -> list[ChannelSummary]:
    """The user's channels, in the order they joined them."""
    return [_summary(row, user) for row in await reader.fetch_all(_OF_USER, (user,))]


async def fetch_summary(reader: Reader, user: str, channel: str) -> tuple[ChannelSummary, bool]:
    """A channel the user may see, and whether they are in it; raises `no_such_channel`."""
    row = await reader.fetch_one(_ONE, (user, channel))
    if row is None:
        raise Refused("no_such_channel")
    return _seen(row, user)


async def fetch_public(reader: Reader, user: str, after: str, limit: int) -> list[tuple[ChannelSummary, bool]]:
    """Public channels by name key beyond `after`; none for guests."""
    return [_seen(row, user) for row in await reader.fetch_all(_PUBLIC, (user, after, limit))]


def show_conversation(name: str, people: str, reader: str) -> tuple[str, list[tuple[str, str]]]:
    """What a channel is called before `reader`, and its people (`people_of_channel`)."""
    if people == "[]":
        return name, []
    everybody = _people.decode(people)
    return name or shown_name(everybody, reader), everybody


def _seen(row: Row, reader: str) -> tuple[ChannelSummary, bool]:
    if row[9] is not None:
        return _summary(row, reader), True
    return _summary((*row[:9], 0, 0, "[]", *row[12:14], False, False, 0, "[]", *row[18:]), reader), False


def _summary(row: tuple[Any, ...], reader: str) -> ChannelSummary:
    id_, name, topic, private, created_by, created_at, seq, number, count, position, position_seq, unread = row[:12]
    kind, people, muted, pinned, hidden_below, mentioned = row[12:18]
    newest = build_line(row[18:]) if row[23] is not None else None
    shown, everybody = show_conversation(name, people, reader)
    return ChannelSummary(
        id=id_,
        name=shown,
        topic=topic,
        private=bool(private),
        created_by=created_by,
        created_at=created_at,
        seq=seq,
        number=number,
        members=count,
        position=position,
        position_seq=position_seq,
        unread=sorted(_numbers.decode(unread)) if unread != "[]" else [],
        last=last_of(newest) if isinstance(newest, MessagePosted) else None,
        kind=read_kind(kind),
        people=[UserView(id=user, name=name) for user, name in everybody],
        unnamed=not name,
        muted=bool(muted),
        pinned=bool(pinned),
        hidden_below=hidden_below,
        mentioned=sorted(_numbers.decode(mentioned)) if mentioned != "[]" else [],
    )
