"""Words of the index that are spelled nearly like another."""

from __future__ import annotations

import sqlite3
from typing import Final

from hubbub.domain.spelling import distance, edits

# A shorter word has too many others near it.
_MIN: Final = 3
# From here on two slips may be in it, behind its first two letters.
_TWO_SLIPS_FROM: Final = 5
_SAME_BEGINNING: Final = 2
_LONGEST: Final = 24
# How often a word is there is counted so far.
_COUNTED: Final = 100
# Words with the same beginning that are looked at.
_LOOKED_AT: Final = 5_000

_COUNT: Final = "SELECT count(*) FROM (SELECT 1 FROM found WHERE found MATCH ? LIMIT ?)"
_BEGINNING: Final = "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? AND col = 'words' LIMIT ?"


def fetch_similar(connection: sqlite3.Connection, token: str, most: int) -> list[str]:
    """The nearest first, then those that most messages have."""
    if not (_MIN <= len(token) <= _LONGEST and token.isascii() and token.isalpha()):
        return []
    found: dict[str, tuple[int, int]] = {}
    for near in sorted(set(edits(token)) - {token}):
        if count := _count(connection, near):
            found[near] = (1, -count)
    if not found and len(token) >= _TWO_SLIPS_FROM:
        begin = token[:_SAME_BEGINNING]
        for term, count in connection.execute(_BEGINNING, (begin, begin + "\U0010ffff", _LOOKED_AT)):
            if term != token and (slips := distance(token, term, 2)) <= 2:
                found[term] = (slips, -min(count, _COUNTED))
    return sorted(found, key=lambda term: (found[term], term))[:most]


def _count(connection: sqlite3.Connection, token: str) -> int:
    if len(token) < _MIN:
        return 0
    return int(connection.execute(_COUNT, (f'words : "{token}"', _COUNTED)).fetchone()[0])
