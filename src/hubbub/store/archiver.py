"""Moving events into the archive, and back.

The archive has a copy of everything already, made by the follower of the log; moving is to prove that, to note it, and
to let the rows go. For each stream, a range at a time:

1. Read a range of old events and read the same from the archive: every byte must be the same, and each message that was
   posted in it must be there in its present version.
2. Note the range with its digest, in a transaction that compares the digest with the rows once more.
3. Delete those rows, a few at a time, each only if it still is what was proven.

Invariants:
1. A row goes only when the archive has been seen to have the same bytes. Between any two steps everything may stop:
   rows that could have gone are found by the next run, which proves them again; so are those that were put back
   (thawing.py).
2. Nothing waits: each step in the writer is a few milliseconds, and as long is left to others behind it.
3. A row goes only when all followers are past it, the embedded index too, so that what put it there is copied; and only
   when they need it no more for what they have not read yet (archive_removal.py).
4. The newest of each stream stays, however old (`Keep`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, Protocol, TypeVar

import msgspec
import structlog

from hubbub.domain.ids import CHANNEL
from hubbub.errors import Refused, StoreError
from hubbub.protocol import codec
from hubbub.protocol.archive import Archive, ArchivedEvent
from hubbub.protocol.events import MessagePosted
from hubbub.store import archive_ranges
from hubbub.store.archive_patience import Patient
from hubbub.store.archive_ranges import Range, hash_event, sum_up
from hubbub.store.archive_removal import Proven, Removal, remove
from hubbub.store.archive_space import INCREMENTAL
from hubbub.store.ledger import Ledger
from hubbub.store.putting_back import put_back
from hubbub.store.readers import Readers, Row
from hubbub.store.rest import without_room
from hubbub.store.writer import Writer

A = TypeVar("A")
T = TypeVar("T")

# A range is of so many events at most, and of so many bytes but for its last event.
RANGE_EVENTS: Final = 500
RANGE_BYTES: Final = 1 << 20
# Rows that one transaction deletes or puts back, pages that it gives back to the file system.
SLICE: Final = 100
PAGES: Final = 100
# Seconds until the writer, which has too much to do, is asked again.
_BUSY_PAUSE: Final = 0.2
# Seconds until a run looks again how far the followers are.
_RENEW: Final = 10.0

_STREAMS: Final = """SELECT 'channel:' || id, seq, number FROM channels
    UNION ALL SELECT 'user:' || id, seq, 0 FROM users ORDER BY 1"""
_NEXT: Final = """SELECT seq, about, body, rowid FROM events WHERE stream = ? AND seq > ? AND seq <= ? ORDER BY seq
    LIMIT ?"""
_LEFT: Final = """SELECT seq, about, body FROM events WHERE stream = ? AND seq > ? AND seq <= ? AND rowid < ?
    ORDER BY seq LIMIT ?"""
_NTH_LINE: Final = "SELECT seq FROM lines WHERE channel = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"
_LINE_OF: Final = "SELECT seq FROM lines WHERE channel = ? AND number = ?"
_CHANGED: Final = """SELECT about, max(seq) FROM events WHERE stream = ? AND about IN (SELECT value FROM json_each(?))
    GROUP BY about"""
_MARK: Final = """SELECT events.rowid FROM meta, events WHERE meta.name = 'follower:search'
    AND events.stream = json_extract(meta.value, '$.stream') AND events.seq = json_extract(meta.value, '$.seq')"""
_BODIES: Final = "SELECT seq, body FROM events WHERE stream = ? AND seq BETWEEN ? AND ? ORDER BY seq"
_COUNT: Final = "SELECT count(*) FROM events WHERE stream = ? AND seq <= ?"

_log = structlog.get_logger("hubbub.store")


@dataclass(frozen=True, slots=True)
class Keep:
    """What of each stream stays in SQL whatever its age, so that no first page and no list of channels needs the
    archive: its newest events, lines and messages. `range`: fewer events than this do not make a range. `patience`:
    seconds until an archive that does not answer is asked again, each time."""

    events: int = 200
    lines: int = 100
    messages: int = 100
    range: int = 50
    patience: tuple[float, ...] = (1, 2, 4, 8, 15)


@dataclass(slots=True)
class Moved:
    """What a run has done so far: streams looked at, events noted, and rows removed or put back. `unproven`: streams in
    which the archive does not have what it should, which were left as they were."""

    streams: int = 0
    all_streams: int = 0
    sealed: int = 0
    removed: int = 0
    restored: int = 0
    freed_pages: int = 0
    unproven: list[str] = field(default_factory=list)

    def leave(self, stream: str) -> None:
        """Note that something of the stream stayed."""
        if stream not in self.unproven:
            self.unproven.append(stream)


Tell = Callable[[Moved], None]


@dataclass(slots=True)
class _Run:
    """`horizon`: rows below it are copied, and can be read from every part of the archive since `renewed` (seconds)."""

    before: int
    moved: Moved
    tell: Tell
    horizon: int = 0
    renewed: float = -_RENEW


class Embedded(Protocol):
    async def settle(self) -> int:
        """Up to this rowid the embedded index has everything for good. Raises `StoreError`."""
        ...


class Archiver:
    """One for a store; `archive` and `restore` wait for each other. `embedded`: the index that follows the log too."""

    def __init__(
        self,
        writer: Writer,
        readers: Readers,
        archive: Archive,
        clock: Callable[[], int],
        keep: Keep | None = None,
        embedded: Embedded | None = None,
    ) -> None:
        self._writer = writer
        self._readers = readers
        self._keep = keep or Keep()
        self._archive = Patient(archive, self._keep.patience)
        self._clock = clock
        self.embedded = embedded
        self._lock = asyncio.Lock()

    async def archive(self, before: int, tell: Tell = lambda moved: None) -> Moved:
        """Move what is older than `before` (milliseconds since 1970).

        Raises `archive_unavailable`, `shutting_down`, `store_failed`, and `StoreError` where nothing copies the log.
        """
        async with self._lock:
            moved = Moved()
            run = _Run(before, moved, tell)
            await self._look_ahead(run)
            streams = await self._fetch_all(_STREAMS)
            moved.all_streams = len(streams)
            for stream, head, number in streams:
                await self._archive_stream(stream, head, number, run)
                moved.streams += 1
                tell(moved)
            moved.freed_pages = await self._shrink()
            tell(moved)
            return moved

    async def restore(self, tell: Tell = lambda moved: None) -> Moved:
        """Bring everything back. Raises as `archive`."""
        async with self._lock:
            moved = Moved()
            await self._archive.refresh()
            streams = await self._fetch_all(archive_ranges.STREAMS)
            moved.all_streams = len(streams)
            for (stream,) in streams:
                await self._restore_stream(stream, moved, tell)
                moved.streams += 1
                tell(moved)
            return moved

    # --- into the archive -----------------------------------------------------------------------------------------

    async def _find_horizon(self) -> int:
        """Rows below this one are behind all followers. That of the mark stays, so that no new row gets a number which
        is behind them."""
        rows = await self._fetch_all(_MARK)
        if not rows:
            raise StoreError("The search server has no copy of the log yet: it is made while the server runs.")
        mark = int(rows[0][0])
        return mark if self.embedded is None else min(mark, await self.embedded.settle() + 1)

    async def _look_ahead(self, run: _Run) -> None:
        """Renew the horizon when it is time. What was copied before it is then the same wherever it is read: of the
        archive there may be several copies."""
        if perf_counter() - run.renewed >= _RENEW:
            run.horizon = await self._find_horizon()
            await self._archive.refresh()
            run.renewed = perf_counter()

    async def _check_settled(self) -> None:
        if not await self._archive.is_settled():
            raise StoreError("A new copy of the log is being made: archive when that is done.")

    async def _archive_stream(self, stream: str, head: int, number: int, run: _Run) -> None:
        base = int((await self._fetch_all(archive_ranges.BASE, stream))[0][0])
        if base:
            await self._check_settled()
            await self._remove_left(stream, base, run)
        last = await self._find_last(stream, head, number)
        while base < last:
            await self._look_ahead(run)
            rows = await self._read_range(stream, base, last, run)
            if len(rows) < self._keep.range:
                return
            await self._check_settled()
            if not await self._is_proven(stream, rows):
                run.moved.leave(stream)
                return
            events = [row.event for row in rows]
            digest = sum_up(hash_event(event.seq, event.body) for event in events)
            sealed = Range(stream, events[0].seq, events[-1].seq, digest)
            if not await self._write(_seal, (sealed, self._clock())):
                return  # changed meanwhile: another time
            run.moved.sealed += len(rows)
            base = sealed.last
            if not await self._remove(stream, rows, run):
                return
            run.tell(run.moved)

    async def _find_last(self, stream: str, head: int, number: int) -> int:
        """Behind this seq everything stays."""
        last = head - self._keep.events
        if stream.startswith(CHANNEL) and last > 0:
            channel = stream.removeprefix(CHANNEL)
            line = await self._fetch_all(_NTH_LINE, channel, self._keep.lines - 1)
            message = await self._fetch_all(_LINE_OF, channel, max(1, number - self._keep.messages + 1))
            last = min([last, *(row[0] - 1 for row in [*line, *message])])
            if not line:
                return 0
        return last

    async def _read_range(self, stream: str, base: int, last: int, run: _Run) -> list[Proven]:
        rows: list[Proven] = []
        size = 0
        for seq, about, kept, rowid in await self._fetch_all(_NEXT, stream, base, last, RANGE_EVENTS):
            body = without_room(kept)
            if rowid >= run.horizon or seq != base + len(rows) + 1 or codec.decode_event(body).at >= run.before:
                break
            rows.append(Proven(ArchivedEvent(seq, about, body), kept))
            size += len(kept)
            if size > RANGE_BYTES:
                break
        return rows

    async def _is_proven(self, stream: str, rows: Sequence[Proven]) -> bool:
        """Whether the archive has exactly these events, and each message posted with them in its present version."""
        events = [row.event for row in rows]
        if list(await self._archive.fetch_range(stream, events[0].seq - 1, events[-1].seq)) != events:
            return False
        posts = (codec.decode_event(event.body) for event in events)
        versions = {post.number: max(post.seq, post.emptied) for post in posts if isinstance(post, MessagePosted)}
        return not await self._find_stale(stream, versions)

    async def _find_stale(self, stream: str, versions: dict[int, int]) -> set[int]:
        """Of these messages, each with an event that it follows from, those that the archive has only as they were."""
        if not versions:
            return set()
        numbers = msgspec.json.encode(list(versions)).decode()
        for number, version in await self._fetch_all(_CHANGED, stream, numbers):
            versions[number] = max(version, versions[number])
        there = await self._archive.fetch_versions(stream.removeprefix(CHANNEL), versions.keys())
        return {number for number, version in versions.items() if there.get(number, 0) < version}

    async def _remove_left(self, stream: str, base: int, run: _Run) -> None:
        """Rows of ranges that were noted before: a run was interrupted, or they were put back."""
        after = 0
        while True:
            await self._look_ahead(run)
            found = await self._fetch_all(_LEFT, stream, after, base, run.horizon, RANGE_EVENTS)
            rows = [Proven(ArchivedEvent(seq, about, without_room(kept)), kept) for seq, about, kept in found]
            if not rows:
                return
            after = rows[-1].event.seq
            proven = await self._find_proven(stream, rows)
            if len(proven) < len(rows):
                run.moved.leave(stream)
            if not await self._remove(stream, proven, run):
                return

    async def _find_proven(self, stream: str, rows: Sequence[Proven]) -> list[Proven]:
        """Those of them that the archive has, with the messages they are about."""
        events = await self._archive.fetch_events(stream, {row.event.seq for row in rows})
        there = {event.seq: event for event in events}
        proven = [row for row in rows if there.get(row.event.seq) == row.event]
        if not stream.startswith(CHANNEL):
            return proven
        states = [_state_of(row.event) for row in proven]
        versions: dict[int, int] = {}
        for number, version in filter(None, states):
            versions[number] = max(version, versions.get(number, 0))
        stale = await self._find_stale(stream, versions)
        return [row for row, state in zip(proven, states, strict=True) if state is None or state[0] not in stale]

    async def _remove(self, stream: str, rows: Sequence[Proven], run: _Run) -> bool:
        """False where the followers are too far behind for it."""
        for begin in range(0, len(rows), SLICE):
            removed = await self._write(remove, Removal(stream, rows[begin : begin + SLICE], run.horizon))
            if removed is None:
                run.moved.leave(stream)
                return False
            run.moved.removed += removed
        return True

    async def _shrink(self) -> int:
        freed = 0
        while pages := await self._write(_give_back, PAGES):
            freed += pages
        return freed

    # --- and back -------------------------------------------------------------------------------------------------

    async def _restore_stream(self, stream: str, moved: Moved, tell: Tell) -> None:
        last = 0
        for first, last, digest in await self._fetch_all(archive_ranges.RANGES, stream):
            missed = await self._prove_range(Range(stream, first, last, digest))
            if missed is None:
                moved.leave(stream)
                return
            for begin in range(0, len(missed), SLICE):
                moved.restored += await self._write(_put_back, (stream, missed[begin : begin + SLICE]))
            tell(moved)
        if not await self._write(_finish, (stream, last)):
            moved.leave(stream)

    async def _prove_range(self, sealed: Range) -> list[ArchivedEvent] | None:
        """What of the range has no rows, or None when it is not what was noted."""
        place = (sealed.stream, sealed.first, sealed.last)
        async with self._readers.transaction() as reader:
            here = {seq: without_room(body) for seq, body in await reader.fetch_all(_BODIES, place)}
            hashes: dict[int, bytes] = dict(await reader.fetch_all(archive_ranges.REWRITTEN, place))
        archived = await self._archive.fetch_range(sealed.stream, sealed.first - 1, sealed.last)
        missed = [event for event in archived if event.seq not in here]
        bodies = here | {event.seq: event.body for event in missed}
        if len(bodies) != sealed.last - sealed.first + 1:
            return None
        digest = sum_up(hashes.get(seq) or hash_event(seq, body) for seq, body in bodies.items())
        return missed if digest == sealed.digest else None

    # --- reading and writing ------------------------------------------------------------------------------------

    async def _fetch_all(self, sql: str, *parameters: object) -> list[Row]:
        async with self._readers.statement() as reader:
            return await reader.fetch_all(sql, parameters)

    async def _write(self, work: Callable[[Ledger, A], T], argument: A) -> T:
        """In a transaction of the writer's, with whatever else waits."""
        while True:
            began = perf_counter()
            try:
                done = await self._writer.submit(work, argument)
            except Refused as refused:
                if refused.code != "busy":
                    raise
                await asyncio.sleep(_BUSY_PAUSE)
                continue
            await asyncio.sleep(perf_counter() - began)
            return done


def _state_of(event: ArchivedEvent) -> tuple[int, int] | None:
    """The number of the message that a channel's event is about, and the least version that follows from it."""
    if event.about is not None:
        return event.about, event.seq
    post = codec.decode_event(event.body)
    return (post.number, max(post.seq, post.emptied)) if isinstance(post, MessagePosted) else None


def _seal(ledger: Ledger, wish: tuple[Range, int]) -> bool:
    sealed, at = wish
    cursor = ledger.cursor
    rows = cursor.execute(_BODIES, (sealed.stream, sealed.first, sealed.last)).fetchall()
    digest = sum_up(hash_event(seq, without_room(body)) for seq, body in rows)
    if archive_ranges.fetch_base(cursor, sealed.stream) != sealed.first - 1 or digest != sealed.digest:
        return False
    ledger.writes += 1
    archive_ranges.insert_range(cursor, sealed, at)
    return True


def _put_back(ledger: Ledger, wish: tuple[str, Sequence[ArchivedEvent]]) -> int:
    stream, events = wish
    return put_back(ledger, ((stream, event) for event in events)).count


def _finish(ledger: Ledger, wish: tuple[str, int]) -> bool:
    """All ranges of the stream are here again: forget that they were archived."""
    stream, last = wish
    cursor = ledger.cursor
    if archive_ranges.fetch_base(cursor, stream) != last or cursor.execute(_COUNT, wish).fetchone()[0] != last:
        return False
    ledger.writes += 1
    archive_ranges.delete_ranges(cursor, stream)
    return True


def _give_back(ledger: Ledger, most: int) -> int:
    """Give up to so many free pages back to the file system; 0 when there are none, or the database cannot."""
    cursor = ledger.cursor
    if cursor.execute("PRAGMA auto_vacuum").fetchone()[0] != INCREMENTAL:
        return 0
    pages = min(most, int(cursor.execute("PRAGMA freelist_count").fetchone()[0]))
    for _ in range(pages):
        cursor.execute("PRAGMA incremental_vacuum(1)")  # a step of this statement is a page
    ledger.writes += pages
    ledger.redacted = ledger.redacted or pages > 0
    return pages
