"""Proving what was archived, and giving `verify` the whole log to walk.

Each range is read from the archive and summed up; what has no row here goes into a temporary table, in a file of
SQLite's own, and `events` becomes, for this connection, both together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from hubbub.protocol.archive import ArchivedEvent
from hubbub.store import archive_ranges
from hubbub.store.archive_ranges import hash_event, sum_up
from hubbub.store.rest import without_room

FetchRange: TypeAlias = Callable[[str, int, int], Sequence[ArchivedEvent]]
"""As `Archive.fetch_range`, but it blocks."""

_MAKE: Final = (
    """CREATE TEMP TABLE gone (stream, seq, about, body, PRIMARY KEY (stream, seq)) WITHOUT ROWID""",
    "CREATE INDEX temp.gone_about ON gone (stream, about) WHERE about IS NOT NULL",
    """CREATE TEMP VIEW events AS SELECT stream, seq, about, body FROM main.events
        UNION ALL SELECT stream, seq, about, body FROM temp.gone""",
)
# For who has joined them: of the view, SQLite would put together all of a stream for each message.
ABOUT: Final = """SELECT body FROM (
        SELECT seq, body FROM main.events WHERE stream = ?1
            AND seq IN (SELECT seq FROM main.events INDEXED BY events_about WHERE stream = ?1 AND about = ?2)
        UNION ALL SELECT seq, body FROM temp.gone WHERE stream = ?1
            AND seq IN (SELECT seq FROM temp.gone INDEXED BY gone_about WHERE stream = ?1 AND about = ?2))
    ORDER BY seq"""
NEXT_STREAM: Final = """SELECT min(stream) AS next FROM (
        SELECT min(stream) AS stream FROM main.events WHERE stream > ?1
        UNION ALL SELECT min(stream) FROM temp.gone WHERE stream > ?1) HAVING next IS NOT NULL"""
_HERE: Final = "SELECT seq, body FROM main.events WHERE stream = ? AND seq BETWEEN ? AND ?"


def has_archived(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM archived LIMIT 1").fetchone() is not None


def join_archived(connection: sqlite3.Connection, fetch_range: FetchRange, tell: Callable[[str], None]) -> int:
    """Make `events` whole for this connection; tells of each range that is not as it was noted. Returns how many events
    came from the archive."""
    # The database itself is open for reading alone.
    connection.execute("PRAGMA query_only = OFF")
    for sql in _MAKE:
        connection.execute(sql)
    count = 0
    for (stream,) in connection.execute(archive_ranges.STREAMS).fetchall():
        expected = 1
        for first, last, digest in connection.execute(archive_ranges.RANGES, (stream,)).fetchall():
            if first != expected:
                tell(f"{stream}: the archived range {first} to {last} follows {expected - 1}")
            expected = last + 1
            place = (stream, first, last)
            here = {seq: without_room(body) for seq, body in connection.execute(_HERE, place)}
            hashes: dict[int, bytes] = dict(connection.execute(archive_ranges.REWRITTEN, place))
            missed = [event for event in fetch_range(stream, first - 1, last) if event.seq not in here]
            bodies = here | {event.seq: event.body for event in missed}
            if len(bodies) != last - first + 1:
                tell(f"{stream}: of the archived range {first} to {last} there are {len(bodies)} events")
            elif sum_up(hashes.get(seq) or hash_event(seq, body) for seq, body in bodies.items()) != digest:
                tell(f"{stream}: the archived range {first} to {last} is not what was archived")
            rows = [(stream, event.seq, event.about, event.body) for event in missed]
            connection.executemany("INSERT INTO temp.gone VALUES (?, ?, ?, ?)", rows)
            count += len(rows)
    return count
