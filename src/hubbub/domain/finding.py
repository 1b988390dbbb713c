"""What an engine is asked and what it answers. The same for every engine: SQL, Elasticsearch, OpenSearch.

Invariants:
1. `Scope` comes from the store at the time of asking and from nowhere else; an engine finds nothing outside it.
2. A `Hit` is a place, never a text: what is shown comes from the store afterwards, where each hit is checked once more.
3. Hits are in a total order: newest first is (at, channel, number) descending, best first (score, at, channel, number)
   descending. `Page.after` continues behind one; the same question with the same `now` gives the same order.

Times are milliseconds since 1970, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final, Literal, TypeAlias

Order: TypeAlias = Literal["best", "newest"]
EngineName: TypeAlias = Literal["sqlite", "elasticsearch", "opensearch"]

# Facets name no more than so many of a kind, the most frequent first.
MOST_COUNTS: Final = 20
# So many words that are spelled nearly like another are looked for within a scope.
CANDIDATES: Final = 50
# An engine need not count further than this: beyond it `Found.total` is what it has counted, and `exact` is False.
COUNTED: Final = 10_000
# What recency adds at most to a hit's relevance, as a share of it, and after how many days half of that is left:
# score = relevance * (1 + RECENCY_SHARE * 0.5 ** (age / RECENCY_DAYS)), age counted from `Page.now`.
RECENCY_SHARE: Final = 0.5
RECENCY_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and by whom, in ids. `channels` are those the asker may read, already narrowed by `in:`: nothing else may
    be found. `authors` None: by anybody."""

    channels: frozenset[str]
    authors: frozenset[str] | None = None
    not_authors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Position:
    """A hit's place in the order. `score` is 0 where the order is by time."""

    score: float
    at: int
    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    """`now`: recency counts from here; it stays the same from page to page. `zone`: in which months are counted.
    `seconds`: raise `search_slow` when it takes longer."""

    order: Order
    limit: int
    now: int
    zone: tzinfo
    seconds: float
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A message's place: the `number` in its channel, and the `seq` of the event with the text that was found."""

    channel: str
    number: int
    seq: int
    at: int
    score: float

    @property
    def position(self) -> Position:
        return Position(self.score, self.at, self.channel, self.number)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of what was found are in which channel, by whom (ids), and in which month (`2026-11`); at most
    `MOST_COUNTS` each, the most frequent first, months newest first."""

    channels: tuple[tuple[str, int], ...] = ()
    authors: tuple[tuple[str, int], ...] = ()
    months: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `exact` False: there are at least `total`. `more`: there are hits behind the last one. `total` and
    `counts` are of all pages, on each of them."""

    engine: EngineName
    hits: tuple[Hit, ...]
    total: int
    exact: bool
    more: bool
    counts: Counts = field(default_factory=Counts)


def recency(at: int, now: int) -> float:
    """What a hit's relevance is multiplied with: 1, and up to half as much again for what is new."""
    age = max(0, now - at) / _DAY
    return float(1 + RECENCY_SHARE * 0.5 ** (age / RECENCY_DAYS))


_DAY: Final = 86_400_000
