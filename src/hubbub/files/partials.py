"""Uploads on their way, one file each, as long as they have come.

Invariants: an upload's offset is its file's length, and nothing else says it; so it holds after any crash. Uploads
leave so much of the disk free that they never keep the log from being written.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from hubbub.domain.ids import is_id
from hubbub.errors import Refused
from hubbub.files.inspector import OUTPUTS, folder_of


class Partials:
    """The folder `root`; made when absent. `reserve`: the bytes of its disk that stay free."""

    def __init__(self, root: Path, reserve: int = 0) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root
        self._reserve = reserve

    async def check_room(self, size: int) -> None:
        """Raises `no_room`."""
        await asyncio.to_thread(_check_room, self._root, self._reserve + size)

    def path(self, file: str) -> Path:
        return self._root / file

    async def measure(self, file: str) -> int:
        """How many bytes are there."""
        return await asyncio.to_thread(_measure, self.path(file))

    async def append(self, file: str, offset: int, pieces: list[bytes]) -> int:
        """Write `pieces` at the end, which must be at `offset`; the new end. Raises `wrong_offset`, `no_room`,
        `storage_failed`."""
        return await asyncio.to_thread(_append, self.path(file), offset, pieces, self._reserve)

    async def settle(self, file: str) -> None:
        """What was written survives the machine. Raises OSError, also when nothing was."""
        await asyncio.to_thread(_settle, self.path(file))

    async def remove(self, file: str) -> None:
        """The upload and what was made of it; neither need be there."""
        await asyncio.to_thread(_remove, self.path(file))

    async def list_files(self) -> list[str]:
        """Of which uploads something is there. What is not named like one is not ours."""
        return await asyncio.to_thread(_list_files, self._root)


def _measure(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _check_room(folder: Path, wanted: int) -> None:
    if shutil.disk_usage(folder).free < wanted:
        raise Refused("no_room")


def _append(path: Path, offset: int, pieces: list[bytes], reserve: int) -> int:
    if _measure(path) != offset:
        raise Refused("wrong_offset")
    _check_room(path.parent, reserve + sum(map(len, pieces)))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            for piece in pieces:
                _write_all(descriptor, piece)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Refused("storage_failed") from error
    return offset + sum(map(len, pieces))


def _write_all(descriptor: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]


def _settle(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    shutil.rmtree(folder_of(path), ignore_errors=True)


def _list_files(root: Path) -> list[str]:
    return sorted({name for path in root.iterdir() if is_id(name := path.name.removesuffix(OUTPUTS))})
