"""The one thread that writes: it gathers what waits into transactions, commits, and tells the loop.

Invariants:
1. Items are carried out in the order of `submit`, each exactly once unless the commit it was in failed.
2. Nothing is answered or handed to `on_commit` before its commit; commits reach the loop in order, one call each, in
   the same turn as their answers and behind them.
3. A refused or failing item changes nothing and harms no neighbour. When the database itself fails (disk full, I/O
   error), all items of the transaction are answered `store_failed`, what was remembered is forgotten, and the thread
   goes on with the next.
4. At most `limits.queue` items wait, at most `limits.batch` go into one transaction.

Deleted text: `secure_delete` wipes it from the database file, but older frames stay in the write-ahead log until that
is truncated, so after a redaction the thread truncates it as soon as it is idle, and at the end.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread
from time import perf_counter
from typing import Any, Final, Generic, TypeAlias, TypeVar

import structlog

from hubbub.errors import Refused
from hubbub.metrics.commits import Commits
from hubbub.protocol.batch import Batch
from hubbub.store.bell import Bell
from hubbub.store.engine import BUSY_TIMEOUT
from hubbub.store.ledger import Ledger
from hubbub.store.limits import StoreLimits
from hubbub.store.troubles import Troubles

OnCommit: TypeAlias = Callable[[Sequence[Batch]], None]

# Seconds without work after which a write-ahead log that holds deleted text is truncated.
IDLE: Final = 1.0
# Failures of the database, not of one item: doing the items one by one would only fail as often.
_DATABASE_TROUBLE: Final = (sqlite3.OperationalError, sqlite3.InternalError, sqlite3.NotSupportedError)

T = TypeVar("T")
A = TypeVar("A")

_log = structlog.get_logger("hubbub.store")


@dataclass(slots=True, eq=False)
class Item(Generic[A, T]):
    """One piece of work for the writer and who waits for it."""

    work: Callable[[Ledger, A], T]
    argument: A
    waiter: asyncio.Future[T]


Outcome: TypeAlias = tuple["Item[Any, Any]", Any, BaseException | None]


class _HalfWritten(Exception):
    """An item was refused after its first write: the transaction cannot be kept."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(str(refused))


class Writer:
    """Owns `connection` from now on. Made, and its async methods called, on the running loop."""

    def __init__(self, connection: sqlite3.Connection, limits: StoreLimits, on_commit: OnCommit) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._cursor = connection.cursor()
        self._ledger = Ledger(self._cursor, limits)
        self._limits = limits
        self._on_commit = on_commit
        self._items: deque[Item[Any, Any]] = deque()
        self._bell = Bell()
        self.commits = Commits()
        self._failed_commits = Troubles(_log, "commit_failed")
        self._failed_rollbacks = Troubles(_log, "rollback_failed")
        self._waiting = 0
        self._rung = False
        self._closing = False
        self._stopped = False
        self._thread = Thread(target=self._run, name="hubbub-writer", daemon=True)
        self._thread.start()

    # --- on the loop ------------------------------------------------------------------------------------------

    def submit(self, work: Callable[[Ledger, A], T], argument: A) -> asyncio.Future[T]:
        """Queue `work(ledger, argument)` for the next transaction. Raises `busy`, `shutting_down`."""
        if self._closing:
            raise Refused("shutting_down")
        if self._waiting >= self._limits.queue:
            raise Refused("busy")
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._waiting += 1
        self._items.append(Item(work, argument, waiter))
        if not self._rung:
            # Once a turn of the loop: all that came in with one poll goes into one transaction.
            self._rung = True
            self._loop.call_soon(self._ring)
        return waiter

    @property
    def waiting(self) -> int:
        """How many items are not answered yet."""
        return self._waiting

    @property
    def closed(self) -> bool:
        """Whether nothing is taken any more: it was told so, or its thread has failed."""
        return self._closing

    def _ring(self) -> None:
        self._rung = False
        self._bell.ring()

    def _settle(self, outcomes: list[Outcome], batches: list[Batch]) -> None:
        self._waiting -= len(outcomes)
        for item, result, error in outcomes:
            if item.waiter.done():  # nobody waits any more; what is committed stays
                continue
            if error is not None:
                item.waiter.set_exception(error)
            else:
                item.waiter.set_result(result)
        if batches:
            # In this turn still, but behind the answers, which were queued just now: whoever posted waits for one.
            self._loop.call_soon(self._on_commit, batches)

    def refuse(self) -> None:
        """From now on `submit` raises `shutting_down`; what is queued is still committed."""
        if not self._closing:
            self._closing = True
            self._bell.ring()

    async def close(self, drain: float) -> None:
        """Commit what is queued within `drain` seconds, answer the rest `shutting_down`, close the connection."""
        self.refuse()
        stop = self._loop.call_later(drain, self._stop)
        await asyncio.to_thread(self._thread.join)
        stop.cancel()
        self._bell.close()

    def _stop(self) -> None:
        self._stopped = True

    # --- on the writer's thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._closing:
                self._wait()
                self._work()
            self._work()
            self._truncate()
        except BaseException:
            # Nobody may wait for a thread that is gone.
            self._closing = True
            _log.critical("writer_failed", exc_info=True)
            raise
        finally:
            self._failed_commits.tell()
            left = list(self._items)
            self._items.clear()
            self._tell([(item, None, Refused("shutting_down")) for item in left], [])
            self._connection.close()

    def _work(self) -> None:
        while self._items and not self._stopped:
            self._commit(self._take())

    def _wait(self) -> None:
        rung = self._bell.wait(self._has_work, IDLE if self._ledger.redacted else None)
        if not rung and self._truncate():
            self._ledger.redacted = False

    def _has_work(self) -> bool:
        return self._closing or bool(self._items)

    def _take(self) -> list[Item[Any, Any]]:
        items = self._items
        return [items.popleft() for _ in range(min(len(items), self._limits.batch))]

    def _commit(self, items: list[Item[Any, Any]]) -> None:
        began = perf_counter()
        try:
            outcomes = self._carry_out(items)
        except _DATABASE_TROUBLE as error:
            self._give_up(items, error)
        except Exception as error:
            # One item broke something; who did is found by doing each in a transaction of its own.
            if len(items) == 1:
                self._give_up(items, error)
                return
            self._roll_back()
            for item in items:
                self._commit([item])
        else:
            seconds = perf_counter() - began
            self._tell(outcomes, self._ledger.take_batches())
            self.commits.note(len(items), seconds)  # behind the answers, which somebody waits for
            if self._failed_commits.untold:
                self._failed_commits.tell_in_time()

    def _carry_out(self, items: list[Item[Any, Any]]) -> list[Outcome]:
        ledger = self._ledger
        self._cursor.execute("BEGIN IMMEDIATE")
        outcomes: list[Outcome] = []
        for item in items:
            writes = ledger.writes
            try:
                outcomes.append((item, item.work(ledger, item.argument), None))
            except Refused as refused:
                if ledger.writes != writes:
                    raise _HalfWritten(refused) from refused
                outcomes.append((item, None, refused))
        ledger.flush()
        self._cursor.execute("COMMIT")
        return outcomes

    def _give_up(self, items: list[Item[Any, Any]], error: Exception) -> None:
        self._roll_back()
        if isinstance(error, _HalfWritten):
            self._tell([(item, None, error.refused) for item in items], [])
            return
        self.commits.failed += 1
        self._failed_commits.note(error)
        outcomes: list[Outcome] = []
        for item in items:
            refused = Refused("store_failed" if isinstance(error, sqlite3.Error) else "internal")
            refused.__cause__ = error
            outcomes.append((item, None, refused))
        self._tell(outcomes, [])

    def _roll_back(self) -> None:
        self._ledger.forget()
        try:
            if self._connection.in_transaction:
                self._cursor.execute("ROLLBACK")
        except sqlite3.Error as error:
            self._failed_rollbacks.note(error)

    def _tell(self, outcomes: list[Outcome], batches: list[Batch]) -> None:
        if outcomes:
            self._loop.call_soon_threadsafe(self._settle, outcomes, batches)

    def _truncate(self) -> bool:
        """Move the write-ahead log into the database and empty it; False while a reader still needs it.

        Does not wait for readers (a verify may take minutes): posts would wait with it.
        """
        try:
            self._cursor.execute("PRAGMA busy_timeout = 0")
            busy = self._cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
        except sqlite3.Error as error:
            _log.warning("checkpoint_failed", exc_info=error)
            return False
        return not busy
