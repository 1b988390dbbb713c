"""Writing the embedded search's index: the log's events, in the order they were committed, one transaction a slice.

Invariants:
1. `meta.checkpoint` is the rowid of the last event that is in the index; it moves in the transaction that puts its
   events there. Rowids of `events` are the order of commits: the table only grows at its end.
2. Doing events again that were done before changes nothing, so a file that lost its last transactions is harmless.
3. A deleted message's tokens are taken out by those kept with it: the log has no text any more by then. `removed`
   counts such removals; until search_cleaning.py has set it to 0 the file may still hold what was taken out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from hubbub.domain.features import features_of
from hubbub.domain.ids import CHANNEL, channel_stream
from hubbub.domain.query import Has
from hubbub.domain.tokens import texts_of
from hubbub.protocol import codec
from hubbub.protocol.events import (
    AnyEvent,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from hubbub.protocol.parts import Part, kinds_of, searched_text
from hubbub.store import search_file
from hubbub.store.search_file import CODE, EDITED, LINK, REACTION, SHIFT, transaction

Row: TypeAlias = tuple[Any, ...]

FLAGS: Final[dict[Has, int]] = {
    "link": LINK,
    "code": CODE,
    "reaction": REACTION,
    "edited": EDITED,
    "file": search_file.FILE,
    "photo": search_file.PHOTO,
    "video": search_file.VIDEO,
    "audio": search_file.AUDIO,
    "voice": search_file.VOICE,
    "location": search_file.LOCATION,
    "meeting": search_file.MEETING,
    "poll": search_file.POLL,
}
_SLOT: Final = (1 << SHIFT) - 1

_EVENTS: Final = "SELECT rowid, stream, body FROM events WHERE rowid > ? ORDER BY rowid LIMIT ?"
# The inner select makes SQLite take the index instead of walking the whole channel, here and below.
_LINE: Final = "channel = ?1 AND seq = (SELECT seq FROM lines WHERE channel = ?1 AND number = ?2)"
_REACTIONS: Final = f"SELECT reactions IS NOT NULL FROM lines WHERE {_LINE}"
_TEXT: Final = f"SELECT body FROM events WHERE stream = ?3 AND seq = (SELECT text_seq FROM lines WHERE {_LINE})"
_POST: Final = f"SELECT body FROM events WHERE stream = ?3 AND seq = (SELECT seq FROM lines WHERE {_LINE})"
_STATE: Final = f"SELECT deleted, text_seq FROM lines WHERE {_LINE}"
_DOC: Final = "SELECT id, author, flags, seq FROM docs WHERE channel = ? AND number = ?"
_INSERT_DOC: Final = "INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_TEXT: Final = "INSERT INTO texts VALUES (?, ?, ?)"
_INSERT_FOUND: Final = "INSERT INTO found (rowid, words, tags) VALUES (?, ?, ?)"
_DELETE_FOUND: Final = (
    "INSERT INTO found (found, rowid, words, tags) SELECT 'delete', id, words, tags FROM texts WHERE id = ?"
)


@dataclass(frozen=True, slots=True)
class Advance:
    """What a slice has done: so many events read, up to the rowid `checkpoint`."""

    events: int
    checkpoint: int


def flags_of(text: str, *, edited: bool, reacted: bool, parts: Sequence[Part] = ()) -> int:
    return sum(FLAGS[kind] for kind in features_of(text, edited=edited, reacted=reacted, kinds=kinds_of(parts)))


def channel_tag(number: int) -> str:
    return f"+{number}"


def author_tag(number: int) -> str:
    return f"#{number}"


def fetch_checkpoint(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE name = 'checkpoint'").fetchone()[0])


def fetch_head(log: sqlite3.Connection) -> int:
    """The newest event's rowid."""
    return int(log.execute("SELECT coalesce(max(rowid), 0) FROM events").fetchone()[0])


class Indexer:
    """`index` writes the search's file, `log` reads the database. For one thread."""

    def __init__(self, index: sqlite3.Connection, log: sqlite3.Connection) -> None:
        self._index = index
        self._log = log
        self._names: dict[str, int] = {}
        self._top = 0
        self._docs: list[Row] = []
        self._texts: list[Row] = []
        self._removed = 0

    def advance(self, most: int) -> Advance:
        """Index up to `most` further events."""
        try:
            with transaction(self._index):
                checkpoint = fetch_checkpoint(self._index)
                self._find_top()
                rows = self._log.execute(_EVENTS, (checkpoint, most)).fetchall()
                for _, stream, body in rows:
                    if stream.startswith(CHANNEL):
                        self._apply(body)
                if rows:
                    checkpoint = rows[-1][0]
                    self._finish(checkpoint)
            return Advance(len(rows), checkpoint)
        except BaseException:
            self._forget()
            raise

    def take_in(self, messages: Iterable[tuple[MessagePosted, MessageEdited | None]]) -> None:
        """Messages from the archive, each with its last edit, in the caller's transaction. They are what the lines say
        at this moment: one that was deleted since is left out, and a later edit, which is in the log, counts."""
        try:
            self._find_top()
            for post, edit in messages:
                row = self._log.execute(_STATE, (post.channel, post.number)).fetchone()
                if row is None or row[0]:
                    continue
                self._add(post)
                if edit is not None and edit.seq == row[1]:
                    self._change_text(edit, post.parts)
            self._write()
            self._count_removed()
        except BaseException:
            self._forget()
            raise

    def take_out(self, places: Iterable[tuple[str, int]]) -> None:
        """Messages by channel and number, in the caller's transaction."""
        try:
            for channel, number in places:
                self._remove(channel, number)
            self._count_removed()
        except BaseException:
            self._forget()
            raise

    def _find_top(self) -> None:
        """Another process may have gone on."""
        self._top = int(self._index.execute("SELECT coalesce(max(id), 0) FROM docs").fetchone()[0])

    def _forget(self) -> None:
        """What was noted in the transaction is not there."""
        self._names.clear()
        self._docs.clear()
        self._texts.clear()
        self._removed = 0

    def _apply(self, body: bytes) -> None:
        try:
            event: AnyEvent = codec.decode_event(body)
        except msgspec.DecodeError:
            return  # a damaged log: verify tells of it
        match event:
            case MessagePosted():
                self._add(event)
            case MessageEdited():
                self._change_text(event)
            case MessageDeleted():
                self._remove(event.channel, event.number)
            case ReactionAdded() | ReactionRemoved():
                self._change_reactions(event.channel, event.number)
            case _:
                pass  # nothing that is searched for

    def _finish(self, checkpoint: int) -> None:
        self._write()
        self._index.execute("UPDATE meta SET value = ? WHERE name = 'checkpoint'", (checkpoint,))
        self._count_removed()

    def _count_removed(self) -> None:
        if self._removed:
            self._index.execute("UPDATE meta SET value = value + ? WHERE name = 'removed'", (self._removed,))
            self._removed = 0

    def _write(self) -> None:
        """Write the new messages noted so far."""
        if self._docs:
            self._index.executemany(_INSERT_DOC, self._docs)
            self._index.executemany(_INSERT_TEXT, self._texts)
            self._index.executemany(_INSERT_FOUND, self._texts)
            self._docs.clear()
            self._texts.clear()

    def _add(self, post: MessagePosted) -> None:
        if post.redacted:
            self._remove(post.channel, post.number)  # there only when these events are done again
            return
        channel, author = self._number_of(post.channel), self._number_of(post.author)
        id_ = self._id_for(post.at)
        late = id_ <= self._top
        if late and self._find(post.channel, post.number):
            return  # done again
        self._top = max(id_, self._top)
        text = searched_text(post.text, post.parts)
        flags = flags_of(text, edited=False, reacted=False, parts=post.parts)
        self._docs.append((id_, channel, post.number, author, post.at, post.seq, flags))
        self._texts.append((id_, " ".join(texts_of(text)), f"{channel_tag(channel)} {author_tag(author)}"))
        if late:
            self._change_late(post)

    def _change_late(self, post: MessagePosted) -> None:
        """Put back from the archive, a post comes behind its edits: it gets the text it has by now."""
        row = self._log.execute(_TEXT, (post.channel, post.number, channel_stream(post.channel))).fetchone()
        if row is not None and isinstance(edit := codec.decode_event(row[0]), MessageEdited):
            self._change_text(edit, post.parts)
        self._change_reactions(post.channel, post.number)

    def _change_text(self, edit: MessageEdited, parts: Sequence[Part] | None = None) -> None:
        """`parts`: those of the message, where its post is at hand and may have no row."""
        found = None if edit.redacted else self._find(edit.channel, edit.number)
        if found is None:
            return
        id_, author, flags, seq = found
        if edit.seq < seq:
            return  # put back from the archive, behind later ones
        if parts is None:
            parts = self._fetch_parts(edit.channel, edit.number) if flags & search_file.PARTS else []
        said = searched_text(edit.text, parts)
        flags = flags_of(said, edited=True, reacted=bool(flags & REACTION), parts=parts)
        tags = f"{channel_tag(self._number_of(edit.channel))} {author_tag(author)}"
        self._index.execute(_DELETE_FOUND, (id_,))
        text = (id_, " ".join(texts_of(said)), tags)
        self._index.execute("UPDATE texts SET words = ? WHERE id = ?", (text[1], id_))
        self._index.execute(_INSERT_FOUND, text)
        self._index.execute("UPDATE docs SET seq = ?, flags = ? WHERE id = ?", (edit.seq, flags, id_))

    def _fetch_parts(self, channel: str, number: int) -> list[Part]:
        """Those of a message whose text was edited: who edits one that was archived has put it back before."""
        row = self._log.execute(_POST, (channel, number, channel_stream(channel))).fetchone()
        post = codec.decode_event(row[0]) if row is not None else None
        return post.parts if isinstance(post, MessagePosted) else []

    def _change_reactions(self, channel: str, number: int) -> None:
        found = self._find(channel, number)
        if found is None:
            return
        # As it is by now: each change that made it so is an event behind this one, or this one.
        row = self._log.execute(_REACTIONS, (channel, number)).fetchone()
        flags = found[2] & ~REACTION | (REACTION if row and row[0] else 0)
        self._index.execute("UPDATE docs SET flags = ? WHERE id = ?", (flags, found[0]))

    def _remove(self, channel: str, number: int) -> None:
        found = self._find(channel, number)
        if found is None:
            return
        self._index.execute(_DELETE_FOUND, (found[0],))
        self._index.execute("DELETE FROM texts WHERE id = ?", (found[0],))
        self._index.execute("DELETE FROM docs WHERE id = ?", (found[0],))
        self._removed += 1

    def _find(self, channel: str, number: int) -> Row | None:
        """The message's id, author, flags, and the seq of its text."""
        self._write()
        row: Row | None = self._index.execute(_DOC, (self._number_of(channel), number)).fetchone()
        return row

    def _id_for(self, at: int) -> int:
        """The next free id of the time `at`; of a later one where more than a slot holds were posted in one moment."""
        first = at << SHIFT
        if first > self._top:
            return first
        if first <= self._top < first | _SLOT:
            return self._top + 1
        self._write()
        last = self._index.execute("SELECT max(id) FROM docs WHERE id BETWEEN ? AND ?", (first, first | _SLOT))
        id_ = (last.fetchone()[0] or first - 1) + 1
        while self._index.execute("SELECT 1 FROM docs WHERE id = ?", (id_,)).fetchone():
            id_ += 1
        return int(id_)

    def _number_of(self, ulid: str) -> int:
        number = self._names.get(ulid)
        if number is None:
            self._index.execute("INSERT INTO names (ulid) VALUES (?) ON CONFLICT DO NOTHING", (ulid,))
            number = int(self._index.execute("SELECT id FROM names WHERE ulid = ?", (ulid,)).fetchone()[0])
            if len(self._names) >= _NAMES_KEPT:
                self._names.clear()
            self._names[ulid] = number
        return number


_NAMES_KEPT: Final = 50_000
