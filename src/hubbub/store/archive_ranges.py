"""Which events are in the archive: ranges of each stream, one behind the other from 1, each with its digest.

Invariants:
1. What lies in a range was read back from the archive, byte for byte, before the range was noted. Its rows may go.
2. A digest is the sum of the hashes of (seq, body) of all its events, so that the change of one changes it by two
   hashes. A row that is redacted meanwhile first leaves its old hash in `rewritten`; when it goes again, proven anew,
   the difference is added and the note is gone.

`body` is what travels, without the room behind it (rest.py).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hubbub.store.rest import without_room

DIGEST_BYTES: Final = 32
_MODULUS: Final = 1 << (8 * DIGEST_BYTES)

BASE: Final = "SELECT coalesce(max(last), 0) FROM archived WHERE stream = ?"
RANGES: Final = "SELECT first, last, digest FROM archived WHERE stream = ? ORDER BY last"
STREAMS: Final = "SELECT DISTINCT stream FROM archived ORDER BY stream"
REWRITTEN: Final = "SELECT seq, digest FROM rewritten WHERE stream = ? AND seq BETWEEN ? AND ?"
_INSERT: Final = "INSERT INTO archived (stream, last, first, digest, sealed_at) VALUES (?, ?, ?, ?, ?)"
_RANGE_OF: Final = "SELECT last, digest FROM archived WHERE stream = ? AND last >= ? ORDER BY last LIMIT 1"
_UPDATE: Final = "UPDATE archived SET digest = ? WHERE stream = ? AND last = ?"
_KEEP_HASH: Final = "INSERT INTO rewritten (stream, seq, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_FIND_HASH: Final = "SELECT digest FROM rewritten WHERE stream = ? AND seq = ?"
_DROP_HASH: Final = "DELETE FROM rewritten WHERE stream = ? AND seq = ?"
_FIND_BODY: Final = "SELECT body FROM events WHERE stream = ? AND seq = ?"
_DELETE_RANGES: Final = "DELETE FROM archived WHERE stream = ?"
_DELETE_HASHES: Final = "DELETE FROM rewritten WHERE stream = ?"


@dataclass(frozen=True, slots=True)
class Range:
    """Events `first` to `last` of a stream, and their digest."""

    stream: str
    first: int
    last: int
    digest: bytes


def hash_event(seq: int, body: bytes) -> bytes:
    return hashlib.sha256(b"%d:%b" % (seq, body)).digest()


def sum_up(hashes: Iterable[bytes]) -> bytes:
    """The digest of a range."""
    total = sum(int.from_bytes(one) for one in hashes) % _MODULUS
    return total.to_bytes(DIGEST_BYTES)


def fetch_base(cursor: sqlite3.Cursor, stream: str) -> int:
    """Up to this seq events may be in the archive alone."""
    base: int = cursor.execute(BASE, (stream,)).fetchone()[0]
    return base


def insert_range(cursor: sqlite3.Cursor, sealed: Range, at: int) -> None:
    cursor.execute(_INSERT, (sealed.stream, sealed.last, sealed.first, sealed.digest, at))


def keep_hash(cursor: sqlite3.Cursor, stream: str, seq: int) -> None:
    """Before a redaction rewrites this event: note its hash, if it lies in a range."""
    if seq <= fetch_base(cursor, stream):
        (body,) = cursor.execute(_FIND_BODY, (stream, seq)).fetchone()
        cursor.execute(_KEEP_HASH, (stream, seq, hash_event(seq, without_room(body))))


def settle_hash(cursor: sqlite3.Cursor, stream: str, seq: int, body: bytes) -> None:
    """The event's row goes, and this is what the archive has: if it was rewritten, its range is of a new digest."""
    row = cursor.execute(_FIND_HASH, (stream, seq)).fetchone()
    if row is None:
        return
    last, digest = cursor.execute(_RANGE_OF, (stream, seq)).fetchone()
    total = int.from_bytes(digest) - int.from_bytes(row[0]) + int.from_bytes(hash_event(seq, body))
    cursor.execute(_UPDATE, ((total % _MODULUS).to_bytes(DIGEST_BYTES), stream, last))
    cursor.execute(_DROP_HASH, (stream, seq))


def delete_ranges(cursor: sqlite3.Cursor, stream: str) -> None:
    """All of the stream's events have rows again."""
    cursor.execute(_DELETE_RANGES, (stream,))
    cursor.execute(_DELETE_HASHES, (stream,))
