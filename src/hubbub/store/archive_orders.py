"""Archiving beside a running server: orders that another process leaves in the database, and a run a day by itself.

The server has the data folder to itself, so `hubbub archive` cannot do the work beside it; it leaves an order in a row
of `meta`, and reads in another how that fares. Both outlive a restart: an order that was not finished is begun again,
which is harmless (archiver.py).

Invariants:
1. Each order ends, and whoever gave it is told how, whatever went wrong with it.
2. A day's run is noted when it has come to its end. One that failed, or died with the server, is made again: at once
   after a start, else after waits that double.
3. An order is not put in the place of another that was not carried out yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from hubbub.errors import HubbubError, StoreError
from hubbub.store.archiver import Archiver, Moved
from hubbub.store.engine import BUSY_TIMEOUT, DATABASE
from hubbub.store.ledger import Ledger
from hubbub.store.readers import Readers
from hubbub.store.writer import Writer

# Seconds between two looks for an order, and between two words on one.
LOOK: Final = 2.0
TELL: Final = 1000
DAY: Final = 24 * 3600 * 1000
# Milliseconds after which what failed is tried again: the first time, and at most.
FIRST_WAIT: Final = 60 * 1000
LONGEST_WAIT: Final = 60 * FIRST_WAIT

_ORDER: Final = "archive:order"
_PROGRESS: Final = "archive:progress"
_RUN: Final = "archive:run"
_FIND: Final = "SELECT value FROM meta WHERE name = ?"
_WRITE: Final = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

_log = structlog.get_logger("hubbub.store")


class Order(msgspec.Struct, frozen=True):
    """Archive what is older than `before` (milliseconds since 1970); None: bring everything back."""

    id: str
    before: int | None


class Told(msgspec.Struct, frozen=True):
    """How the order `id` fares. `error`: why it ended before its end."""

    id: str
    moved: Moved
    done: bool = False
    error: str | None = None


_decode_order: Final = msgspec.json.Decoder(Order).decode
_decode_told: Final = msgspec.json.Decoder(Told).decode


@dataclass(slots=True)
class Backoff:
    """When something that failed is tried again, by a clock in milliseconds."""

    wait: int = 0
    until: int = 0

    def extend(self, now: int) -> None:
        self.wait = min(self.wait * 2 or FIRST_WAIT, LONGEST_WAIT)
        self.until = now + self.wait

    def end(self) -> None:
        self.wait = self.until = 0


class Archivist:
    """Carries out orders. Made, started and stopped on the running loop."""

    def __init__(
        self,
        archiver: Archiver,
        writer: Writer,
        readers: Readers,
        clock: Callable[[], int],
        *,
        older_than_days: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`older_than_days`: what a run a day by itself archives; 0: there is none."""
        self._archiver = archiver
        self._writer = writer
        self._readers = readers
        self._clock = clock
        self._older_than = older_than_days * DAY
        self._sleep = sleep
        self._told_at = 0
        self._orders, self._daily = Backoff(), Backoff()
        self._telling: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """In the middle of whatever it does: the next run goes on."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await self.look()
            await self._sleep(LOOK)

    async def look(self) -> None:
        """Do what there is to do; whatever fails is told in the log."""
        await self._try(self._obey, self._orders)
        if self._older_than:
            await self._try(self._run_daily, self._daily)

    async def _try(self, work: Callable[[], Awaitable[None]], backoff: Backoff) -> None:
        if self._clock() < backoff.until:
            return
        try:
            await work()
        except Exception as error:  # whatever it is: nobody looks after this task
            if isinstance(error, HubbubError):
                _log.warning("archiving_failed", error=str(error))
            else:
                _log.exception("archivist_failed")
            backoff.extend(self._clock())
        else:
            backoff.end()

    async def _obey(self) -> None:
        ordered, told = await self._find(_ORDER), await self._find(_PROGRESS)
        if ordered is not None and not _is_done(order := _decode_order(ordered), told):
            await self._carry_out(order)

    async def _run_daily(self) -> None:
        now = self._clock()
        if now - int(await self._find(_RUN) or 0) < DAY:
            return
        moved = await self._archiver.archive(now - self._older_than)
        await self._write(_RUN, str(now))
        _log.info("archived", events=moved.removed, unproven=len(moved.unproven))

    async def _carry_out(self, order: Order) -> None:
        moved, told = Moved(), None
        try:
            if order.before is None:
                moved = await self._archiver.restore(lambda moved: self._tell(order, moved))
            else:
                moved = await self._archiver.archive(order.before, lambda moved: self._tell(order, moved))
        except HubbubError as error:
            _log.warning("archiving_failed", error=str(error))
            told = str(error)
        except Exception:
            _log.exception("archivist_failed")
            told = "An error of ours: see the server's log."
        await asyncio.gather(*self._telling)  # what was told on the way must not come behind the end
        await self._write(_PROGRESS, _encode(Told(order.id, moved, done=True, error=told)))

    def _tell(self, order: Order, moved: Moved) -> None:
        now = self._clock()
        if now - self._told_at >= TELL and not self._telling:
            self._told_at = now
            task = asyncio.get_running_loop().create_task(self._tell_now(_encode(Told(order.id, moved))))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell_now(self, progress: str) -> None:
        with contextlib.suppress(HubbubError):  # the next word, or the last one, will do
            await self._write(_PROGRESS, progress)

    async def _find(self, name: str) -> str | None:
        async with self._readers.statement() as reader:
            row = await reader.fetch_one(_FIND, (name,))
        return row[0] if row else None

    async def _write(self, name: str, value: str) -> None:
        await self._writer.submit(_write, (name, value))


def _write(ledger: Ledger, row: tuple[str, str]) -> None:
    ledger.writes += 1
    ledger.cursor.execute(_WRITE, row)


def _is_done(order: Order, progress: str | None) -> bool:
    told = _decode_told(progress) if progress is not None else None
    return told is not None and told.id == order.id and told.done


def _encode(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


class Orders:
    """The other side: what another process does beside the server. Blocks; raises `StoreError`."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / DATABASE
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")

    def give(self, order: Order) -> None:
        """Raises `StoreError` also while another order is not carried out."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                ordered, progress = self._find(_ORDER), self._find(_PROGRESS)
                if ordered is not None and not _is_done(_decode_order(ordered), progress):
                    raise StoreError("Another `hubbub archive` is being carried out.")
                self._connection.execute(_WRITE, (_ORDER, _encode(order)))
            finally:
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written: {error}") from error

    def _find(self, name: str) -> str | None:
        row = self._connection.execute(_FIND, (name,)).fetchone()
        return row[0] if row else None

    def fetch(self, id: str) -> Told | None:
        """How the order fares; None while the server has not begun with it."""
        try:
            progress = self._find(_PROGRESS)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be read: {error}") from error
        told = _decode_told(progress) if progress is not None else None
        return told if told is not None and told.id == id else None

    def close(self) -> None:
        self._connection.close()
