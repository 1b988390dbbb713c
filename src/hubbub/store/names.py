"""The names of the people a page refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from hubbub.protocol.events import ChannelSummary, Line, MemberJoined, MemberLeft, MessagePosted, UserView
from hubbub.store.readers import Reader
from hubbub.store.schema import users
from hubbub.store.statements import compile_sql, each_of

_wanted: Final = each_of(bindparam("ids")).table_valued("value")
_NAMES: Final = compile_sql(select(users.c.id, users.c.name).where(users.c.id.in_(select(_wanted.c.value))), "ids")


async def fetch_names(reader: Reader, ids: Iterable[str]) -> list[UserView]:
    """The users of these ids, as far as they exist, in the order of the ids."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    known: dict[str, str] = dict(await reader.fetch_all(_NAMES, (msgspec.json.encode(wanted).decode(),)))
    return [UserView(id=user, name=known[user]) for user in wanted if user in known]


def named_in_lines(lines: Iterable[Line]) -> Iterator[str]:
    """The ids of everyone these lines refer to."""
    for line in lines:
        if isinstance(line, MessagePosted):
            yield line.author
            for reaction in line.reactions:
                yield from reaction.users
            if line.poll is not None:
                yield from (ballot.user for ballot in line.poll.ballots)
            yield from (mention.user for mention in line.mentions if mention.user is not None)
            if line.replies is not None:
                yield from line.replies.people
        else:
            yield line.by
            if isinstance(line, MemberJoined | MemberLeft):
                yield line.user.id


def named_in_summaries(summaries: Iterable[ChannelSummary]) -> Iterator[str]:
    for summary in summaries:
        yield summary.created_by
        if summary.last is not None:
            yield summary.last.author
