"""The port `Search` on SQLite's FTS5: bounded in time, on threads and connections of its own.

Best first: of the `COUNTED` newest that match, by BM25 (FTS5's, over the words alone) and recency as finding.py says.
For more, a query would have to look at every message that has a common word.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

from hubbub.domain.finding import COUNTED, Counts, Found, Hit, Page, Scope, recency
from hubbub.domain.query import Query, Span
from hubbub.errors import Refused, StoreError
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.search_counts import count
from hubbub.store.search_file import SHIFT, error_kind, open_search_reader
from hubbub.store.search_follower import SearchFollower
from hubbub.store.search_index import fetch_head
from hubbub.store.search_spelling import fetch_similar
from hubbub.store.search_sql import Where, where

Row: TypeAlias = tuple[int, int, int, int, int, int, float]
"""id, channel, number, author, at, seq, relevance."""

# Of SQLite's virtual machine, between two looks at the clock: about a millisecond.
_OPERATIONS: Final = 10_000
# The share of its time a search waits for what was committed just before.
_WAIT_SHARE: Final = 0.5
_ROWS: Final = "SELECT docs.id, docs.channel, docs.number, docs.author, docs.at, docs.seq, {relevance} {where} {order}"
T = TypeVar("T")


@dataclass(slots=True)
class _Reader:
    """`log` tells how far the follower has to be, `index` is searched; opened on first use."""

    log: sqlite3.Connection | None = None
    index: sqlite3.Connection | None = None
    generation: int = 0

    def open_log(self, directory: Path) -> sqlite3.Connection:
        if self.log is None:
            self.log = open_reader(directory / DATABASE)
        return self.log

    def open_index(self, follower: SearchFollower) -> sqlite3.Connection:
        """Anew, when it was made anew."""
        if self.index is None or self.generation != follower.generation:
            if self.index is not None:
                self.index.close()
            self.generation = follower.generation
            self.index = open_search_reader(follower.path)
        return self.index

    def close(self) -> None:
        for connection in (self.log, self.index):
            if connection is not None:
                connection.close()


class SqliteSearch:
    """`threads` search at once, `waiting` may wait for them."""

    def __init__(self, directory: Path, follower: SearchFollower, threads: int = 2, waiting: int = 32) -> None:
        self._directory = directory
        self._follower = follower
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hubbub-searching")
        self._readers: SimpleQueue[_Reader] = SimpleQueue()
        for _ in range(threads):
            self._readers.put(_Reader())
        self._free = threads + waiting
        self._closing = False

    async def search(self, query: Query, scope: Scope, page: Page) -> Found:
        return await self._run(
            page.seconds, lambda index, caught_up: _Searching(index, query, scope, page, caught_up)()
        )

    async def fetch_similar(self, token: str, scope: Scope, most: int) -> list[str]:
        return await self._run(1.0, lambda index, _: fetch_similar(index, token, scope, most))

    async def close(self) -> None:
        self._closing = True
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)
        while not self._readers.empty():
            self._readers.get().close()

    async def _run(self, seconds: float, work: Callable[[sqlite3.Connection, bool], T]) -> T:
        if self._closing:
            raise Refused("shutting_down")
        if self._free <= 0:
            raise Refused("busy", "Too many people are searching right now.", retry_after=1)
        self._free -= 1
        deadline = time.monotonic() + seconds
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._work, deadline, work)
        finally:
            self._free += 1

    def _work(self, deadline: float, work: Callable[[sqlite3.Connection, bool], T]) -> T:
        """On a thread of the pool."""
        reader = self._readers.get()
        try:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Refused("search_slow")
            head = fetch_head(reader.open_log(self._directory))
            caught_up = self._follower.wait_until(head, left * _WAIT_SHARE) and self._follower.whole
            index = reader.open_index(self._follower)
            index.set_progress_handler(lambda: time.monotonic() > deadline, _OPERATIONS)
            index.execute("BEGIN")
            try:
                return work(index, caught_up)
            finally:
                index.set_progress_handler(None, 0)
                index.execute("ROLLBACK")
        except (sqlite3.Error, StoreError) as error:
            reader.close()
            reader.log = reader.index = None
            interrupted = error_kind(error) == sqlite3.SQLITE_INTERRUPT
            raise Refused("search_slow" if interrupted else "search_failed") from error
        finally:
            self._readers.put(reader)


class _Searching:
    """One search in one read transaction."""

    def __init__(self, connection: sqlite3.Connection, query: Query, scope: Scope, page: Page, caught_up: bool) -> None:
        self._connection = connection
        self._query = query
        self._scope = scope
        self._page = page
        self._caught_up = caught_up
        self._ulids: dict[int, str] = {}

    def __call__(self) -> Found:
        all_of = where(self._connection, self._query, self._scope, Span())
        if all_of is None:
            return Found("sqlite", (), 0, exact=self._caught_up, more=False)
        rows = self._fetch(all_of, COUNTED + 1)
        hits = self._newest(rows) if self._page.order == "newest" else self._best(rows)
        counted = rows[:COUNTED]
        return Found(
            engine="sqlite",
            hits=tuple(hits[: self._page.limit]),
            total=len(counted),
            exact=self._caught_up and len(rows) <= COUNTED,
            more=len(hits) > self._page.limit,
            counts=self._count(counted),
        )

    def _fetch(self, place: Where, limit: int) -> list[Row]:
        """The newest first, with how well each fits where that is wanted."""
        best = place.matched and self._page.order == "best"
        sql = _ROWS.format(
            relevance="-bm25(found, 1.0, 0.0)" if best else "1.0", where=place.sql, order=place.newest_first
        )
        return self._connection.execute(f"{sql} LIMIT ?", (*place.parameters, limit)).fetchall()

    # --- newest first -----------------------------------------------------------------------------------------

    def _newest(self, rows: list[Row]) -> list[Hit]:
        """One more than the page holds, if there is.

        Which of one millisecond's messages come first is not the order of ids: the first and the last moment of a page
        are taken whole, then put in order.
        """
        after, wanted = self._page.after, self._page.limit + 1
        if after is not None:
            rows = self._fetch_span(Span(until=after.at), wanted)
        found = set(rows[:wanted])
        if len(rows) >= wanted:
            found.update(self._fetch_moment(rows[wanted - 1][4]))
        if after is not None:
            found.update(self._fetch_moment(after.at))
        hits = sorted((self._hit(row, 0.0) for row in found), key=_by_time, reverse=True)
        return [hit for hit in hits if after is None or _by_time(hit) < (after.at, after.channel, after.number)]

    def _fetch_moment(self, at: int) -> list[Row]:
        return self._fetch_span(Span(at, at + 1), 1 << SHIFT)

    def _fetch_span(self, span: Span, limit: int) -> list[Row]:
        place = where(self._connection, self._query, self._scope, span)
        return self._fetch(place, limit) if place else []

    # --- best first -------------------------------------------------------------------------------------------

    def _best(self, rows: list[Row]) -> list[Hit]:
        """One more than the page holds, if there is. Hits are made of these alone: the others are thousands."""
        now, ulid, after, wanted = self._page.now, self._ulid, self._page.after, self._page.limit + 1
        scored = [(row[6] * recency(row[4], now), row[4], ulid(row[1]), row[2], row[5]) for row in rows[:COUNTED]]
        if after is None:
            return [_hit_of(*best) for best in nlargest(wanted, scored)]
        scored.sort(reverse=True)
        # What was posted since has changed all scores a little: go on behind the hit itself, if it is still there.
        begin = next(
            (place for place, best in enumerate(scored, 1) if best[2:4] == (after.channel, after.number)), None
        )
        if begin is None:
            position = (after.score, after.at, after.channel, after.number)
            begin = next((place for place, best in enumerate(scored) if best[:4] < position), len(scored))
        return [_hit_of(*best) for best in scored[begin : begin + wanted]]

    # --- names ------------------------------------------------------------------------------------------------

    def _hit(self, row: Row, score: float) -> Hit:
        return Hit(self._ulid(row[1]), row[2], row[5], row[4], score)

    def _count(self, rows: list[Row]) -> Counts:
        if not rows:
            return Counts()
        _, channels, _, authors, times, _, _ = zip(*rows, strict=True)
        return count(channels, authors, times, self._ulid, self._page.zone)

    def _ulid(self, number: int) -> str:
        ulid = self._ulids.get(number)
        if ulid is None:
            ulid = self._connection.execute("SELECT ulid FROM names WHERE id = ?", (number,)).fetchone()[0]
            self._ulids[number] = ulid
        return ulid


def _by_time(hit: Hit) -> tuple[Any, ...]:
    return hit.at, hit.channel, hit.number


def _hit_of(score: float, at: int, channel: str, number: int, seq: int) -> Hit:
    return Hit(channel, number, seq, at, score)
