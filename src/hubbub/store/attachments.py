"""What a message is tied to besides its own events: files, and messages that it answers.

Invariants:
1. `file_uses` has a row for every file of every message that is not deleted, and no other; `answers` one for every
   post with a quote that is, or was, not empty, until that post is deleted (verify.py proves both).
2. A file whose last use goes is `gone` in the same transaction, its name and all that was known of it with it; whoever
   collects (files.py) removes the content, and then the row. So a crash between the two leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from hubbub.domain.files import FileInfo, StoredFile
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.parts import PreviewPart, files_of
from hubbub.store.ledger import Ledger

OPEN: Final = "open"
READY: Final = "ready"
GONE: Final = "gone"

_FIND: Final = "SELECT owner, name, state, info FROM files WHERE id = ?"
_INSERT_USE: Final = "INSERT INTO file_uses (file, channel, number) VALUES (?, ?, ?)"
_USED: Final = "SELECT file FROM file_uses WHERE channel = ? AND number = ?"
_DELETE_USES: Final = "DELETE FROM file_uses WHERE channel = ? AND number = ?"
_DELETE_USE: Final = "DELETE FROM file_uses WHERE file = ? AND channel = ? AND number = ?"
_IS_USED: Final = "SELECT 1 FROM file_uses WHERE file = ? LIMIT 1"
MAKE_GONE: Final = "UPDATE files SET state = 'gone', name = '', info = NULL WHERE id = ?"
_INSERT_ANSWER: Final = "INSERT INTO answers (channel, number, seq) VALUES (?, ?, ?)"
_DELETE_ANSWER: Final = "DELETE FROM answers WHERE channel = ? AND number = ? AND seq = ?"
ANSWERS: Final = "SELECT seq FROM answers WHERE channel = ? AND number = ? ORDER BY seq"

decode_info: Final = msgspec.json.Decoder(FileInfo).decode


def fetch_own_files(ledger: Ledger, owner: str, wanted: Iterable[str]) -> Mapping[str, StoredFile]:
    """Files that their owner may post; raises `no_such_file`, `file_not_ready`."""
    return {file: _fetch_own_file(ledger, owner, file) for file in wanted}


def _fetch_own_file(ledger: Ledger, owner: str, file: str) -> StoredFile:
    row = ledger.cursor.execute(_FIND, (file,)).fetchone()
    if row is None or row[0] != owner or row[2] == GONE:
        raise Refused("no_such_file")
    if row[2] != READY:
        raise Refused("file_not_ready")
    return StoredFile(id=file, owner=owner, name=row[1], info=decode_info(row[3]))


def tie(ledger: Ledger, post: MessagePosted) -> None:
    """Note what a post just appended is tied to."""
    used = dict.fromkeys(file for part in post.parts for file in files_of(part))
    for file in used:
        ledger.writes += 1
        ledger.cursor.execute(_INSERT_USE, (file, post.channel, post.number))
    if post.reply is not None and not post.reply.deleted:
        ledger.writes += 1
        ledger.cursor.execute(_INSERT_ANSWER, (post.channel, post.reply.number, post.seq))


def tie_previews(ledger: Ledger, post: MessagePosted, previews: Iterable[PreviewPart]) -> None:
    """The post has these previews and no others."""
    own = {file for part in post.parts for file in files_of(part)}
    before = {file for part in post.previews for file in files_of(part)} - own
    now = {file for part in previews for file in files_of(part)} - own
    for file in sorted(now - before):
        ledger.writes += 1
        ledger.cursor.execute(_INSERT_USE, (file, post.channel, post.number))
    for file in sorted(before - now):
        ledger.writes += 1
        ledger.cursor.execute(_DELETE_USE, (file, post.channel, post.number))
        _let_go(ledger, file)


def find_file(ledger: Ledger, file: str) -> StoredFile | None:
    """The file, if it is there as a whole and nobody has given it up."""
    row = ledger.cursor.execute(_FIND, (file,)).fetchone()
    if row is None or row[2] != READY:
        return None
    return StoredFile(id=file, owner=row[0], name=row[1], info=decode_info(row[3]))


def _let_go(ledger: Ledger, file: str) -> None:
    if ledger.cursor.execute(_IS_USED, (file,)).fetchone() is None:
        ledger.cursor.execute(MAKE_GONE, (file,))


def untie(ledger: Ledger, post: MessagePosted) -> None:
    """A post was deleted: it has no files and answers nothing any more."""
    files = [row[0] for row in ledger.cursor.execute(_USED, (post.channel, post.number))]
    ledger.writes += 1
    ledger.cursor.execute(_DELETE_USES, (post.channel, post.number))
    for file in files:
        _let_go(ledger, file)
    if post.reply is not None:
        ledger.cursor.execute(_DELETE_ANSWER, (post.channel, post.reply.number, post.seq))


def fetch_answers(ledger: Ledger, channel: str, number: int) -> list[int]:
    """The seqs of the posts that quote this message."""
    return [row[0] for row in ledger.cursor.execute(ANSWERS, (channel, number))]
