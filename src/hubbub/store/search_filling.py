"""Filling the embedded search's index with messages whose events are in the archive alone.

The index follows the log's rows, and archived events have none: an index made anew (its file was lost or damaged, or an
update takes texts apart otherwise) would lack them. So when the follower has nothing else to do it looks through the
lines that the archive's ranges cover, has the archive asked for what the index lacks, and takes that in when it is
there; it never waits for the archive.

Invariants:
1. Taken in is what the lines say at that moment: what was deleted or edited since it was asked for is known from them,
   and what is committed later comes behind, as events.
2. `filled` is how far each channel was looked through, by number. It moves in the transaction that takes in what was
   missing up to there, and never over what the archive did not give for not answering.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from hubbub.domain.ids import CHANNEL, channel_stream
from hubbub.errors import Refused, StoreError
from hubbub.protocol import codec
from hubbub.protocol.archive import ArchivedEvent
from hubbub.protocol.events import MessageEdited, MessagePosted
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.search_file import SEARCH, open_search_reader, transaction
from hubbub.store.search_index import Indexer

Fetch: TypeAlias = Callable[[str, Collection[int]], Future[Sequence[ArchivedEvent]]]
"""Asks the archive for these events of a stream, and rings when it has answered."""

# Lines looked at together, and messages taken in together: some milliseconds.
LINES: Final = 256
TAKEN: Final = 16
# Seconds between two looks at what has been archived since, and until an archive that does not answer is asked again.
LOOK_AGAIN: Final = 60.0
ASK_AGAIN: Final = 15.0

_TABLE: Final = "CREATE TABLE IF NOT EXISTS filled (channel TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"
_FILLED: Final = "SELECT channel, number FROM filled"
_FILL: Final = "INSERT INTO filled VALUES (?1, ?2) ON CONFLICT DO UPDATE SET number = ?2"
_BASES: Final = "SELECT stream, max(last) FROM archived WHERE stream LIKE 'channel:%' GROUP BY stream"
# The last message of what is archived. Numbers grow with the seq, so what lies behind it need not be looked through.
_LAST: Final = """SELECT number FROM lines WHERE channel = ? AND seq <= ? AND number IS NOT NULL
    ORDER BY seq DESC LIMIT 1"""
_LINES: Final = """SELECT number, seq, text_seq, deleted FROM lines INDEXED BY lines_by_number
    WHERE channel = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?"""
_DOCS: Final = """SELECT docs.number, docs.seq FROM docs JOIN names ON names.id = docs.channel
    WHERE names.ulid = ? AND docs.number BETWEEN ? AND ?"""

_log = structlog.get_logger("hubbub.store")


@dataclass(frozen=True, slots=True)
class _Lines:
    """What was found in some lines of a channel, the last of them `upto`: those the index lacks, as number, seq of the
    message and of its present text; and those it still has and should not."""

    channel: str
    upto: int
    lacking: list[tuple[int, int, int | None]]
    surplus: list[int]

    @property
    def seqs(self) -> set[int]:
        return {seq for _, posted, edited in self.lacking for seq in (posted, edited) if seq is not None}


class Filler:
    """For the follower's thread. `step` does a little, and says whether there is more to do at once."""

    def __init__(
        self,
        index: sqlite3.Connection,
        log: sqlite3.Connection,
        indexer: Indexer,
        fetch: Fetch | None,
        now: Callable[[], float],
    ) -> None:
        """`fetch` None: there is no archive to read from, and nothing to do."""
        self._index = index
        self._log = log
        self._indexer = indexer
        self._fetch = fetch
        self._now = now
        # Of each channel, the last message that may be in the archive alone.
        self._bases: dict[str, int] = {}
        self._filled: dict[str, int] = {}
        self._asked: tuple[_Lines, Future[Sequence[ArchivedEvent]]] | None = None
        self._given: tuple[_Lines, Mapping[int, bytes]] | None = None
        self._due = 0.0
        # Until it was looked through, nobody knows.
        self.whole = fetch is None
        if fetch is not None:
            index.execute(_TABLE)

    def wait(self) -> float | None:
        """Seconds until there may be something to do; None: somebody will ring."""
        return None if self._fetch is None or self._asked else max(0.0, self._due - self._now())

    def step(self) -> bool:
        if self._given is not None:
            self._take(*self._given)
            return True
        if self._asked is not None:
            return self._hear(*self._asked)
        if self._fetch is None or self._now() < self._due:
            return False
        if not self._bases:
            bases = ((stream.removeprefix(CHANNEL), last) for stream, last in self._log.execute(_BASES).fetchall())
            self._bases = {channel: self._find_last(channel, base) for channel, base in bases}
            self._filled = dict(self._index.execute(_FILLED).fetchall())
        found = self._look()
        if found is None:
            self.whole = True
            self._due = self._now() + LOOK_AGAIN
            return False
        if not found.lacking:
            self._end(found)
            return True
        self.whole = False
        self._asked = found, self._fetch(channel_stream(found.channel), found.seqs)
        return False

    def close(self) -> None:
        if self._asked is not None:
            self._asked[1].cancel()

    # --- looking --------------------------------------------------------------------------------------------------

    def _look(self) -> _Lines | None:
        """The next lines that were not looked at; None when there are none."""
        while self._bases:
            channel, last = next(iter(self._bases.items()))
            after = self._filled.get(channel, 0)
            rows = self._log.execute(_LINES, (channel, after, last, LINES)).fetchall()
            if rows:
                return self._compare(channel, rows)
            del self._bases[channel]
        return None

    def _find_last(self, channel: str, base: int) -> int:
        row = self._log.execute(_LAST, (channel, base)).fetchone()
        return row[0] if row else 0

    def _compare(self, channel: str, rows: Sequence[tuple[int, int, int | None, int]]) -> _Lines:
        upto = rows[-1][0]
        docs: dict[int, int] = dict(self._index.execute(_DOCS, (channel, rows[0][0], upto)).fetchall())
        lacking = [
            (number, seq, text_seq)
            for number, seq, text_seq, deleted in rows
            if not deleted and docs.get(number) != (seq if text_seq is None else text_seq)
        ]
        return _Lines(channel, upto, lacking, [number for number, _, _, deleted in rows if deleted and number in docs])

    # --- taking in ------------------------------------------------------------------------------------------------

    def _hear(self, found: _Lines, answer: Future[Sequence[ArchivedEvent]]) -> bool:
        if not answer.done():
            return False
        self._asked = None
        try:
            self._given = found, {event.seq: event.body for event in answer.result()}
        except (Refused, CancelledError) as error:
            _log.info("search_filling_waits", channel=found.channel, reason=str(error))
            self._due = self._now() + ASK_AGAIN
            return False
        if lost := found.seqs - self._given[1].keys():
            _log.error("archive_incomplete", channel=found.channel, events=sorted(lost)[:10], count=len(lost))
        return True

    def _take(self, found: _Lines, bodies: Mapping[int, bytes]) -> None:
        """The next few; with the last of them the lines are done."""
        now, later = found.lacking[:TAKEN], found.lacking[TAKEN:]
        with transaction(self._index):
            self._indexer.take_in(post_and_edit for line in now if (post_and_edit := _read(line, bodies)) is not None)
            if not later:
                self._finish(found)
        self._given = (_Lines(found.channel, found.upto, later, found.surplus), bodies) if later else None

    def _end(self, found: _Lines) -> None:
        with transaction(self._index):
            self._finish(found)

    def _finish(self, found: _Lines) -> None:
        self._indexer.take_out((found.channel, number) for number in found.surplus)
        self._index.execute(_FILL, (found.channel, found.upto))
        self._filled[found.channel] = found.upto


def _read(
    line: tuple[int, int, int | None], bodies: Mapping[int, bytes]
) -> tuple[MessagePosted, MessageEdited | None] | None:
    """A message as it was posted, and its last edit; None where the archive does not have it."""
    _, seq, text_seq = line
    if seq not in bodies:
        return None
    post = codec.decode_event(bodies[seq])
    edit = codec.decode_event(bodies[text_seq]) if text_seq is not None and text_seq in bodies else None
    return (post, edit if isinstance(edit, MessageEdited) else None) if isinstance(post, MessagePosted) else None


def count_indexed(directory: Path) -> tuple[int, int]:
    """How many messages the embedded index has, and how many there are. Reads only, beside a server or without one.

    Raises `StoreError` where there is no database, or none that can be read.
    """
    if not (directory / DATABASE).is_file():
        raise StoreError(f"{directory} holds no {DATABASE}.")
    try:
        with closing(open_reader(directory / DATABASE)) as log:
            messages = int(
                log.execute("SELECT count(*) FROM lines WHERE number IS NOT NULL AND NOT deleted").fetchone()[0]
            )
        return _count_docs(directory / SEARCH), messages
    except sqlite3.Error as error:
        raise StoreError(f"{directory} cannot be read: {error}") from error


def _count_docs(path: Path) -> int:
    if not path.is_file():
        return 0
    with closing(open_search_reader(path)) as index:
        made = index.execute("SELECT 1 FROM sqlite_master WHERE name = 'docs'").fetchone()
        return int(index.execute("SELECT count(*) FROM docs").fetchone()[0]) if made else 0
