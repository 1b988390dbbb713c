"""What files need from the layers below; `main.py` says which adapter fills each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Protocol

from hubbub.domain.files import FileInfo, Inspected, StoredFile, UploadBounds, UploadRow


class Files(Protocol):
    """What is uploaded, by whom, and who may read it. Every method may raise `store_failed`."""

    async def create(self, row: UploadRow, bounds: UploadBounds) -> None:
        """A new upload. Raises `too_many_uploads`, `quota_exceeded`."""
        ...

    async def fetch_own(self, user: str, file: str) -> UploadRow:
        """An upload of this user, finished or not; `no_such_file` otherwise."""
        ...

    async def finish(self, file: str, name: str, info: FileInfo, size: int, at: int) -> None:
        """It can be posted from `at` on; what is kept of it takes `size` bytes. Raises `no_such_file` (cancelled, or
        finished already)."""
        ...

    async def remove(self, user: str, file: str) -> None:
        """Cancel an upload, or take back what was not posted. Raises `no_such_file`, `bad_request` (posted)."""
        ...

    async def fetch_readable(self, user: str, file: str) -> StoredFile:
        """A file that this user may read at this moment; `no_such_file` otherwise."""
        ...

    async def collect(self, open_before: int, unposted_before: int) -> list[str]:
        """Give up uploads and unposted files from before these times; all files whose content is to be removed."""
        ...

    async def is_ready(self, file: str) -> bool:
        """Whether it is there as a whole, and nobody has given it up."""
        ...

    async def forget(self, files: Sequence[str]) -> None:
        """Their content has been removed."""
        ...

    async def put_off(self, files: Sequence[str], at: int) -> None:
        """Their content could not be removed, at this time: others come before them."""
        ...

    async def fetch_open(self, files: Sequence[str]) -> list[str]:
        """Which of these are uploads that are not finished."""
        ...


class Partials(Protocol):
    """Uploads on their way, each as long as it has come."""

    def path(self, file: str) -> Path: ...

    async def check_room(self, size: int) -> None:
        """Raises `no_room`."""
        ...

    async def measure(self, file: str) -> int: ...

    async def append(self, file: str, offset: int, pieces: list[bytes]) -> int:
        """Write at the end, which must be at `offset`; the new end. Raises `wrong_offset`, `no_room`,
        `storage_failed`."""
        ...

    async def settle(self, file: str) -> None:
        """What was written survives the machine."""
        ...

    async def remove(self, file: str) -> None: ...

    async def list_files(self) -> list[str]:
        """Of which uploads something is there."""
        ...


class FileInspector(Protocol):
    """Finds out what a file is."""

    async def inspect(self, row: UploadRow, path: Path) -> Inspected:
        """Raises `bad_image`, `image_too_big`."""
        ...


class Storage(Protocol):
    """Where contents are kept: of each file its `original`, and `thumb-WIDTH` of pictures. All methods may raise
    `storage_failed`."""

    async def put(self, file: str, variant: str, source: Path) -> None:
        """Keep the content of `source`, as a whole or not at all; `source` may be gone then."""
        ...

    async def measure(self, file: str, variant: str) -> int:
        """Its size; `no_such_file` when it is not there."""
        ...

    def read(self, file: str, variant: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to `end`. Raises `no_such_file` before the first of them."""
        ...

    async def delete(self, file: str) -> None:
        """All contents of the file; none need be there."""
        ...

    async def close(self) -> None: ...
