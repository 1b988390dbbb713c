"""Letting the rows of archived events go, in the writer, a few at a time.

The follower puts a message's document together from the rows of its events, when it reads whatever has changed it; and
what a deletion took the content of, from the rows around it. So, for what it has not read yet, it still needs rows of
before.

Invariants:
1. A row goes only while it has the bytes that were seen in the archive.
2. A row of a message stays while the follower has not read all that was done to that message: the deletion of one
   that it quotes empties the quote.
3. Whoever joined a channel stays there in rows while the follower has not read all deletions in it: what they were told
   at joining is found by that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hubbub.protocol import codec
from hubbub.protocol.archive import ArchivedEvent
from hubbub.protocol.events import MemberJoined, MessageDeleted, MessagePosted
from hubbub.store import archive_ranges
from hubbub.store.ledger import Ledger

# Where the follower is further behind than this (events), nothing goes: it takes too long to look through them.
MOST_UNREAD: Final = 20_000

_LAST: Final = "SELECT max(rowid) FROM events"
# The sign keeps SQLite from walking the whole stream instead.
_UNREAD: Final = "SELECT about, body FROM events WHERE rowid >= ? AND +stream = ? AND about IS NOT NULL"
_ANSWERS: Final = """SELECT lines.number FROM answers, lines WHERE answers.channel = ? AND answers.number = ?
    AND lines.channel = answers.channel AND lines.seq = answers.seq"""
_DELETE: Final = "DELETE FROM events WHERE stream = ? AND seq = ? AND body = ?"


@dataclass(frozen=True, slots=True)
class Proven:
    """A row that the archive was seen to have. `kept`: the bytes as they lie in the table."""

    event: ArchivedEvent
    kept: bytes


@dataclass(frozen=True, slots=True)
class Removal:
    """Of a stream; rows behind the rowid `horizon` are not read by every follower yet."""

    stream: str
    rows: Sequence[Proven]
    horizon: int


@dataclass(slots=True)
class _Unread:
    """What the follower has not read of a stream: which messages it changed, and whether one was deleted."""

    numbers: set[int] = field(default_factory=set)
    deleted: bool = False

    def needs(self, row: Proven) -> bool:
        if row.event.about is not None:
            return row.event.about in self.numbers
        event = codec.decode_event(row.event.body)
        if isinstance(event, MessagePosted):
            return event.number in self.numbers
        return self.deleted and isinstance(event, MemberJoined)


def remove(ledger: Ledger, wish: Removal) -> int | None:
    """How many rows went; None, and nothing done, where the follower is too far behind."""
    ledger.flush()
    unread = _find_unread(ledger.cursor, wish)
    if unread is None:
        return None
    removed = 0
    for row in wish.rows:
        if unread.numbers and unread.needs(row):
            continue
        event = row.event
        ledger.cursor.execute(_DELETE, (wish.stream, event.seq, row.kept))
        if ledger.cursor.rowcount == 1:
            ledger.writes += 1
            removed += 1
            archive_ranges.settle_hash(ledger.cursor, wish.stream, event.seq, event.body)
    # Its text is in older pages of the write-ahead log still.
    ledger.redacted = True
    return removed


def _find_unread(cursor: sqlite3.Cursor, wish: Removal) -> _Unread | None:
    if cursor.execute(_LAST).fetchone()[0] - wish.horizon > MOST_UNREAD:
        return None
    unread = _Unread()
    for about, body in cursor.execute(_UNREAD, (wish.horizon, wish.stream)).fetchall():
        unread.numbers.add(about)
        event = codec.decode_event(body)
        if isinstance(event, MessageDeleted):
            unread.deleted = True
            unread.numbers.update(row[0] for row in cursor.execute(_ANSWERS, (event.channel, event.number)))
    return unread
