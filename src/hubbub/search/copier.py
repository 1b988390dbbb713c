"""Copying the log into one generation of indices, slice by slice; what following and reindexing share.

Invariant: at most two slices are held, the one being written and the next one, which is read and made into documents on
a thread of its own meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hubbub.protocol.feed import Mark, Slice
from hubbub.search.bulk import Bulk, Operation
from hubbub.search.documents import make_operations
from hubbub.search.template import Names

A = TypeVar("A")
T = TypeVar("T")


class Feed(Protocol):
    """The log; every method blocks, and raises `StoreError`."""

    def locate(self, mark: Mark | None) -> int: ...

    def locate_old(self, mark: Mark | None) -> int: ...

    def read(self, after: Mark | None, limit: int) -> Slice: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A slice, and what has to be written for it."""

    piece: Slice
    operations: list[Operation]


class Copier:
    """`mark` is where the copy ends, `position` that as a number that grows with the log, `head` the log's own end when
    it was last looked at."""

    def __init__(self, feed: Feed, names: Names, bulk: Bulk, *, limit: int) -> None:
        self._feed = feed
        self._names = names
        self._bulk = bulk
        self._limit = limit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hubbub-indexer")
        self._ahead: asyncio.Task[Prepared] | None = None
        self.generation = 1
        self.mark: Mark | None = None
        self.position = 0
        self.head = 0

    @property
    def refused(self) -> int:
        """Documents that were given up so far."""
        return self._bulk.tally.lost

    async def start(self, generation: int, mark: Mark | None) -> None:
        """From now on copy what is behind `mark` into `generation`."""
        await self._forget_ahead()
        position = await self._locate(mark)
        # All at once: how far another generation went says nothing of this one.
        self.generation, self.position = generation, position
        self.mark = mark if position else None

    async def step(self) -> bool:
        """Copy one slice, however long the server takes; False when there was none."""
        ahead = self._ahead or self._read_ahead(self.mark)
        self._ahead = ahead
        prepared = await asyncio.shield(ahead)
        self._ahead = None
        piece = prepared.piece
        self.head = piece.position + piece.behind
        if piece.empty:
            return False
        if piece.behind:
            self._ahead = self._read_ahead(piece.mark)
        await self._bulk.write(prepared.operations)
        self.mark, self.position = piece.mark, piece.position
        return True

    async def earlier(self, own: Mark | None, theirs: Mark | None) -> Mark | None:
        """The mark to start from; one that names nothing is the beginning.

        `own` is the store's, whose event is never archived while it names it; `theirs` was kept with the documents, and
        may be of any age.
        """
        if own == theirs:
            return own
        first, second = await self._locate(own), await self._run(self._feed.locate_old, theirs)
        if not first or not second:
            return None
        return own if first <= second else theirs

    async def close(self) -> None:
        await self._forget_ahead()
        self._thread.shutdown()
        self._feed.close()

    async def _forget_ahead(self) -> None:
        if self._ahead is not None:
            await asyncio.wait([self._ahead])
            self._ahead = None

    def _read_ahead(self, after: Mark | None) -> asyncio.Task[Prepared]:
        return asyncio.get_running_loop().create_task(self._prepare(after))

    async def _prepare(self, after: Mark | None) -> Prepared:
        return await self._run(self._read, after)

    def _read(self, after: Mark | None) -> Prepared:
        piece = self._feed.read(after, self._limit)
        return Prepared(piece, make_operations(piece, self._names, self.generation))

    async def _locate(self, mark: Mark | None) -> int:
        return await self._run(self._feed.locate, mark)

    async def _run(self, work: Callable[[A], T], argument: A) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, argument)
