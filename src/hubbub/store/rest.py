"""How an event's bytes lie in the table: the JSON that travels, and spaces behind it (RFC 8259 allows them).

A redacted event takes exactly the room of the one it replaces, so that SQLite overwrites it where it lies. Anything
else moves rows between pages, and what a page held before stays in its unused part, `secure_delete` or not: that wipes
what is deleted, not the copies that reorganising a tree leaves behind. For the same reason the table of events only
ever grows at its end.
"""

from __future__ import annotations

from typing import Final

# The mark of redaction may take this much more than the shortest content did.
ROOM: Final = 8


def with_room(body: bytes) -> bytes:
    """An event as it is first written."""
    return body + b" " * ROOM


def without_room(body: bytes) -> bytes:
    """The bytes that travel."""
    return body.rstrip(b" ")
