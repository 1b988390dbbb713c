"""The whole log, of the database and the archive together, stream by stream: for copying it anew and proving copies.

Invariants:
1. A stream is read in one transaction, up to where it was when the walk began: a reading that takes hours must not
   keep a server's write-ahead log from being taken back. What was changed meanwhile is read as changed.
2. What the database has counts before what the archive has. Each archived range is summed up on the way, and what is
   missing or another than was noted is told (`problems`, `missing`). Where the archive has what was deleted since (its
   server was set back), that is blanked before it is summed up again (`healed`).
3. At most one stream's archived events are held at a time, in a file of SQLite's own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hubbub.domain.ids import CHANNEL
from hubbub.errors import StoreError
from hubbub.protocol import codec
from hubbub.protocol.events import Line, MessagePosted
from hubbub.protocol.feed import LoggedEvent, MessageState
from hubbub.store import archive_ranges, writes
from hubbub.store.archive_proof import FetchRange
from hubbub.store.archive_ranges import hash_event, sum_up
from hubbub.store.cold import Cold
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.lines import build_lines, without_replies
from hubbub.store.migrate import check_revision
from hubbub.store.rest import without_room
from hubbub.store.wiping import find_deleted, list_shown, wipe

# Events in a piece.
PIECE: Final = 500

_MAKE: Final = (
    "CREATE TEMP TABLE gone (stream, seq, about, body, PRIMARY KEY (stream, seq)) WITHOUT ROWID",
    "CREATE INDEX temp.gone_about ON gone (stream, about) WHERE about IS NOT NULL",
)
_STREAMS: Final = """SELECT 'channel:' || id AS stream, seq FROM channels
    UNION ALL SELECT 'user:' || id, seq FROM users ORDER BY stream"""
_TOTAL: Final = """SELECT (SELECT coalesce(sum(seq), 0) FROM users) + coalesce(sum(seq), 0), coalesce(sum(number), 0)
    FROM channels"""
_HERE: Final = "SELECT seq, body FROM events WHERE stream = ? AND seq BETWEEN ? AND ?"
# Of both tables by themselves: of a view of both, SQLite would walk all of the stream.
_PIECE: Final = """SELECT * FROM (
        SELECT seq, about, body FROM events WHERE stream = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4)
    UNION ALL SELECT * FROM (
        SELECT seq, about, body FROM temp.gone WHERE stream = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4)
    ORDER BY seq LIMIT ?4"""
_CHANGED: Final = """SELECT max(seq) FROM (
    SELECT seq FROM events INDEXED BY events_about WHERE stream = ?1 AND about = ?2
    UNION ALL SELECT seq FROM temp.gone INDEXED BY gone_about WHERE stream = ?1 AND about = ?2)"""
_GONE: Final = "SELECT body FROM temp.gone WHERE stream = ? AND seq = ?"
_GONE_RANGE: Final = "SELECT seq, body FROM temp.gone WHERE stream = ? AND seq BETWEEN ? AND ?"
_WIPE: Final = "UPDATE temp.gone SET body = ? WHERE stream = ? AND seq = ?"
_TEXT: Final = "SELECT coalesce(text_seq, seq) FROM lines WHERE channel = ? AND seq = ?"
_POST: Final = "SELECT seq FROM lines WHERE channel = ? AND number = ?"


@dataclass(frozen=True, slots=True)
class Piece:
    """Events of one stream, in order, and the messages that were posted with them, as they are now."""

    events: tuple[LoggedEvent, ...]
    messages: tuple[MessageState, ...]


class WholeLog:
    """Every method blocks, may be called on one thread at a time, and raises `StoreError` and as `fetch_range`."""

    def __init__(self, directory: Path, fetch_range: FetchRange) -> None:
        database = directory / DATABASE
        if not database.is_file():
            raise StoreError(f"{directory} holds no {DATABASE}.")
        check_revision(database)
        self._fetch_range = fetch_range
        self._joined = ""
        self.problems: list[str] = []
        self.missing = 0
        """Events that neither the database nor the archive has."""
        self.healed = 0
        """Events of the archive that had what is deleted."""
        self._connection = open_reader(database)
        self._begin()

    def close(self) -> None:
        self._connection.close()

    def _begin(self) -> None:
        connection = self._connection
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA query_only = OFF")  # of the database itself only reading is asked
        for sql in _MAKE:
            connection.execute(sql)
        connection.execute("BEGIN")
        self.archived = bool(self._rows(archive_ranges.STREAMS))
        """Whether some of the log is in the archive, and perhaps there alone."""

    def refresh(self) -> None:
        """From here on: the log as it is now."""
        self._connection.execute("ROLLBACK")
        self._connection.execute("BEGIN")
        self._joined = ""
        self.archived = bool(self._rows(archive_ranges.STREAMS))

    def count(self) -> tuple[int, int]:
        """How many events and messages there are."""
        ((events, messages),) = self._rows(_TOTAL)
        return events, messages

    def count_archived(self) -> int:
        """How many events may be in the archive alone."""
        return sum(self._base(stream) for (stream,) in self._rows(archive_ranges.STREAMS))

    def fetch_heads(self) -> dict[str, int]:
        """The newest seq of each stream."""
        return dict(self._rows(_STREAMS))

    def read(self) -> Iterator[Piece]:
        """All of it; streams in the order of their names."""
        for stream, head in self._rows(_STREAMS):
            self.refresh()
            yield from self._read(stream, head)

    def read_archived(self) -> Iterator[Piece]:
        """What may be in the archive alone."""
        for (stream,) in self._rows(archive_ranges.STREAMS):
            self.refresh()
            yield from self._read(stream, self._base(stream))

    def find_event(self, stream: str, seq: int) -> LoggedEvent | None:
        piece = next(self._read(stream, seq, after=seq - 1), None)
        return piece.events[0] if piece is not None else None

    def find_message(self, channel: str, number: int) -> MessageState | None:
        row = self._one(_POST, channel, number)
        piece = next(self._read(CHANNEL + channel, row[0], after=row[0] - 1), None) if row else None
        return piece.messages[0] if piece is not None and piece.messages else None

    def _read(self, stream: str, upto: int, after: int = 0) -> Iterator[Piece]:
        self._join(stream)
        try:
            while rows := self._rows(_PIECE, stream, after, upto, PIECE):
                events = tuple(_logged(stream, *row) for row in rows)
                after = events[-1].event.seq
                posts = [logged.event for logged in events if isinstance(logged.event, MessagePosted)]
                states = (self._state(stream, post) for post in posts)
                yield Piece(events, tuple(state for state in states if state is not None))
        except sqlite3.Error as error:
            raise StoreError(f"the log cannot be read: {error}") from error

    def _state(self, stream: str, post: MessagePosted) -> MessageState | None:
        """None where an edit is missing."""
        changed = self._one(_CHANGED, stream, post.number)
        if changed is None or changed[0] is None:
            version = post.emptied or post.seq
            return MessageState(post, post.seq, version)  # as most are: nothing happened to it since
        channel = post.channel
        line = self._build_line(self._rows(writes.FIND_MESSAGE, channel, channel, post.number))
        if line is None:
            return None
        assert isinstance(line, MessagePosted)
        (text_seq,) = self._one(_TEXT, channel, post.seq) or (post.seq,)
        return MessageState(without_replies(line), text_seq, max(changed[0], line.emptied))

    def _build_line(self, rows: list[tuple[Any, ...]]) -> Line | None:
        try:
            return build_lines(rows)[0]
        except Cold as cold:
            found = {place: self._one(_GONE, *place) for place in cold.seqs}
        try:
            return build_lines(rows, {place: row[0] for place, row in found.items() if row is not None})[0]
        except Cold:
            return None

    # --- what is in the archive -----------------------------------------------------------------------------------

    def _base(self, stream: str) -> int:
        return int(self._rows(archive_ranges.BASE, stream)[0][0])

    def _join(self, stream: str) -> None:
        """`events` is whole for this stream."""
        if stream == self._joined:
            return
        self._connection.execute("DELETE FROM temp.gone")
        self._joined = stream
        differing: list[tuple[int, int, bytes]] = []
        for first, last, digest in self._rows(archive_ranges.RANGES, stream):
            here = {seq: without_room(body) for seq, body in self._rows(_HERE, stream, first, last)}
            gone = [event for event in self._fetch_range(stream, first - 1, last) if event.seq not in here]
            bodies = here | {event.seq: event.body for event in gone}
            if missing := last - first + 1 - len(bodies):
                self.missing += missing
                self.problems.append(f"{stream}: of the archived events {first} to {last} {missing} are missing")
            elif self._sum_up(stream, first, last, bodies) != digest:
                differing.append((first, last, digest))
            rows = [(stream, event.seq, event.about, event.body) for event in gone]
            self._connection.executemany("INSERT OR IGNORE INTO temp.gone VALUES (?, ?, ?, ?)", rows)
        # Behind all of them: what says that something was deleted may be in a later one.
        for first, last, digest in differing:
            if self._heal(stream, first, last) != digest:
                self.problems.append(f"{stream}: the archived events {first} to {last} are not what was archived")

    def _heal(self, stream: str, first: int, last: int) -> bytes:
        """Blank what is deleted among what the archive gave; the range's digest then."""
        gone = {(stream, seq): codec.decode_event(body) for seq, body in self._rows(_GONE_RANGE, stream, first, last)}
        deleted = find_deleted(self._connection, list_shown(gone))
        wiped = wipe(gone, deleted, self._deleted_by)
        self._connection.executemany(_WIPE, [(body, *place) for place, body in wiped.items()])
        self.healed += len(wiped)
        here = {seq: without_room(body) for seq, body in self._rows(_HERE, stream, first, last)}
        return self._sum_up(stream, first, last, here | dict(self._rows(_GONE_RANGE, stream, first, last)))

    def _deleted_by(self, message: tuple[str, int]) -> int:
        """Nothing is done to a message behind its deletion."""
        channel, number = message
        changed = self._one(_CHANGED, CHANNEL + channel, number)
        return int(changed[0]) if changed and changed[0] is not None else 0

    def _sum_up(self, stream: str, first: int, last: int, bodies: Mapping[int, bytes]) -> bytes:
        hashes: dict[int, bytes] = dict(self._rows(archive_ranges.REWRITTEN, stream, first, last))
        return sum_up(hashes.get(seq) or hash_event(seq, body) for seq, body in bodies.items())

    def _rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def _one(self, sql: str, *parameters: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        return row


def _logged(stream: str, seq: int, about: int | None, body: bytes) -> LoggedEvent:
    return LoggedEvent(stream, about, without_room(body), codec.decode_event(body))
