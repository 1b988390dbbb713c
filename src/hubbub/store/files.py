"""The port `Files` on SQLite: what is uploaded, by whom, how far it is, and who may read it.

Invariants:
1. Who may read a file is decided by one statement, from where it is posted at that moment.
2. `created_at` is when a file's state began: an upload's time counts from its beginning, an unposted file's from when
   it could be posted, and of what is gone it orders what is tried to be removed.
3. What to collect is looked for by a reader, which may take its time; the writer marks only what is still unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.domain.files import FileInfo, StoredFile, UploadBounds, UploadRow
from hubbub.errors import Refused
from hubbub.store.attachments import MAKE_GONE, OPEN, READY, decode_info
from hubbub.store.ledger import Ledger
from hubbub.store.readers import Readers
from hubbub.store.writer import Writer

# So many are collected at once; the rest next time.
COLLECTED: Final = 500

_INSERT: Final = """INSERT INTO files (id, owner, name, media_type, size, state, created_at)
    VALUES (?, ?, ?, ?, ?, 'open', ?)"""
_COUNTED: Final = """SELECT coalesce(sum(state = 'open'), 0), coalesce(sum(size), 0) FROM files
    WHERE owner = ? AND state <> 'gone'"""
_OWN: Final = """SELECT name, media_type, size, state, created_at, info FROM files
    WHERE id = ? AND owner = ? AND state <> 'gone'"""
_FINISH: Final = """UPDATE files SET state = 'ready', name = ?, media_type = ?, size = ?, info = ?,
    created_at = ? WHERE id = ?"""
_IS_USED: Final = "SELECT 1 FROM file_uses WHERE file = ? LIMIT 1"
_IS_READY: Final = "SELECT 1 FROM files WHERE id = ? AND state = 'ready'"
_STALE: Final = """SELECT id FROM files WHERE state = ? AND created_at < ?
    AND NOT EXISTS (SELECT 1 FROM file_uses WHERE file = files.id) ORDER BY created_at LIMIT ?"""
_GIVE_UP: Final = """UPDATE files SET state = 'gone', name = '', info = NULL
    WHERE id = ? AND state = ? AND created_at < ? AND NOT EXISTS (SELECT 1 FROM file_uses WHERE file = files.id)"""
_GONE: Final = "SELECT id FROM files WHERE state = 'gone' ORDER BY created_at LIMIT ?"
_PUT_OFF: Final = "UPDATE files SET created_at = ? WHERE id = ? AND state = 'gone'"
_STILL_OPEN: Final = """SELECT files.id FROM json_each(?) AS wanted JOIN files ON files.id = wanted.value
    WHERE files.state = 'open'"""
_FORGET: Final = "DELETE FROM files WHERE id = ? AND state = 'gone'"
_READABLE: Final = """SELECT files.owner, files.name, files.info FROM files JOIN users AS reader ON reader.id = ?
    WHERE files.id = ? AND files.state = 'ready' AND reader.disabled_at IS NULL AND (
        EXISTS (
            SELECT 1 FROM file_uses JOIN channels ON channels.id = file_uses.channel
            WHERE file_uses.file = files.id AND (
                (channels.private = 0 AND reader.role <> 'guest')
                OR EXISTS (SELECT 1 FROM members WHERE members."user" = reader.id AND members.channel = channels.id)
            )
        )
        OR (files.owner = reader.id AND NOT EXISTS (SELECT 1 FROM file_uses WHERE file_uses.file = files.id))
    )"""


class SqliteFiles:
    """Uploads and files."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def create(self, row: UploadRow, bounds: UploadBounds) -> None:
        """A new upload. Refused: `too_many_uploads`, `quota_exceeded`, `not_logged_in`."""
        await self._writer.submit(_create, (row, bounds))

    async def fetch_own(self, user: str, file: str) -> UploadRow:
        """An upload of this user, finished or not; `no_such_file` otherwise."""
        async with self._readers.statement() as reader:
            row = await reader.fetch_one(_OWN, (file, user))
        if row is None:
            raise Refused("no_such_file")
        name, media_type, size, state, created_at, info = row
        return UploadRow(
            id=file,
            owner=user,
            name=name,
            media_type=media_type,
            size=size,
            at=created_at,
            ready=state == READY,
            info=decode_info(info) if info is not None else None,
        )

    async def finish(self, file: str, name: str, info: FileInfo, size: int, at: int) -> None:
        """All of its content is kept, which takes `size` bytes, since `at`. Refused: `no_such_file` (cancelled, or
        finished already)."""
        await self._writer.submit(_finish, (file, name, info, size, at))

    async def remove(self, user: str, file: str) -> None:
        """Cancel an upload, or take back what was not posted. Refused: `no_such_file`, `bad_request` (posted)."""
        await self._writer.submit(_remove, (user, file))

    async def fetch_readable(self, user: str, file: str) -> StoredFile:
        """A file that this user may read at this moment; `no_such_file` otherwise."""
        async with self._readers.statement() as reader:
            row = await reader.fetch_one(_READABLE, (user, file))
        if row is None:
            raise Refused("no_such_file")
        return StoredFile(id=file, owner=row[0], name=row[1], info=decode_info(row[2]))

    async def is_ready(self, file: str) -> bool:
        """Whether it is there as a whole, and nobody has given it up."""
        async with self._readers.statement() as reader:
            return await reader.fetch_one(_IS_READY, (file,)) is not None

    async def collect(self, open_before: int, unposted_before: int) -> list[str]:
        """Give up uploads begun before the one time and files not posted since the other; which files' content is now
        to be removed, those of deleted messages among them."""
        stale: list[tuple[str, str, int]] = []
        async with self._readers.statement() as reader:
            for state, moment in ((OPEN, open_before), (READY, unposted_before)):
                rows = await reader.fetch_all(_STALE, (state, moment, COLLECTED))
                stale += [(row[0], state, moment) for row in rows]
        if stale:
            await self._writer.submit(_give_up, stale)
        async with self._readers.statement() as reader:
            return [row[0] for row in await reader.fetch_all(_GONE, (COLLECTED,))]

    async def forget(self, files: Sequence[str]) -> None:
        """Their content has been removed."""
        await self._writer.submit(_forget, files)

    async def put_off(self, files: Sequence[str], at: int) -> None:
        """Their content could not be removed, at this time: others come before them."""
        await self._writer.submit(_put_off, (files, at))

    async def fetch_open(self, files: Sequence[str]) -> list[str]:
        """Which of these are uploads that are not finished."""
        async with self._readers.statement() as reader:
            return [row[0] for row in await reader.fetch_all(_STILL_OPEN, (msgspec.json.encode(files).decode(),))]


def _create(ledger: Ledger, wanted: tuple[UploadRow, UploadBounds]) -> None:
    row, bounds = wanted
    owner = ledger.find_user(row.owner)
    if owner is None or owner.disabled:
        raise Refused("not_logged_in")
    uploads, taken = ledger.cursor.execute(_COUNTED, (row.owner,)).fetchone()
    if uploads >= bounds.uploads:
        raise Refused("too_many_uploads")
    if taken + row.size > bounds.quota:
        raise Refused("quota_exceeded")
    ledger.writes += 1
    ledger.cursor.execute(_INSERT, (row.id, row.owner, row.name, row.media_type, row.size, row.at))


def _finish(ledger: Ledger, done: tuple[str, str, FileInfo, int, int]) -> None:
    file, name, info, size, at = done
    row = ledger.cursor.execute("SELECT state FROM files WHERE id = ?", (file,)).fetchone()
    if row is None or row[0] != OPEN:
        raise Refused("no_such_file")
    ledger.writes += 1
    ledger.cursor.execute(_FINISH, (name, info.media_type, size, msgspec.json.encode(info), at, file))


def _remove(ledger: Ledger, wanted: tuple[str, str]) -> None:
    user, file = wanted
    if ledger.cursor.execute(_OWN, (file, user)).fetchone() is None:
        raise Refused("no_such_file")
    if ledger.cursor.execute(_IS_USED, (file,)).fetchone() is not None:
        raise Refused("bad_request", "The file is in a message: delete that.")
    ledger.writes += 1
    ledger.cursor.execute(MAKE_GONE, (file,))


def _give_up(ledger: Ledger, stale: Sequence[tuple[str, str, int]]) -> None:
    """What a reader found to be stale: each with its state, and the time since when it must have been in it."""
    ledger.writes += 1
    ledger.cursor.executemany(_GIVE_UP, stale)


def _forget(ledger: Ledger, files: Sequence[str]) -> None:
    ledger.writes += 1
    ledger.cursor.executemany(_FORGET, [(file,) for file in files])


def _put_off(ledger: Ledger, tried: tuple[Sequence[str], int]) -> None:
    files, at = tried
    ledger.writes += 1
    ledger.cursor.executemany(_PUT_OFF, [(at, file) for file in files])
