"""No deleted text comes back from the archive.

What the archive was proven to have is without the content of deleted messages. A search server that was set back to a
snapshot of before a deletion has that content again, and the database knows better: its lines say what is deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from hubbub.protocol import codec
from hubbub.protocol.events import AnyEvent, MembershipStarted, MessagePosted
from hubbub.protocol.parts import Quote
from hubbub.store.apply.redaction import WITH_CONTENT, make_blank, make_blank_summary, make_emptied
from hubbub.store.cold import Bodies
from hubbub.store.readers import Readers

Place: TypeAlias = tuple[str, int]
"""A message: its channel and number."""

# Looked up one by one in an index that holds all that is asked.
_DELETED: Final = """SELECT lines.channel, lines.number FROM json_each(?) AS wanted
    CROSS JOIN lines INDEXED BY lines_by_number ON lines.channel = json_extract(wanted.value, '$[0]')
    AND lines.number = json_extract(wanted.value, '$[1]') WHERE lines.deleted"""


class Wiping:
    """For reading: asks the database as it is at that moment."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def wipe(self, bodies: Bodies) -> Bodies:
        """The same events, those with something deleted in them as redaction would leave them."""
        events = {place: codec.decode_event(body) for place, body in bodies.items()}
        shown = list_shown(events)
        if not shown:
            return bodies
        async with self._readers.statement() as reader:
            deleted = {(channel, number) for channel, number in await reader.fetch_all(_DELETED, (encode(shown),))}
        return bodies if not deleted else {**bodies, **wipe(events, deleted, lambda _: 0)}


def find_deleted(connection: sqlite3.Connection | sqlite3.Cursor, shown: Collection[Place]) -> set[Place]:
    """Those of these messages that are deleted."""
    return set(connection.execute(_DELETED, (encode(shown),)).fetchall()) if shown else set()


def encode(shown: Collection[Place]) -> str:
    return msgspec.json.encode(list(shown)).decode()


def list_shown(events: Mapping[tuple[str, int], AnyEvent]) -> set[Place]:
    return {message for event in events.values() for message in messages_shown(event)}


def messages_shown(event: AnyEvent) -> Iterator[Place]:
    """The messages of which the event has some content, and would have none once they are deleted."""
    if isinstance(event, MembershipStarted):
        last = event.channel.last
        if last is not None and not last.deleted:
            yield event.channel.id, last.number
    elif isinstance(event, WITH_CONTENT) and not event.redacted:
        if make_blank(event) != event:
            yield event.channel, event.number
        if isinstance(event, MessagePosted) and event.reply is not None and not event.reply.deleted:
            yield event.channel, event.reply.number


def wipe(
    events: Mapping[tuple[str, int], AnyEvent], deleted: Collection[Place], deleted_by: Callable[[Place], int]
) -> dict[tuple[str, int], bytes]:
    """Those events that have to change, changed. `deleted_by`: the seq of a message's deletion, 0 where it does not
    matter."""
    return {
        place: codec.encode(_wipe(event, deleted, deleted_by))
        for place, event in events.items()
        if any(message in deleted for message in messages_shown(event))
    }


def _wipe(event: AnyEvent, deleted: Collection[Place], deleted_by: Callable[[Place], int]) -> AnyEvent:
    if isinstance(event, MembershipStarted):
        return make_blank_summary(event)
    assert isinstance(event, WITH_CONTENT)
    if isinstance(event, MessagePosted) and (quote := _quoted(event)) in deleted:
        event = make_emptied(event, deleted_by(quote))
    return make_blank(event) if (event.channel, event.number) in deleted else event


def _quoted(event: MessagePosted) -> Place:
    """What it answers; number 0 for nothing."""
    quote: Quote | None = event.reply
    return event.channel, quote.number if quote is not None and not quote.deleted else 0
