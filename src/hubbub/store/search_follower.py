"""The thread that keeps the embedded search's index up with the log, and its file clean.

It is a follower like all others: it reads what was committed, from a connection of its own, and writes a file of its
own, so no post ever waits for it. What it can take from posts is the interpreter and the disk: so it works when nothing
has been committed for `QUIET` seconds, or when it is `BEHIND` events behind, then for a twentieth of the time only, in
slices of a millisecond or so; a hundredth, while so many are posted that it could not keep up anyhow; a quarter, where
it is further behind than a search would wait for. Who searches does not wait for quiet: `wait_until` has it work at
once and without pause.

What is in the archive alone has no rows: search_filling.py takes it in when there is nothing else to do.

Invariants:
1. Only the thread touches its two connections; `checkpoint` is what of the log can be found. It only grows, but where
   the file is made anew (`generation`).
2. Whatever goes wrong with the file, the server goes on: it is tried again, and a damaged file is made anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Condition, Thread
from typing import Final

import structlog

from hubbub.protocol.archive import Archive, ArchivedEvent
from hubbub.store.bell import Bell
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.search_cleaning import clean, is_unclean
from hubbub.store.search_file import SEARCH, delete_search_file, error_kind, open_search_file
from hubbub.store.search_filling import Filler
from hubbub.store.search_index import Indexer, fetch_checkpoint, fetch_head

# Seconds.
QUIET: Final = 0.05
LOOK: Final = 0.1
CLEAN_AFTER: Final = 1.0
TRY_AGAIN: Final = 5.0
REPAIR_EVERY: Final = 60.0
# Events.
BEHIND: Final = 2_000
FAR_BEHIND: Final = 1_000_000
SLICE: Final = 256
SLICE_AMONG_POSTS: Final = 16
# Events a second: a twentieth of the time is worth a third of that many.
BUSY: Final = 2_000
# While posts come, so many times as long as a slice took is left to them; fewer when far behind, more among very many.
_PAUSE: Final = 19
_SHORT_PAUSE: Final = 3
_LONG_PAUSE: Final = 99
# So many times as long as cleaning took, none is begun.
_CLEAN_PAUSE: Final = 20

# Of SQLite's extended error codes, what they all are kinds of.
# FTS5 writes over what it finds empty: a constraint that fails says that its pieces do not fit together.
_DAMAGED: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT))

_log = structlog.get_logger("hubbub.store")


class Pace:
    """How much of its time the follower leaves to posts that come meanwhile."""

    def __init__(self, head: int, now: float) -> None:
        self._head = head
        self._at = now

    def pause(self, head: int, now: float, checkpoint: int) -> int:
        """So many times as long as a slice took. `head`: the log's last event, `now`: seconds, `checkpoint`: the last
        one that can be found."""
        rate = (head - self._head) / max(now - self._at, 0.001)
        self._head, self._at = head, now
        if head - checkpoint >= FAR_BEHIND:
            return _SHORT_PAUSE
        return _LONG_PAUSE if rate >= BUSY else _PAUSE


class SearchFollower:
    """Begins at once, on its own thread. Made, and `notice` and `close` called, on the running loop."""

    def __init__(
        self,
        directory: Path,
        epoch: str,
        now: Callable[[], float] = time.monotonic,
        archive: Archive | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.path = directory / SEARCH
        self._database = directory / DATABASE
        self._epoch = epoch
        self._now = now
        self._archive = archive
        # False while messages may be missing that are in the archive alone.
        self.whole = archive is None
        self._bell = Bell()
        self._moved = Condition()
        self.checkpoint = 0
        # Counts how often the file was made anew: readers must open it again.
        self.generation = 0
        self._events = 0
        self._awaited = 0
        self._wanted = True
        self._timer: asyncio.TimerHandle | None = None
        self._last_commit = 0.0
        self._clean_at = 0.0
        self._repaired_at = -REPAIR_EVERY
        self._closing = False
        self._deadline = 0.0
        self._thread = Thread(target=self._run, name="hubbub-search", daemon=True)
        self._thread.start()

    # --- on the loop ------------------------------------------------------------------------------------------

    def notice(self, events: int) -> None:
        """So many events have just been committed."""
        self._events += events
        self._last_commit = self._now()
        if self._timer is None:
            self._timer = self._loop.call_later(LOOK, self._look)

    def _look(self) -> None:
        if self._now() - self._last_commit < QUIET and self._events < BEHIND:
            self._timer = self._loop.call_later(LOOK, self._look)
            return
        self._timer = None
        self._events = 0
        self._wake()

    async def close(self, drain: float) -> None:
        """Take in what was committed, and clean, as far as `drain` seconds reach."""
        if self._timer is not None:
            self._timer.cancel()
        self._deadline = self._now() + drain
        self._closing = True
        self._wake()
        with self._moved:
            self._moved.notify_all()
        await asyncio.to_thread(self._thread.join)
        self._bell.close()

    # --- on any thread ----------------------------------------------------------------------------------------

    def wait_until(self, checkpoint: int, seconds: float) -> bool:
        """Whether all up to that event can be found, after at most so many seconds."""
        if self._has(checkpoint):
            return True
        deadline = self._now() + seconds
        with self._moved:
            self._awaited += 1
            try:
                self._wake()
                while not (self._has(checkpoint) or self._closing) and (left := deadline - self._now()) > 0:
                    self._moved.wait(left)
            finally:
                self._awaited -= 1
        return self._has(checkpoint)

    def _has(self, checkpoint: int) -> bool:
        """Not while there is no file yet."""
        return self.generation > 0 and self.checkpoint >= checkpoint

    def _wake(self) -> None:
        self._wanted = True
        self._bell.ring()

    # --- on its own thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                self._follow()
            except Exception as error:  # whatever it is: without this thread nothing new would ever be found
                _log.error("search_index_failed", exc_info=error)
                self._repair(error)
            if self._closing:
                return

    def _repair(self, error: Exception) -> None:
        """Make a damaged file anew at once; anything else (a full disk) is tried again later, whoever rings."""
        if error_kind(error) in _DAMAGED:
            with contextlib.suppress(OSError):  # tried again, like the rest
                delete_search_file(self.path)
            began, self._repaired_at = self._repaired_at, self._now()
            if self._repaired_at - began > REPAIR_EVERY:
                return
        until = self._now() + TRY_AGAIN
        while not self._closing and (left := until - self._now()) > 0:
            self._bell.wait(lambda: self._closing, left)

    def _follow(self) -> None:
        index = open_search_file(self.path, self._epoch)
        try:
            log = open_reader(self._database)
            try:
                with self._moved:
                    self.checkpoint = fetch_checkpoint(index)
                    self.generation += 1
                    self._moved.notify_all()
                indexer = Indexer(index, log)
                filler = Filler(index, log, indexer, self._ask if self._archive is not None else None, self._now)
                try:
                    self._work(index, indexer, filler, lambda: fetch_head(log))
                finally:
                    filler.close()
            finally:
                log.close()
        finally:
            index.close()

    def _work(self, index: sqlite3.Connection, indexer: Indexer, filler: Filler, head: Callable[[], int]) -> None:
        while not self._closing:
            self._wanted = False
            self._catch_up(indexer, head)
            if self._fill(filler):
                continue
            clean_in = max(self._clean_at - self._now(), CLEAN_AFTER) if is_unclean(index) else None
            fill_in = filler.wait()
            timeout = min((seconds for seconds in (clean_in, fill_in) if seconds is not None), default=None)
            began = self._now()
            rung = self._bell.wait(self._is_wanted, timeout)
            if not rung and clean_in is not None and self._now() - began >= clean_in:
                self._clean(index, self._is_wanted)
        self._catch_up(indexer, head)
        if is_unclean(index):
            self._clean(index, self._is_late)

    def _is_wanted(self) -> bool:
        return self._wanted or self._closing

    def _is_late(self) -> bool:
        return self._closing and self._now() > self._deadline

    def _catch_up(self, indexer: Indexer, head: Callable[[], int]) -> None:
        pace = Pace(head(), self._now())
        while not self._is_late():
            began, slice_ = self._now(), SLICE_AMONG_POSTS if self._is_polite() else SLICE
            done = indexer.advance(slice_)
            self._tell(done.checkpoint)
            if done.events < slice_:
                return
            if self._is_polite():
                pause = pace.pause(head(), self._now(), done.checkpoint)
                self._bell.wait(lambda: not self._is_polite(), (self._now() - began) * pause)

    def _fill(self, filler: Filler) -> bool:
        """A little of what is in the archive alone; whether there is more to do at once."""
        began = self._now()
        more = filler.step()
        self.whole = filler.whole
        if more and self._is_polite():
            self._bell.wait(lambda: not self._is_polite(), (self._now() - began) * _PAUSE)
        return more

    def _ask(self, stream: str, seqs: Collection[int]) -> Future[Sequence[ArchivedEvent]]:
        """The archive, on the loop."""
        assert self._archive is not None

        async def fetch(archive: Archive) -> Sequence[ArchivedEvent]:
            return await archive.fetch_events(stream, seqs)

        answer = asyncio.run_coroutine_threadsafe(fetch(self._archive), self._loop)
        answer.add_done_callback(lambda _: self._wake())
        return answer

    def _is_polite(self) -> bool:
        """Whether posts come, and nobody waits for this thread."""
        return not self._awaited and not self._closing and self._now() - self._last_commit < QUIET

    def _tell(self, checkpoint: int) -> None:
        if checkpoint != self.checkpoint:
            with self._moved:
                self.checkpoint = checkpoint
                self._moved.notify_all()

    def _clean(self, index: sqlite3.Connection, interrupted: Callable[[], bool]) -> None:
        began = self._now()
        cleaned = clean(index, interrupted)
        now = self._now()
        self._clean_at = now + (now - began) * _CLEAN_PAUSE
        _log.debug("search_cleaned", cleaned=cleaned, seconds=round(now - began, 3))
