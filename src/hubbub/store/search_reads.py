"""The port `Readable` on SQLite: what a user may read now, whatever an engine has found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, bindparam, cast, or_, select
from sqlalchemy import literal_column as literal

from hubbub.domain.conversations import read_kind
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.search import ChannelName
from hubbub.protocol.views import Fetched
from hubbub.store.cold import Bodies, Cold, Thaw
from hubbub.store.lines import COLUMNS, JOINED, build_line, build_lines
from hubbub.store.readers import Reader, Readers, Row
from hubbub.store.schema import channels, lines, members, users
from hubbub.store.statements import compile_sql, each_of
from hubbub.store.summaries import MAY_LOOK, people_of_channel, show_conversation

_seen_by: Final = channels.join(users, users.c.id == bindparam("user")).outerjoin(
    members, (members.c.user == users.c.id) & (members.c.channel == channels.c.id)
)
_readable: Final = (
    select(channels.c.id, channels.c.name, channels.c.private, people_of_channel().label("people"), channels.c.kind)
    .select_from(_seen_by)
    .where(users.c.disabled_at.is_(None), or_(members.c.user.is_not(None), MAY_LOOK))
)
_READABLE: Final = compile_sql(_readable, "user")
_wanted: Final = each_of(bindparam("wanted")).table_valued("value")
_READABLE_OF: Final = compile_sql(_readable.where(channels.c.id.in_(select(_wanted.c.value))), "user", "wanted")
_numbered: Final = lines.alias("numbered")
_MESSAGES: Final = compile_sql(
    select(*COLUMNS)
    .select_from(JOINED)
    .where(
        lines.c.channel == bindparam("channel"),
        # The inner select makes SQLite take the index by number.
        lines.c.seq.in_(
            select(_numbered.c.seq).where(
                _numbered.c.channel == bindparam("in_channel"),
                _numbered.c.number.in_(select(cast(_wanted.c.value, BigInteger))),
                _numbered.c.deleted == literal("0"),
            )
        ),
    ),
    "channel",
    "in_channel",
    "wanted",
)


class SqliteReadable:
    """Each fetch sees one state of channels, memberships and messages."""

    def __init__(self, readers: Readers, thaw: Thaw) -> None:
        self._readers = readers
        self._thaw = thaw

    async def fetch_readable(self, user: str) -> list[ChannelName]:
        """The channels the user may read: their own, and public ones unless they are a guest."""
        async with self._readers.statement() as reader:
            return await _fetch_channels(reader, _READABLE, (user,))

    async def fetch_messages(self, user: str, wanted: Sequence[tuple[str, int]]) -> Fetched:
        """Of the messages `wanted`, as channel and number, those not deleted that the user may read.

        While the archive does not answer, what is there alone is left out: the rest can be shown all the same.
        """
        try:
            return await self._thaw.read(lambda bodies: self._fetch_messages(user, wanted, bodies))
        except Refused as error:
            if error.code != "archive_unavailable":
                raise
        return _without_cold(await self._fetch_rows(user, wanted))

    async def _fetch_messages(self, user: str, wanted: Sequence[tuple[str, int]], bodies: Bodies) -> Fetched:
        lines = build_lines(await self._fetch_rows(user, wanted), bodies)
        return Fetched([line for line in lines if isinstance(line, MessagePosted)])

    async def _fetch_rows(self, user: str, wanted: Sequence[tuple[str, int]]) -> list[Row]:
        numbers: dict[str, list[int]] = {}
        for channel, number in wanted:
            numbers.setdefault(channel, []).append(number)
        rows: list[Row] = []
        async with self._readers.transaction() as reader:
            for readable in await _fetch_channels(reader, _READABLE_OF, (user, _json(list(numbers)))):
                rows += await reader.fetch_all(_MESSAGES, (readable.id, readable.id, _json(numbers[readable.id])))
        return rows


def _without_cold(rows: Sequence[Row]) -> Fetched:
    messages: list[MessagePosted] = []
    cold = 0
    for row in rows:
        try:
            line = build_line(row)
        except Cold:
            cold += 1
        else:
            messages += [line] if isinstance(line, MessagePosted) else []
    return Fetched(messages, cold)


async def _fetch_channels(reader: Reader, sql: str, parameters: tuple[str, ...]) -> list[ChannelName]:
    rows = await reader.fetch_all(sql, parameters)
    user = parameters[0]
    return [
        ChannelName(id=id_, name=show_conversation(name, people, user)[0], private=bool(private), kind=read_kind(kind))
        for id_, name, private, people, kind in rows
    ]


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
