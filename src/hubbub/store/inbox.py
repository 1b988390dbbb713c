"""The port `Inbox` on SQLite: which messages are addressed to somebody, of the channels they are in now."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.domain.addressed import Addressed, Reason
from hubbub.store.readers import Reader, Readers
from hubbub.store.schema import members, mentions
from hubbub.store.statements import compile_sql

_columns: Final = (
    mentions.c.channel,
    mentions.c.number,
    mentions.c.reason,
    mentions.c.at,
    mentions.c.number > members.c.position,
)
_unread_or_all: Final = (mentions.c.number > members.c.position) | (bindparam("read") == literal("1"))
# The user's own by their time; those of everybody by channel, since most of them are of channels one is not in.
_OWN: Final = compile_sql(
    select(*_columns)
    .select_from(
        mentions.join(members, (members.c.user == mentions.c.user) & (members.c.channel == mentions.c.channel))
    )
    .where(mentions.c.user == bindparam("user"), mentions.c.at <= bindparam("upto"))
    .where(mentions.c.reason != bindparam("but"), _unread_or_all)
    .order_by(mentions.c.at.desc())
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "user",
    "upto",
    "but",
    "read",
    "limit",
)
_EVERYBODYS: Final = compile_sql(
    select(*_columns)
    .select_from(members.join(mentions, members.c.channel == mentions.c.channel))
    .where(members.c.user == bindparam("user"), mentions.c.user == literal("'*'"))
    .where(mentions.c.reason == literal("'mention'"), mentions.c.author != members.c.user)
    .where(mentions.c.at <= bindparam("upto"), _unread_or_all)
    .order_by(mentions.c.at.desc())
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "user",
    "upto",
    "read",
    "limit",
)


class SqliteInbox:
    """Reading what is noted beside each message (apply/mentions.py)."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def fetch_addressed(
        self, user: str, *, upto: int, reason: Reason | None, read: bool, limit: int
    ) -> tuple[list[Addressed], bool]:
        """What was written up to `upto`, newest first, and whether there is more; with `read`, also what was read. At
        least `limit` of it where there is, and all of one time, or none, unless there are more of that than `limit`."""
        but = {"mention": "reply", "reply": "mention"}.get(reason or "", "")
        async with self._readers.transaction() as reader:
            halves = [await _fetch(reader, _OWN, (user, upto, but, int(read), limit + 1))]
            if reason != "reply":
                halves.append(await _fetch(reader, _EVERYBODYS, (user, upto, int(read), limit + 1)))
        # Where one half was cut, only what is newer than its oldest is known to be all there is.
        floor = max((half[-1].at for half in halves if len(half) > limit), default=0)
        found = sorted((each for half in halves for each in half), key=lambda each: each.at, reverse=True)
        whole = [each for each in found if each.at > floor]
        return (whole or [each for each in found if each.at == floor]), floor > 0


async def _fetch(reader: Reader, sql: str, parameters: tuple[object, ...]) -> list[Addressed]:
    rows = await reader.fetch_all(sql, parameters)
    return [Addressed(channel, number, reason, at, bool(unread)) for channel, number, reason, at, unread in rows]
