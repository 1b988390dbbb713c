"""The inbox: messages that name somebody or answer them, of all channels they are in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from hubbub.domain.accounts import Session
from hubbub.domain.addressed import Reason, gather
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.inbox import Inbox, InboxItem, Wanted
from hubbub.service.ports import Accounts, Addressees, Readable

PAGE: Final = 30
# Beyond any time there is.
LATEST: Final = 2**53
_CURSOR: Final = re.compile(r"(\d{1,15})-(\d{1,4})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class InboxService:
    addressees: Addressees
    readable: Readable
    accounts: Accounts

    async def fetch_inbox(self, session: Session, wanted: Wanted = "all", cursor: str | None = None) -> Inbox:
        """A page of what is addressed to the user, newest first, with texts as they are now. Raises `bad_request` for a
        cursor that was not given out."""
        upto, skip = _read_cursor(cursor)
        reason: Reason | None = wanted if wanted in ("mention", "reply") else None
        found, more = await self.addressees.fetch_addressed(
            session.user, upto=upto, reason=reason, read=wanted != "unread", limit=PAGE + skip
        )
        entries = gather(found)[skip:]
        shown = entries[:PAGE]
        fetched = await self.readable.fetch_messages(session.user, [(each.channel, each.number) for each in shown])
        messages = {(line.channel, line.number): line for line in fetched.messages}
        names = {channel.id: channel for channel in await self.readable.fetch_readable(session.user)}
        items = [
            InboxItem(
                message=messages[each.channel, each.number],
                channel=names[each.channel],
                reasons=list(each.reasons),
                unread=each.unread,
            )
            for each in shown
            if (each.channel, each.number) in messages and each.channel in names
        ]
        next_cursor = None
        if shown and (more or len(entries) > PAGE):
            last = shown[-1].at
            alike = sum(each.at == last for each in shown)
            next_cursor = f"{last}-{alike + (skip if last == upto else 0)}"
        return Inbox(
            items=items,
            cursor=next_cursor,
            partial=fetched.cold > 0,
            users=await self.accounts.fetch_users(list(dict.fromkeys(_named(item.message for item in items)))),
        )


def _named(messages: Iterable[MessagePosted]) -> Iterator[str]:
    for message in messages:
        yield message.author
        yield from (mention.user for mention in message.mentions if mention.user is not None)


def _read_cursor(cursor: str | None) -> tuple[int, int]:
    """The time from which on, and how many of that time were shown before."""
    if cursor is None:
        return LATEST, 0
    found = _CURSOR.match(cursor)
    if found is None:
        raise Refused("bad_request", "cursor: as the page before has it.")
    return int(found[1]), int(found[2])
