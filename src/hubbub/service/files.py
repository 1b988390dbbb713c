"""Files: coming up in pieces, being looked at, being read, and being collected when nobody needs them any more.

Invariants:
1. Of one upload one request writes at a time: the newest. One that was cut may still hang somewhere; it writes no more.
2. A file can be posted once it was looked at as a whole and its content is kept, and not before; all of that is done
   again from the start when it was interrupted.
3. Contents are removed only of files that are `gone` in the store, and their rows only behind that.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from hubbub.domain.accounts import Session
from hubbub.domain.files import StoredFile, UploadBounds, UploadRow
from hubbub.domain.ids import new_id
from hubbub.domain.posting import check_file_name
from hubbub.errors import Refused
from hubbub.protocol.parts import Upload
from hubbub.protocol.showing import make_own
from hubbub.service.file_ports import FileInspector, Files, Partials, Storage
from hubbub.service.ports import Clock
from hubbub.telemetry import get_logger

HOUR_MS: Final = 3_600_000
# Written at once; what one upload holds in memory.
PIECE_BYTES: Final = 1 << 20
MAX_TYPE: Final = 100
# Seconds without a byte after which a request that brings some is given up; the upload waits for the next.
SILENCE_SECONDS: Final = 60
COLLECT_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class FileLimits:
    """`largest`: bytes of one file. Times are hours."""

    largest: int
    bounds: UploadBounds
    upload_hours: float
    unposted_hours: float


@dataclass(slots=True, eq=False)
class _Writing:
    """The request that writes an upload now."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: object = None
    users: int = 0


class FileService:
    """See the module. Made on the running loop."""

    def __init__(
        self,
        files: Files,
        partials: Partials,
        inspector: FileInspector,
        storage: Storage,
        clock: Clock,
        limits: FileLimits,
    ) -> None:
        self._files = files
        self._partials = partials
        self._inspector = inspector
        self._storage = storage
        self._clock = clock
        self.limits = limits
        self._writing: dict[str, _Writing] = {}
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
        if row.ready and row.info is not None:
            part = make_own(StoredFile(id=row.id, owner=row.owner, name=row.name, info=row.info))
            size = row.info.size
            return Upload(id=row.id, name=row.name, size=size, offset=size, state="ready", part=part)
        offset = await self._partials.measure(file)
        if offset >= row.size:
            self._finish(row)  # whoever began that was stopped
        return Upload(
            id=row.id,
            name=row.name,
            size=row.size,
            offset=offset,
            state="checking" if file in self._finishing else "open",
        )

    async def append_upload(self, session: Session, file: str, offset: int, body: AsyncIterator[bytes]) -> int:
        """Write `body` from `offset` on; how far the upload is then. With the last byte the file is looked at, and this
        answers when that is done.

        Raises `no_such_file`, `wrong_offset`, `file_too_big` (more than was announced), `storage_failed`, and what
        looking at it raises; then the upload is gone.
        """
        row = await self._files.fetch_own(session.user, file)
        if row.ready:
            raise Refused("wrong_offset", "The file is there as a whole.")
        end = await self._write(row, offset, body)
        if end == row.size:
            await asyncio.shield(self._finish(row))
        return end

    async def remove_upload(self, session: Session, file: str) -> None:
        """Cancel an upload, or take back a file that was not posted. Raises as `Files.remove`."""
        await self._files.remove(session.user, file)
        await self._partials.remove(file)

    async def _write(self, row: UploadRow, offset: int, body: AsyncIterator[bytes]) -> int:
        writing = self._writing.setdefault(row.id, _Writing())
        writing.users += 1
        token = writing.token = object()
        try:
            pieces: list[bytes] = []
            held = 0
            async for piece in _without_silence(body):
                pieces.append(piece)
                held += len(piece)
                if offset + held > row.size:
                    raise Refused("file_too_big", "That is more than was announced.")
                if held >= PIECE_BYTES:
                    offset = await self._flush(writing, token, row.id, offset, pieces)
                    pieces, held = [], 0
            return await self._flush(writing, token, row.id, offset, pieces)
        finally:
            # What was cut is kept as far as it came.
            if writing.token is token:
                with contextlib.suppress(OSError):
                    await self._partials.settle(row.id)
            writing.users -= 1
            if not writing.users:
                self._writing.pop(row.id, None)

    async def _flush(self, writing: _Writing, token: object, file: str, offset: int, pieces: list[bytes]) -> int:
        async with writing.lock:
            if writing.token is not token:
                raise Refused("wrong_offset", "Another request goes on with this upload.")
            return await self._partials.append(file, offset, pieces)

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
        path = self._partials.path(row.id)
        try:
            found = await self._inspector.inspect(row, path)
        except Refused as refused:
            if not refused.retry:
                await self._give_up(row)
            raise
        size = sum(output.stat().st_size for output in found.outputs.values())
        for variant, output in found.outputs.items():
            await self._storage.put(row.id, variant, output)
        try:
            await self._files.finish(row.id, found.name, found.info, size)
        finally:
            await self._partials.remove(row.id)

    async def _give_up(self, row: UploadRow) -> None:
        with contextlib.suppress(Refused):
            await self._files.remove(row.owner, row.id)
        await self._partials.remove(row.id)

    # --- down -----------------------------------------------------------------------------------------------------

    async def open_file(self, session: Session, file: str) -> StoredFile:
        """A file that the user may read at this moment; `no_such_file` otherwise."""
        return await self._files.fetch_readable(session.user, file)

    def read_file(self, file: str, variant: str, start: int, end: int) -> AsyncIterator[bytes]:
        """For somebody known to be entitled to it: the bytes from `start` up to `end`. Raises as `Storage.read`."""
        return self._storage.read(file, variant, start, end)

    async def measure_variant(self, file: str, variant: str) -> int:
        """The size of one of the contents; `no_such_file` when there is none of that name."""
        return await self._storage.measure(file, variant)

    # --- away -----------------------------------------------------------------------------------------------------

    async def collect(self) -> int:
        """Remove what nobody needs: uploads given up, files never posted, files of deleted messages. How many."""
        now = self._clock()
        unposted = now - round(self.limits.unposted_hours * HOUR_MS)
        gone = await self._files.collect(now - round(self.limits.upload_hours * HOUR_MS), unposted)
        for file in gone:
            await self._partials.remove(file)
            await self._storage.delete(file)
        if gone:
            await self._files.forget(gone)
        return len(gone)

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


async def _without_silence(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """`body`, for as long as something comes. Raises `head_too_slow`."""
    pieces = aiter(body)
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise Refused("head_too_slow", "The upload has stopped; go on with it.") from error
        yield piece
