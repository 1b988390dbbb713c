"""The port `Storage` on a folder of this machine.

Invariant: a content is there as a whole, under its name, or not at all: it is written elsewhere on the same disk, made
lasting, and moved.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from hubbub.errors import Refused

# Read at once, for each of those who read.
PIECE_BYTES: Final = 256 << 10


class LocalStorage:
    """Contents in the folder `root`, made when absent: `root/XX/FILE/VARIANT`, XX the end of the file's id."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root

    async def put(self, file: str, variant: str, source: Path) -> None:
        """Take `source` for the content: where the disk can, under a second name, so that it is still there when noting
        that it is kept fails; else it is gone from where it was. Nobody may write to it any more. Raises
        `storage_failed`."""
        await asyncio.to_thread(_put, source, self._folder(file), variant)

    async def measure(self, file: str, variant: str) -> int:
        """Its size. Raises `no_such_file`, `storage_failed`."""
        return await asyncio.to_thread(_measure, self._folder(file) / variant)

    async def read(self, file: str, variant: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to `end`, in pieces. Raises `no_such_file` before the first, `storage_failed`."""
        descriptor = await asyncio.to_thread(_open, self._folder(file) / variant)
        try:
            while start < end:
                piece = await asyncio.to_thread(os.pread, descriptor, min(PIECE_BYTES, end - start), start)
                if not piece:
                    raise Refused("storage_failed", "The file is shorter than it was.")
                start += len(piece)
                yield piece
        finally:
            os.close(descriptor)

    async def delete(self, file: str) -> None:
        """All of a file's contents; none need be there. Raises `storage_failed`."""
        await asyncio.to_thread(_delete, self._folder(file))

    async def close(self) -> None:
        """Nothing is held."""

    def _folder(self, file: str) -> Path:
        return self._root / file[-2:] / file


def _put(source: Path, folder: Path, variant: str) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.chmod(0o600)
        _sync(source)
        _move(source, folder / variant)
        for changed in (folder, folder.parent, folder.parent.parent):
            _sync(changed)
    except OSError as error:
        raise Refused("storage_failed") from error


def _move(source: Path, target: Path) -> None:
    name = target.with_name(target.name + ".new")
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(source)
    except OSError:  # two disks have one name each, and some have no second ones
        source.replace(target)
    else:
        name.replace(target)
        name.unlink(missing_ok=True)  # it stays where both were one file already


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _measure(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError as error:
        raise Refused("no_such_file") from error
    except OSError as error:
        raise Refused("storage_failed") from error


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise Refused("no_such_file") from error
    except OSError as error:
        raise Refused("storage_failed") from error


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Refused("storage_failed") from error
