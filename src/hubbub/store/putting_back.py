"""Archived events get rows again: for a change of what they say, or for good.

Between fetching them and this moment others may have changed the same things, and what they said may have gone into the
archive in its new form. So:

Invariants:
1. Only what the database knows as archived gets a row: a search server that knows more of a stream than the log does
   (the data folder came from an older backup) adds nothing to it.
2. What has a row keeps it as it is.
3. No event comes back with what was deleted. One that still has it was fetched too early: as it has no row, the archive
   was proven to have it without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hubbub.protocol import codec
from hubbub.protocol.archive import ArchivedEvent
from hubbub.store import archive_ranges
from hubbub.store.ledger import Ledger
from hubbub.store.rest import with_room
from hubbub.store.wiping import find_deleted, messages_shown

_HERE: Final = "SELECT 1 FROM events WHERE stream = ? AND seq = ?"


@dataclass(slots=True)
class PutBack:
    """`count`: how many had no row. `stale`: those (stream and seq) that must be fetched again, and got none."""

    count: int = 0
    stale: set[tuple[str, int]] = field(default_factory=set)


def put_back(ledger: Ledger, events: Iterable[tuple[str, ArchivedEvent]]) -> PutBack:
    """Give these (each with its stream) rows, at the end of the table, in their order."""
    ledger.flush()
    done = PutBack()
    bases: dict[str, int] = {}
    rows: list[tuple[str, int, int | None, bytes]] = []
    for stream, event in events:
        base = bases.get(stream)
        if base is None:
            base = bases[stream] = archive_ranges.fetch_base(ledger.cursor, stream)
        if event.seq > base or ledger.cursor.execute(_HERE, (stream, event.seq)).fetchone():
            continue
        if _is_stale(ledger.cursor, event.body):
            done.stale.add((stream, event.seq))
        else:
            rows.append((stream, event.seq, event.about, with_room(event.body)))
    done.count = ledger.put_back(rows)
    return done


def _is_stale(cursor: sqlite3.Cursor, body: bytes) -> bool:
    return bool(find_deleted(cursor, set(messages_shown(codec.decode_event(body)))))
