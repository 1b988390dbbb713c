"""The writer's statements, compiled; parameters in the order given here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table, bindparam, delete, func, insert, null, select, update
from sqlalchemy import literal_column as literal
from sqlalchemy.dialects.sqlite import insert as insert_or

from hubbub.protocol.events import UNREAD_KEPT
from hubbub.store.lines import COLUMNS, JOINED
from hubbub.store.schema import channels, events, follows, keys, lines, members, mentions, sessions, users
from hubbub.store.statements import compile_sql, each_of


def _insert(table: Table, *columns: str) -> str:
    return compile_sql(insert(table).values({name: bindparam(name) for name in columns}), *columns)


FIND_USER: Final = compile_sql(
    select(users.c.name, users.c.role, users.c.disabled_at, users.c.seq).where(users.c.id == bindparam("user")), "user"
)
FIND_USER_NAME: Final = compile_sql(select(users.c.id).where(users.c.name_key == bindparam("name_key")), "name_key")
FIND_ANY_USER: Final = compile_sql(select(users.c.id))
INSERT_USER: Final = _insert(users, "id", "name", "name_key", "role", "password_hash", "created_at", "seq")
UPDATE_USER: Final = compile_sql(
    update(users).where(users.c.id == bindparam("user")).values(seq=bindparam("seq")), "seq", "user"
)

FIND_CHANNEL: Final = compile_sql(
    select(
        channels.c.name,
        channels.c.topic,
        channels.c.private,
        channels.c.created_by,
        channels.c.created_at,
        channels.c.seq,
        channels.c.number,
        channels.c.members,
        channels.c.kind,
        channels.c.people_key,
        channels.c.newest,
    ).where(channels.c.id == bindparam("channel")),
    "channel",
)
FIND_PUBLIC_NAME: Final = compile_sql(
    select(channels.c.id).where(channels.c.name_key == bindparam("name_key"), channels.c.private == literal("0")),
    "name_key",
)
FIND_EVERYONE: Final = compile_sql(
    select(channels.c.id).where(channels.c.everyone == literal("1")).order_by(channels.c.created_at, channels.c.id)
)
INSERT_CHANNEL: Final = _insert(
    channels,
    "id",
    "name",
    "name_key",
    "topic",
    "private",
    "everyone",
    "created_by",
    "created_at",
    "seq",
    "number",
    "members",
    "kind",
    "people_key",
)
FIND_CONVERSATION: Final = compile_sql(
    select(channels.c.id).where(channels.c.people_key == bindparam("people_key")), "people_key"
)
_this_channel: Final = channels.c.id == bindparam("channel")
UPDATE_CHANNEL: Final = compile_sql(
    update(channels)
    .where(_this_channel)
    .values(seq=bindparam("seq"), number=bindparam("number"), members=bindparam("members"), newest=bindparam("newest")),
    "seq",
    "number",
    "members",
    "newest",
    "channel",
)
RENAME_CHANNEL: Final = compile_sql(
    update(channels).where(_this_channel).values(name=bindparam("name"), name_key=bindparam("name_key")),
    "name",
    "name_key",
    "channel",
)
CHANGE_TOPIC: Final = compile_sql(
    update(channels).where(_this_channel).values(topic=bindparam("topic")), "topic", "channel"
)

CHANGE_PEOPLE_KEY: Final = compile_sql(
    update(channels).where(_this_channel).values(people_key=bindparam("people_key")), "people_key", "channel"
)
FIND_PEOPLE: Final = compile_sql(
    select(users.c.id, users.c.name)
    .select_from(members.join(users, users.c.id == members.c.user))
    .where(members.c.channel == bindparam("channel"))
    .order_by(members.c.joined_seq)
    .limit(bindparam("most"))
    .offset(literal("0")),
    "channel",
    "most",
)

_this_member: Final = (members.c.user == bindparam("user_id")) & (members.c.channel == bindparam("channel_id"))
FIND_MEMBER: Final = compile_sql(
    select(
        members.c.joined_seq,
        members.c.joined_user_seq,
        members.c.position,
        members.c.position_seq,
        members.c.muted,
        members.c.pinned,
        members.c.hidden_below,
    ).where(_this_member),
    "user_id",
    "channel_id",
)
_joined: Final = members.join(channels, channels.c.id == members.c.channel)
COUNT_CHANNELS: Final = compile_sql(
    select(literal("count(*)"))
    .select_from(_joined)
    .where(members.c.user == bindparam("user"), channels.c.kind != literal("'direct'")),
    "user",
)
COUNT_BEGUN: Final = compile_sql(
    select(literal("count(*)"))
    .select_from(_joined)
    .where(
        members.c.user == bindparam("user"),
        channels.c.kind == literal("'direct'"),
        channels.c.created_by == bindparam("creator"),
    ),
    "user",
    "creator",
)
INSERT_MEMBER: Final = _insert(members, "user", "channel", "joined_seq", "joined_user_seq", "position", "position_seq")
UPDATE_POSITION: Final = compile_sql(
    update(members).where(_this_member).values(position=bindparam("position"), position_seq=bindparam("position_seq")),
    "position",
    "position_seq",
    "user_id",
    "channel_id",
)
UPDATE_MEMBERSHIP: Final = compile_sql(
    update(members)
    .where(_this_member)
    .values(muted=bindparam("muted"), pinned=bindparam("pinned"), hidden_below=bindparam("hidden_below")),
    "muted",
    "pinned",
    "hidden_below",
    "user_id",
    "channel_id",
)
DELETE_MEMBER: Final = compile_sql(delete(members).where(_this_member), "user_id", "channel_id")

INSERT_EVENT: Final = _insert(events, "stream", "seq", "about", "body")
PUT_BACK_EVENT: Final = compile_sql(
    insert_or(events)
    .values({name: bindparam(name) for name in ("stream", "seq", "about", "body")})
    .on_conflict_do_nothing(),
    "stream",
    "seq",
    "about",
    "body",
)
# The inner select makes SQLite take the index instead of walking the whole stream, here and below.
_filed: Final = events.alias("filed")
FIND_EVENT: Final = compile_sql(
    select(events.c.body).where(events.c.stream == bindparam("stream"), events.c.seq == bindparam("seq")),
    "stream",
    "seq",
)
FIND_ROOM: Final = compile_sql(
    select(func.length(events.c.body)).where(events.c.stream == bindparam("stream"), events.c.seq == bindparam("seq")),
    "stream",
    "seq",
)
FIND_EVENTS_ABOUT: Final = compile_sql(
    select(events.c.body).where(
        events.c.stream == bindparam("stream"),
        events.c.seq.in_(
            select(_filed.c.seq).where(_filed.c.stream == bindparam("in_stream"), _filed.c.about == bindparam("about"))
        ),
    ),
    "stream",
    "in_stream",
    "about",
)
UPDATE_EVENT: Final = compile_sql(
    update(events)
    .where(events.c.stream == bindparam("in_stream"), events.c.seq == bindparam("at_seq"))
    .values(body=bindparam("body")),
    "body",
    "in_stream",
    "at_seq",
)

INSERT_LINE: Final = _insert(lines, "channel", "seq", "number", "author", "deleted", "thread")
_numbered: Final = lines.alias("numbered")
FIND_MESSAGE: Final = compile_sql(
    select(*COLUMNS)
    .select_from(JOINED)
    .where(
        lines.c.channel == bindparam("channel"),
        lines.c.seq
        == select(_numbered.c.seq)
        .where(_numbered.c.channel == bindparam("in_channel"), _numbered.c.number == bindparam("number"))
        .scalar_subquery(),
    ),
    "channel",
    "in_channel",
    "number",
)
_next: Final = lines.alias("next")
FIND_JOINS_BEHIND: Final = compile_sql(
    select(*COLUMNS)
    .select_from(JOINED)
    .where(
        lines.c.channel == bindparam("channel"),
        lines.c.seq > bindparam("seq"),
        lines.c.number.is_(None),
        lines.c.seq
        < func.coalesce(
            select(_next.c.seq)
            .where(
                _next.c.channel == bindparam("in_channel"),
                _next.c.number >= bindparam("next_number"),
                _next.c.thread.is_(None),
            )
            .order_by(_next.c.number)
            .limit(literal("1"))
            .offset(literal("0"))
            .scalar_subquery(),
            literal(str(2**62)),
        ),
    ),
    "channel",
    "seq",
    "in_channel",
    "next_number",
)
_this_line: Final = (lines.c.channel == bindparam("in_channel")) & (lines.c.seq == bindparam("at_seq"))
UPDATE_TEXT: Final = compile_sql(
    update(lines).where(_this_line).values(text_seq=bindparam("text_seq")), "text_seq", "in_channel", "at_seq"
)
UPDATE_PREVIEWS: Final = compile_sql(
    update(lines).where(_this_line).values(preview_seq=bindparam("preview_seq")), "preview_seq", "in_channel", "at_seq"
)
UPDATE_REACTIONS: Final = compile_sql(
    update(lines).where(_this_line).values(reactions=bindparam("reactions")), "reactions", "in_channel", "at_seq"
)
UPDATE_POLL: Final = compile_sql(
    update(lines).where(_this_line).values(poll=bindparam("poll")), "poll", "in_channel", "at_seq"
)
DELETE_LINE: Final = compile_sql(
    update(lines)
    .where(_this_line)
    .values(deleted=literal("1"), text_seq=null(), preview_seq=null(), reactions=null(), poll=null()),
    "in_channel",
    "at_seq",
)

UPDATE_REPLIES: Final = compile_sql(
    update(lines).where(_this_line).values(replies=bindparam("replies")), "replies", "in_channel", "at_seq"
)
# What a reply has to know of the message it is about, without its event, which may be archived.
FIND_ROOT: Final = compile_sql(
    select(_numbered.c.number, _numbered.c.thread).where(
        _numbered.c.channel == bindparam("channel"), _numbered.c.number == bindparam("number")
    ),
    "channel",
    "number",
)
FIND_THREAD: Final = compile_sql(
    select(lines.c.seq, lines.c.author, lines.c.deleted, lines.c.replies).where(
        lines.c.channel == bindparam("channel"),
        lines.c.seq
        == select(_numbered.c.seq)
        .where(_numbered.c.channel == bindparam("in_channel"), _numbered.c.number == bindparam("number"))
        .scalar_subquery(),
    ),
    "channel",
    "in_channel",
    "number",
)

_follows: Final = follows.c.user == bindparam("follower")
_this_follow: Final = _follows & (follows.c.channel == bindparam("channel")) & (follows.c.thread == bindparam("thread"))
FIND_FOLLOW: Final = compile_sql(
    select(follows.c.since, follows.c.position, follows.c.position_seq).where(_this_follow),
    "follower",
    "channel",
    "thread",
)
FIND_FOLLOWS: Final = compile_sql(
    select(follows.c.channel, follows.c.thread).where(_follows).order_by(follows.c.user_seq), "follower"
)
INSERT_FOLLOW: Final = _insert(follows, "user", "channel", "thread", "since", "user_seq", "position", "position_seq")
READ_FOLLOW: Final = compile_sql(
    update(follows).where(_this_follow).values(position=bindparam("upto"), position_seq=bindparam("at_seq")),
    "upto",
    "at_seq",
    "follower",
    "channel",
    "thread",
)
DELETE_FOLLOW: Final = compile_sql(delete(follows).where(_this_follow), "follower", "channel", "thread")
DELETE_FOLLOWS: Final = compile_sql(
    delete(follows).where(_follows, follows.c.channel == bindparam("channel")), "follower", "channel"
)
FIND_UNREAD_REPLIES: Final = compile_sql(
    select(lines.c.number)
    .where(
        lines.c.channel == bindparam("channel"),
        lines.c.thread == bindparam("thread"),
        lines.c.number > bindparam("above"),
        lines.c.author != bindparam("reader"),
        lines.c.deleted == literal("0"),
    )
    .order_by(lines.c.number.desc())
    .limit(literal(str(UNREAD_KEPT)))
    .offset(literal("0")),
    "channel",
    "thread",
    "above",
    "reader",
)

INSERT_KEY: Final = compile_sql(
    insert_or(keys)
    .values({name: bindparam(name) for name in ("user", "key", "channel", "seq", "number")})
    .on_conflict_do_nothing(),
    "user",
    "key",
    "channel",
    "seq",
    "number",
)
FIND_KEY: Final = compile_sql(
    select(keys.c.channel, keys.c.seq, keys.c.number).where(
        keys.c.user == bindparam("user"), keys.c.key == bindparam("key")
    ),
    "user",
    "key",
)

_wanted: Final = each_of(bindparam("name_keys")).table_valued("value")
# Of these name keys (a JSON array), those of a channel's members.
FIND_NAMED: Final = compile_sql(
    select(users.c.name_key, users.c.id)
    .select_from(users.join(members, members.c.user == users.c.id))
    .where(users.c.name_key.in_(select(_wanted.c.value)), members.c.channel == bindparam("channel")),
    "name_keys",
    "channel",
)
FIND_NAMED_CHANNELS: Final = compile_sql(
    select(channels.c.name_key, channels.c.id).where(
        channels.c.name_key.in_(select(_wanted.c.value)), channels.c.private == literal("0")
    ),
    "name_keys",
)
INSERT_MENTION: Final = _insert(mentions, "user", "channel", "number", "reason", "author", "at")
_of_message: Final = (mentions.c.channel == bindparam("channel")) & (mentions.c.number == bindparam("number"))
DELETE_ADDRESSED: Final = compile_sql(delete(mentions).where(_of_message), "channel", "number")
DELETE_MENTIONS: Final = compile_sql(
    delete(mentions).where(_of_message, mentions.c.reason == literal("'mention'")), "channel", "number"
)

INSERT_SESSION: Final = _insert(sessions, "id", "user", "created_at", "expires_at")
DELETE_SESSION: Final = compile_sql(delete(sessions).where(sessions.c.id == bindparam("session")), "session")
DELETE_EXPIRED: Final = compile_sql(
    delete(sessions).where(sessions.c.user == bindparam("of_user"), sessions.c.expires_at <= bindparam("now")),
    "of_user",
    "now",
)
FIND_SESSIONS: Final = compile_sql(select(sessions.c.id).where(sessions.c.user == bindparam("user")), "user")
