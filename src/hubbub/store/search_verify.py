"""Prove the embedded search's index equal to the log: each message as it is now, its tokens, and every place of every
token in FTS5's own index.

Reads only, beside a running server if there is one. What the follower has not taken in yet is left out, and so is what
is in the archive: its text is not here (`events` may be both together, see archive_proof.py; `main.events` is not).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from hubbub.domain.ids import CHANNEL
from hubbub.domain.tokens import texts_of
from hubbub.errors import StoreError
from hubbub.protocol import codec
from hubbub.protocol.events import AnyEvent, MessageEdited, MessagePosted
from hubbub.protocol.parts import searched_text
from hubbub.store.engine import DATABASE, open_reader, reader_uri
from hubbub.store.search_file import SEARCH, made_of
from hubbub.store.search_index import author_tag, channel_tag, fetch_checkpoint, flags_of

Tell: TypeAlias = Callable[[str], None]
Place: TypeAlias = tuple[str, int]
Doc: TypeAlias = tuple[str, int, int, int, str, str]
"""author, at, seq, flags, words, tags."""

_MASK: Final = (1 << 64) - 1
_LINES: Final = """SELECT l.number, l.deleted, l.reactions IS NOT NULL, p.body, e.body FROM lines l
    LEFT JOIN main.events p ON p.stream = ?1 || l.channel AND p.seq = l.seq
    LEFT JOIN main.events e ON e.stream = ?1 || l.channel AND e.seq = l.text_seq
    WHERE l.channel = ?2 AND l.number IS NOT NULL ORDER BY l.number"""
_BEHIND: Final = "SELECT stream, about, body FROM main.events WHERE rowid > ? AND stream LIKE 'channel:%'"
_DOCS: Final = """SELECT d.number, a.ulid, d.at, d.seq, d.flags, t.words, t.tags FROM docs d
    JOIN names c ON c.id = d.channel JOIN names a ON a.id = d.author LEFT JOIN texts t ON t.id = d.id
    WHERE c.ulid = ?"""
_MADE: Final = "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
_STRAYS: Final = "SELECT count(*) FROM texts WHERE id NOT IN (SELECT id FROM docs)"


def verify_search(directory: Path, tell: Tell) -> int:
    """How many messages the index has; 0 when there is none, or one that the server will make anew."""
    path = directory / SEARCH
    if not path.is_file():
        return 0
    try:
        with ExitStack() as stack:
            index = sqlite3.connect(reader_uri(path), uri=True, isolation_level=None)
            stack.callback(index.close)
            # The index as of one moment, then the log: of what is in the one, nothing is missing in the other.
            index.execute("BEGIN")
            index.execute("SELECT count(*) FROM sqlite_master").fetchone()
            log = open_reader(directory / DATABASE)
            stack.callback(log.close)
            log.execute("BEGIN")
            if index.execute(_MADE).fetchone() is None:
                return 0  # a server makes it at this moment
            epoch = log.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0]
            found = dict(index.execute("SELECT name, value FROM meta WHERE name IN ('format', 'tokens', 'epoch')"))
            return _Verifier(index, log, tell).run() if found == made_of(epoch) else 0
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is damaged, it may be deleted: {error}") from error


class _Verifier:
    def __init__(self, index: sqlite3.Connection, log: sqlite3.Connection, tell: Tell) -> None:
        self._index = index
        self._log = log
        self._tell = tell
        self._numbers: dict[str, int] = dict(index.execute("SELECT ulid, id FROM names"))

    def run(self) -> int:
        behind = set(self._fetch_behind())
        for (channel,) in self._log.execute("SELECT id FROM channels").fetchall():
            self._check_channel(channel, behind)
        if strays := self._index.execute(_STRAYS).fetchone()[0]:
            self._tell(f"search: {strays} texts of no message")
        self._check_places()
        return int(self._index.execute("SELECT count(*) FROM docs").fetchone()[0])

    def _fetch_behind(self) -> Iterator[Place]:
        """Messages that events behind the checkpoint are about."""
        for stream, about, body in self._log.execute(_BEHIND, (fetch_checkpoint(self._index),)):
            if about is not None:
                yield stream.removeprefix(CHANNEL), about
            elif isinstance(event := _decode(body), MessagePosted):
                yield event.channel, event.number

    def _check_channel(self, channel: str, behind: set[Place]) -> None:
        docs: dict[int, Doc] = {row[0]: row[1:] for row in self._index.execute(_DOCS, (channel,))}
        for number, deleted, reacted, post, edit in self._log.execute(_LINES, (CHANNEL, channel)):
            found = docs.pop(number, None)
            if (channel, number) in behind or post is None:
                continue
            expected = None if deleted else self._expect(_decode(post), edit, bool(reacted))
            if found != expected:
                what = "is missing" if found is None else "is there still" if deleted else "is another"
                self._tell(f"search: message {number} of {channel} {what}")
        for number in docs:
            self._tell(f"search: message {number} of {channel} is in no log")

    def _expect(self, post: Any, edit: bytes | None, reacted: bool) -> Doc | None:
        change = _decode(edit) if edit is not None else None
        if not isinstance(post, MessagePosted) or not (change is None or isinstance(change, MessageEdited)):
            return None  # told where the log is walked
        seq, text = (post.seq, post.text) if change is None else (change.seq, change.text)
        text = searched_text(text, post.parts)
        flags = flags_of(text, edited=change is not None, reacted=reacted, parts=post.parts)
        tags = f"{channel_tag(self._number(post.channel))} {author_tag(self._number(post.author))}"
        return post.author, post.at, seq, flags, " ".join(texts_of(text)), tags

    def _number(self, ulid: str) -> int:
        return self._numbers.get(ulid, 0)

    def _check_places(self) -> None:
        """Sums of all places, in any order: as many as there may be, none is kept."""
        self._index.execute("CREATE VIRTUAL TABLE temp.places USING fts5vocab('main', 'found', 'instance')")
        found = sum(hash(row) for row in self._index.execute("SELECT doc, col, offset, term FROM temp.places")) & _MASK
        if found != sum(hash(place) for place in self._expect_places()) & _MASK:
            self._tell("search: the index does not hold what the texts do; run `hubbub reindex`")

    def _expect_places(self) -> Iterator[tuple[int, str, int, str]]:
        for id_, words, tags in self._index.execute("SELECT id, words, tags FROM texts"):
            for offset, term in enumerate(words.split()):
                yield id_, "words", offset, term
            for offset, term in enumerate(tags.split()):
                yield id_, "tags", offset, term


def _decode(body: bytes) -> AnyEvent | None:
    """None for what cannot be read, which is told where the log is walked."""
    try:
        return codec.decode_event(body)
    except msgspec.DecodeError:
        return None
