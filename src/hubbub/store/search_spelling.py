"""Words that are spelled nearly like another, of those that are said within a scope."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from hubbub.domain.finding import CANDIDATES, Scope
from hubbub.domain.query import Query, Span, Term
from hubbub.domain.spelling import distance, edits
from hubbub.store.search_sql import where

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

_IS_SAID: Final = "SELECT 1 FROM found WHERE found MATCH ? LIMIT 1"
_BEGINNING: Final = "SELECT DISTINCT term FROM vocabulary WHERE term >= ? AND term < ? AND col = 'words' LIMIT ?"


def fetch_similar(connection: sqlite3.Connection, token: str, scope: Scope, most: int) -> list[str]:
    """The nearest first, then those that most messages within `scope` have."""
    if not (_MIN <= len(token) <= _LONGEST and token.isascii() and token.isalpha()):
        return []
    found = _count_all(connection, _one_slip_away(connection, token), scope)
    if not found and len(token) >= _TWO_SLIPS_FROM:
        found = _count_all(connection, _two_slips_away(connection, token), scope)
    return sorted(found, key=lambda term: (-found[term], term))[:most]


def _one_slip_away(connection: sqlite3.Connection, token: str) -> list[str]:
    near = (word for word in sorted(set(edits(token)) - {token}) if len(word) >= _MIN)
    return [word for word in near if connection.execute(_IS_SAID, (f'words : "{word}"',)).fetchone()]


def _two_slips_away(connection: sqlite3.Connection, token: str) -> list[str]:
    begin = token[:_SAME_BEGINNING]
    words = connection.execute(_BEGINNING, (begin, begin + "\U0010ffff", _LOOKED_AT))
    return [word for (word,) in words if word != token and distance(token, word, 2) == 2]


def _count_all(connection: sqlite3.Connection, words: Sequence[str], scope: Scope) -> dict[str, int]:
    """How many messages within `scope` have each, counted up to `_COUNTED`; without those that none has."""
    counted = {word: _count(connection, word, scope) for word in words[:CANDIDATES]}
    return {word: count for word, count in counted.items() if count}


def _count(connection: sqlite3.Connection, word: str, scope: Scope) -> int:
    place = where(connection, Query(terms=(Term((word,)),)), scope, Span())
    if place is None:
        return 0
    sql = f"SELECT count(*) FROM (SELECT 1 {place.sql} LIMIT ?)"
    return int(connection.execute(sql, (*place.parameters, _COUNTED)).fetchone()[0])
