"""Files: coming up in pieces, being looked at, being read, and being collected when nobody needs them any more.

Invariants:
1. Of one upload one request writes at a time: the newest (upload_turns.py). It writes only while the upload is open
   and nobody looks at it, which is asked anew for every write, under the upload's lock.
2. A file can be posted once it was looked at as a whole and its content is kept, and not before; all of that is done
   again from the start when it was interrupted. What came of an upload is there until that is done, or nobody wants it.
3. The content of a file that can be posted is never written again.
4. Contents are removed only of files that are `gone` in the store and that nobody is at, and their rows only behind
   that. So there is no content that no row knows, and nothing among the uploads without an open row for long.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from hubbub.domain.accounts import Session
from hubbub.domain.files import Inspected, StoredFile, UploadBounds, UploadRow
from hubbub.domain.ids import new_id
from hubbub.domain.posting import check_file_name
from hubbub.errors import Refused
from hubbub.protocol.parts import PhotoPart, Upload
from hubbub.protocol.showing import make_own
from hubbub.service.at_once import AtOnce
from hubbub.service.file_ports import FileInspector, Files, Partials, Storage
from hubbub.service.ports import Clock
from hubbub.service.upload_turns import Turn, Turns
from hubbub.telemetry import get_logger

HOUR_MS: Final = 3_600_000
# Written at once; what one upload holds in memory.
PIECE_BYTES: Final = 1 << 20
MAX_TYPE: Final = 100
COLLECT_SECONDS: Final = 30
# Before it is tried again to note in the store that a file is kept.
RETRY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class FileLimits:
    """`largest`: bytes of one file. Times are hours."""

    largest: int
    bounds: UploadBounds
    upload_hours: float
    unposted_hours: float


class FileService:
    """See the module. Made on the running loop. `retry_seconds`: see `RETRY_SECONDS`."""

    def __init__(
        self,
        files: Files,
        partials: Partials,
        inspector: FileInspector,
        storage: Storage,
        clock: Clock,
        limits: FileLimits,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._files = files
        self._partials = partials
        self._inspector = inspector
        self._storage = storage
        self._clock = clock
        self.limits = limits
        self._retry_seconds = retry_seconds
        self._turns = Turns()
        # Twice, because one that was replaced by a newer one has yet to end.
        self._writers = AtOnce(2 * limits.bounds.uploads)
        self._finishing: dict[str, asyncio.Task[None]] = {}

    # --- up -----------------------------------------------------------------------------------------------------

    async def create_upload(self, session: Session, name: str, size: int, media_type: str = "") -> Upload:
        """Raises `bad_file_name`, `file_too_big`, `bad_request` (an empty file), `no_room`, and as `Files.create`."""
        name = check_file_name(name)
        if size < 1:
            raise Refused("bad_request", "An empty file cannot be uploaded.")
        if size > self.limits.largest:
            raise Refused("file_too_big", f"At most {self.limits.largest} bytes are accepted.")
        await self._partials.check_room(size)
        if len(media_type) > MAX_TYPE or not media_type.isascii():
            media_type = ""
        now = self._clock()
        row = UploadRow(id=new_id(now), owner=session.user, name=name, media_type=media_type, size=size, at=now)
        await self._files.create(row, self.limits.bounds)
        return Upload(id=row.id, name=name, size=size, offset=0, state="open")

    async def fetch_upload(self, session: Session, file: str) -> Upload:
        """How far one's own upload is; `no_such_file` otherwise."""
        row = await self._files.fetch_own(session.user, file)
        offset = row.size if row.ready else await self._partials.measure(file)
        if file in self._finishing:
            offset = row.size  # its content may be on its way to where it is kept
        elif offset < row.size:
            row = await self._files.fetch_own(session.user, file)  # it may have become ready meanwhile
        if row.ready and row.info is not None:
            part = make_own(StoredFile(id=row.id, owner=row.owner, name=row.name, info=row.info))
            size = row.info.size
            return Upload(id=row.id, name=row.name, size=size, offset=size, state="ready", part=part)
        if offset >= row.size:
            self._finish(row)  # whoever began that was stopped
        state: Literal["open", "checking"] = "checking" if file in self._finishing else "open"
        return Upload(id=row.id, name=row.name, size=row.size, offset=offset, state=state)

    async def append_upload(self, session: Session, file: str, offset: int, body: AsyncIterator[bytes]) -> int:
        """Write `body` from `offset` on; how far the upload is then. With the last byte the file is looked at, and this
        answers when that is done.

        Raises `no_such_file`, `wrong_offset`, `file_too_big` (more than was announced), `storage_failed`, `no_room`,
        `rate_limited`, and what looking at it raises; where that says that it will never do, the upload is gone.
        """
        row = await self._files.fetch_own(session.user, file)
        if row.ready:
            raise Refused("wrong_offset", "The file is there as a whole.")
        with self._writers.hold(session.user):
            end = await self._write(row, offset, body)
        if end == row.size:
            await asyncio.shield(self._finish(row))
        return end

    async def keep_picture(self, session: Session, name: str, content: bytes) -> str | None:
        """A picture, whole, as an upload of this user; None where it is none. Raises as the two above."""
        upload = await self.create_upload(session, name, len(content))
        try:
            await self.append_upload(session, upload.id, 0, _once(content))
            done = await self.fetch_upload(session, upload.id)
        except Refused:
            with contextlib.suppress(Refused):
                await self.remove_upload(session, upload.id)
            raise
        if isinstance(done.part, PhotoPart):
            return upload.id
        await self.remove_upload(session, upload.id)
        return None

    async def holds(self, file: str) -> bool:
        """Whether the file is there as a whole, and nobody has given it up."""
        return await self._files.is_ready(file)

    async def remove_upload(self, session: Session, file: str) -> None:
        """Cancel an upload, or take back a file that was not posted. Raises as `Files.remove`."""
        with self._turns.hold(file) as turn:
            async with turn.lock:
                await self._files.remove(session.user, file)
                turn.take()  # from whoever writes it still
                if file not in self._finishing:  # else who looks at it cleans up behind itself
                    await self._partials.remove(file)

    async def _write(self, row: UploadRow, offset: int, body: AsyncIterator[bytes]) -> int:
        with self._turns.hold(row.id) as turn:
            token = turn.take()
            pieces: list[bytes] = []
            held = 0
            try:
                async with contextlib.aclosing(turn.read(token, body)) as coming:
                    async for piece in coming:
                        if offset + held + len(piece) > row.size:
                            raise Refused("file_too_big", "That is more than was announced.")
                        pieces.append(piece)
                        held += len(piece)
                        if held >= PIECE_BYTES:
                            full, pieces, held = pieces, [], 0
                            offset = await self._flush(turn, token, row, offset, full)
                full, pieces = pieces, []
                return await self._flush(turn, token, row, offset, full)
            finally:
                # What was cut is kept as far as it came, and what is written twice is refused.
                if pieces:
                    with contextlib.suppress(Refused):
                        await self._flush(turn, token, row, offset, pieces)
                if turn.token is token:
                    with contextlib.suppress(OSError):
                        await self._partials.settle(row.id)

    async def _flush(self, turn: Turn, token: object, row: UploadRow, offset: int, pieces: list[bytes]) -> int:
        """Shielded: the thread that writes goes on when its request is cancelled, and so must the lock be held."""
        return await asyncio.shield(asyncio.create_task(self._append(turn, token, row, offset, pieces)))

    async def _append(self, turn: Turn, token: object, row: UploadRow, offset: int, pieces: list[bytes]) -> int:
        with self._turns.hold(row.id):
            async with turn.lock:
                turn.check(token)
                if (await self._fetch_again(row)).ready:
                    raise Refused("wrong_offset", "The file is there as a whole.")
                if row.id in self._finishing:
                    if offset == row.size and not pieces:
                        return offset  # sent again by somebody who has not heard the answer
                    raise Refused("wrong_offset", "The file is there as a whole.")
                return await self._partials.append(row.id, offset, pieces)

    async def _fetch_again(self, row: UploadRow) -> UploadRow:
        """The upload as it is now, under its lock; of one that is gone nothing is left. Raises `no_such_file`."""
        try:
            return await self._files.fetch_own(row.owner, row.id)
        except Refused as refused:
            if refused.code == "no_such_file":
                await self._partials.remove(row.id)
            raise

    # --- looking at it --------------------------------------------------------------------------------------------

    def _finish(self, row: UploadRow) -> asyncio.Task[None]:
        """The task that looks at a whole upload; it goes on when nobody waits for it."""
        task = self._finishing.get(row.id)
        if task is None:
            task = self._finishing[row.id] = asyncio.create_task(self._look_and_keep(row))
            task.add_done_callback(lambda done: self._finished(row.id, done))
        return task

    def _finished(self, file: str, task: asyncio.Task[None]) -> None:
        self._finishing.pop(file, None)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Refused):
            get_logger(__name__).error("file_check_failed", exc_info=error)

    async def _look_and_keep(self, row: UploadRow) -> None:
        with self._turns.hold(row.id) as turn:
            async with turn.lock:  # whoever was let to write before this began has ended then
                if (await self._fetch_again(row)).ready:
                    return
                if await self._partials.measure(row.id) < row.size:
                    raise Refused("wrong_offset")
            try:
                found = await self._inspector.inspect(row, self._partials.path(row.id))
            except Refused as refused:
                if not refused.retry:
                    await self._give_up(row)
                raise
            size = sum(output.stat().st_size for output in found.outputs.values())
            for variant, output in found.outputs.items():
                await self._storage.put(row.id, variant, output)
            await self._note_kept(row, found, size)
            await self._partials.remove(row.id)

    async def _note_kept(self, row: UploadRow, found: Inspected, size: int) -> None:
        """Until the store has taken it: all of the file has come, and nobody should have to send it again."""
        while True:
            try:
                await self._files.finish(row.id, found.name, found.info, size, self._clock())
            except Refused as refused:
                if not refused.retry:
                    # Refused it was before, perhaps, and stored all the same.
                    if (await self._fetch_again(row)).ready:
                        return
                    raise
                get_logger(__name__).warning("file_not_noted", code=refused.code)
                await asyncio.sleep(self._retry_seconds)
            else:
                return

    async def _give_up(self, row: UploadRow) -> None:
        with contextlib.suppress(Refused):
            await self._files.remove(row.owner, row.id)
        await self._partials.remove(row.id)

    # --- down -----------------------------------------------------------------------------------------------------

    async def open_file(self, session: Session, file: str) -> StoredFile:
        """A file that the user may read at this moment; `no_such_file` otherwise."""
        return await self._files.fetch_readable(session.user, file)

    def read_file(self, file: str, variant: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """For somebody known to be entitled to it: the bytes from `start` up to `end`; to be closed. Raises as
        `Storage.read`."""
        return self._storage.read(file, variant, start, end)

    async def measure_variant(self, file: str, variant: str) -> int:
        """The size of one of the contents; `no_such_file` when there is none of that name."""
        return await self._storage.measure(file, variant)

    # --- away -----------------------------------------------------------------------------------------------------

    async def collect(self) -> int:
        """Remove what nobody needs: uploads given up, files never posted, files of deleted messages, and what a crash
        has left among the uploads. How many files; what cannot be removed is tried again, behind the others."""
        now = self._clock()
        unposted = now - round(self.limits.unposted_hours * HOUR_MS)
        gone = await self._files.collect(now - round(self.limits.upload_hours * HOUR_MS), unposted)
        done: list[str] = []
        failures: dict[str, Exception] = {}
        for file in gone:
            if (turn := self._turns.find(file)) is not None:
                turn.take()  # whoever is at it ends soon, and does not know what was removed before: next time
                continue
            try:
                await self._partials.remove(file)
                await self._storage.delete(file)
            except (Refused, OSError) as error:
                failures[file] = error
            else:
                done.append(file)
        if done:
            await self._files.forget(done)
        if failures:
            await self._files.put_off(list(failures), now)
            _warn(failures)
        await self._sweep()
        return len(done)

    async def _sweep(self) -> None:
        """Remove what lies among the uploads and is none: of a file that became ready, or gone, right before a crash.
        Only what is open is written, and what is not will never be."""
        found = await self._partials.list_files()
        strays = set(found).difference(await self._files.fetch_open(found)) if found else ()
        failures: dict[str, Exception] = {}
        for file in strays:
            with self._turns.hold(file) as turn:
                async with turn.lock:
                    if file in self._finishing:
                        continue
                    try:
                        await self._partials.remove(file)
                    except OSError as error:
                        failures[file] = error
        if failures:
            _warn(failures)

    async def close(self) -> None:
        for task in list(self._finishing.values()):
            task.cancel()
        await asyncio.gather(*self._finishing.values(), return_exceptions=True)
        await self._storage.close()


class Collector:
    """Has the service collect, again and again, beside everything else."""

    def __init__(self, service: FileService) -> None:
        self._service = service
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._service.close()

    async def _run(self) -> None:
        while True:
            try:
                await self._service.collect()
            except Refused as refused:
                get_logger(__name__).warning("files_not_collected", code=refused.code)
            except Exception:
                get_logger(__name__).exception("files_not_collected")
            await asyncio.sleep(COLLECT_SECONDS)


def _warn(failures: Mapping[str, Exception]) -> None:
    """One line, however many there are."""
    file, error = next(iter(failures.items()))
    get_logger(__name__).warning("files_not_removed", files=len(failures), first=file, error=repr(error))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
