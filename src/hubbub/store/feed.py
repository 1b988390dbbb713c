"""The whole log in the order of its commits, for followers that keep a copy of it elsewhere.

Invariants:
1. A slice is read in one transaction: its events and the states of the messages they are about fit together.
2. An event is never left out: rows of `events` get their rowid when they are written, one thread writes them, so the
   order of rowids is that of the commits. A mark names its event by stream and seq, because SQLite may number rows anew
   (VACUUM), in the same order; a mark that names no event, as after an old backup was put back, is the beginning. So is
   an old mark whose event came back from the archive: its row lies at the end now, behind much that the mark is before.
3. Reading has a connection of its own, used by one thread at a time and never the loop's; writing does not wait for it.

What a deletion redacts lies before it in the log: the slice with the deletion brings those events again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.errors import StoreError
from hubbub.protocol import codec
from hubbub.protocol.events import (
    MemberJoined,
    MembershipStarted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessagePreviewed,
    PollClosed,
    PollCounted,
    PollVoted,
    ReactionAdded,
    ReactionRemoved,
)
from hubbub.protocol.feed import LoggedEvent, Mark, MessageState, Slice
from hubbub.store import writes
from hubbub.store.attachments import ANSWERS
from hubbub.store.cold import Cold
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.lines import build_line, without_replies
from hubbub.store.rest import without_room

# A slice ends behind the event that makes its bodies larger than this, and takes this many more at most: bytes.
SLICE_BYTES: Final = 2 << 20

_NEXT: Final = "SELECT rowid, stream, about, body FROM events WHERE rowid > ? ORDER BY rowid LIMIT ?"
_PLACE: Final = "SELECT rowid FROM events WHERE stream = ? AND seq = ?"
# Put back are only events that were archived: such as are in a range still, or lie behind a later one of their stream
# (the newest of a stream never are, so there is one).
_FIRST_PLACE: Final = """SELECT rowid FROM events AS named WHERE stream = ?1 AND seq = ?2
    AND seq > (SELECT coalesce(max(last), 0) FROM archived WHERE stream = ?1)
    AND NOT EXISTS (SELECT 1 FROM events WHERE stream = ?1 AND seq > ?2 AND rowid < named.rowid)"""
_LAST: Final = "SELECT coalesce(max(rowid), 0) FROM events"
_POST_SEQ: Final = "SELECT seq FROM lines WHERE channel = ? AND number = ?"
_ABOUT: Final = """SELECT stream, about, body FROM events WHERE stream = ?1
    AND seq IN (SELECT seq FROM events WHERE stream = ?1 AND about = ?2)"""
# SQLite would walk the whole stream from its end, and the whole channel.
_EVENT: Final = "SELECT stream, about, body FROM events WHERE stream = ? AND seq = ?"
_CHANGED: Final = "SELECT max(seq) FROM events INDEXED BY events_about WHERE stream = ? AND about = ?"
_TEXT: Final = """SELECT coalesce(text_seq, seq) FROM lines WHERE channel = ?1
    AND seq = (SELECT seq FROM lines WHERE channel = ?1 AND number = ?2)"""
_MESSAGES: Final = (
    MessagePosted,
    MessageEdited,
    MessageDeleted,
    MessagePreviewed,
    ReactionAdded,
    ReactionRemoved,
    PollVoted,
    PollCounted,
    PollClosed,
)
AboutMessage: TypeAlias = (
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | MessagePreviewed
    | ReactionAdded
    | ReactionRemoved
    | PollVoted
    | PollCounted
    | PollClosed
)


class Feed:
    """One follower's reading. Opened, used and closed on one thread at a time."""

    def __init__(self, directory: Path) -> None:
        """Raises `StoreError`."""
        self._connection = open_reader(directory / DATABASE)

    @property
    def archived(self) -> bool:
        """Whether some of the log is in the archive, and perhaps there alone."""
        return self._one("SELECT 1 FROM archived LIMIT 1") is not None

    @property
    def epoch(self) -> str:
        """The database's."""
        row = self._one("SELECT value FROM meta WHERE name = 'epoch'")
        assert row is not None
        return str(row[0])

    def close(self) -> None:
        self._connection.close()

    def locate(self, mark: Mark | None) -> int:
        """The mark's position, 0 when it names nothing. Of two marks the one with the lower position is the earlier."""
        row = self._one(_PLACE, mark.stream, mark.seq) if mark is not None else None
        return int(row[0]) if row else 0

    def locate_old(self, mark: Mark | None) -> int:
        """The same for a mark that nobody held meanwhile: 0 as well where its event may have been put back, and lies
        later than when the mark was made."""
        row = self._one(_FIRST_PLACE, mark.stream, mark.seq) if mark is not None else None
        return int(row[0]) if row else 0

    def read(self, after: Mark | None, limit: int) -> Slice:
        """Up to `limit` events behind `after`, and what they changed. Raises `StoreError`."""
        try:
            self._connection.execute("BEGIN")
            try:
                return self._read(after, limit)
            finally:
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"the log cannot be read: {error}") from error

    def _read(self, after: Mark | None, limit: int) -> Slice:
        position = self.locate(after)
        mark = after if position else None
        events: dict[tuple[str, int], LoggedEvent] = {}
        size = 0
        for rowid, *row in self._connection.execute(_NEXT, (position, limit)):
            logged = _logged(row)
            events[logged.stream, logged.event.seq] = logged
            position, mark = rowid, Mark(logged.stream, logged.event.seq)
            size += len(logged.body)
            if size > SLICE_BYTES:
                break
        redacted = {
            (again.stream, again.event.seq): again
            for logged in events.values()
            if isinstance(logged.event, MessageDeleted)
            for again in self._redacted(logged.event)
        }
        older = tuple(again for name, again in redacted.items() if name not in events)
        messages = tuple(self._states([*events.values(), *older]))
        behind = int(self._connection.execute(_LAST).fetchone()[0]) - position
        return Slice(tuple(events.values()), older, messages, mark, position, behind)

    def _redacted(self, deletion: MessageDeleted) -> Iterator[LoggedEvent]:
        """What lost its content with this deletion, as redaction.py does it."""
        channel, stream = deletion.channel, channel_stream(deletion.channel)
        line = self._one(_POST_SEQ, channel, deletion.number)
        if line is None:
            return
        # What has no row any more was proven to be in the archive as it is now (archive_removal.py).
        if (post := self._one(_EVENT, stream, line[0])) is not None:
            yield _logged(post)
        for row in self._connection.execute(_ABOUT, (stream, deletion.number)):
            yield _logged(row)
        for (seq,) in self._connection.execute(ANSWERS, (channel, deletion.number)).fetchall():
            if (answer := self._one(_EVENT, stream, seq)) is not None:
                yield _logged(answer)
        if deletion.thread is not None:
            return  # no list ever showed it as the newest
        joins = (channel, line[0], channel, deletion.number + 1)
        for row in self._connection.execute(writes.FIND_JOINS_BEHIND, joins).fetchall():
            if row[0] is not None and isinstance(joined := build_line(row), MemberJoined):
                yield from self._summaries(joined)

    def _summaries(self, joined: MemberJoined) -> Iterator[LoggedEvent]:
        for row in self._connection.execute(_ABOUT, (user_stream(joined.user.id), joined.seq)):
            logged = _logged(row)
            if isinstance(logged.event, MembershipStarted) and logged.event.channel.id == joined.channel:
                yield logged

    def _states(self, events: Iterable[LoggedEvent]) -> Iterator[MessageState]:
        seen: set[tuple[str, int]] = set()
        for logged in events:
            event = logged.event
            if isinstance(event, _MESSAGES) and (event.channel, event.number) not in seen:
                seen.add((event.channel, event.number))
                state = self._state(event)
                if state is not None:
                    yield state

    def _state(self, event: AboutMessage) -> MessageState | None:
        channel, number = event.channel, event.number
        changed = self._one(_CHANGED, channel_stream(channel), number)
        version = changed[0] if changed else None
        if version is None and isinstance(event, MessagePosted) and not event.emptied:
            return MessageState(event, event.seq, event.seq)  # as most are: nothing happened to it since
        row = self._one(writes.FIND_MESSAGE, channel, channel, number)
        try:
            line = build_line(row) if row else None
        except Cold:
            return None  # archived: this state was proven to be there before
        if not isinstance(line, MessagePosted):
            return None
        (text_seq,) = self._one(_TEXT, channel, number) or (line.seq,)
        return MessageState(without_replies(line), text_seq, max(version or line.seq, line.emptied))

    def _one(self, sql: str, *parameters: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        return row


def _logged(row: Any) -> LoggedEvent:
    stream, about, body = row
    return LoggedEvent(stream, about, without_room(body), codec.decode_event(body))
