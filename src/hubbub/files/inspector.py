"""Finding out what an uploaded file is, off the loop and within bounds.

Invariants: so many processes look at files at once, and one at most at files of the same user: whoever uploads much,
or what takes long, waits for themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from hubbub.domain.files import FileInfo, Inspected, UploadRow
from hubbub.errors import Refused
from hubbub.files.sniffing import HEAD_BYTES, sniff
from hubbub.files.worker import Answer, Job
from hubbub.telemetry import get_logger

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp", "image/avif"})
ENDINGS: Final = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}
# Isolated, so that neither the environment nor the working folder says what it runs.
_COMMAND: Final = (sys.executable, "-I", "-m", "hubbub.files.worker")
_LOOKED_INTO: Final = ("audio/", "video/")
# Behind the name of an upload: the folder of what is made of it.
OUTPUTS: Final = ".out"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of pictures: pixels and frames. Of each look: seconds."""

    pixels: int
    frames: int
    seconds: int


@dataclass(slots=True, eq=False)
class _Owner:
    """A user with `files` that are looked at or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    files: int = 0


class Inspector:
    """At most `at_once` processes look at files at the same time; the rest waits."""

    def __init__(self, bounds: Bounds, at_once: int) -> None:
        self._bounds = bounds
        self._turns = asyncio.Semaphore(at_once)
        self._owners: dict[str, _Owner] = {}

    async def inspect(self, row: UploadRow, path: Path) -> Inspected:
        """What `path` is, and what of it is to be kept: a picture made anew with its thumbnails, all else as it is.

        Raises `bad_image`, `image_too_big`. What is to be kept lies beside `path` until `clean`.
        """
        async with self._turn_of(row.owner):
            head = await asyncio.to_thread(_read_head, path)
            media_type = sniff(head, row.media_type, row.name)
            if media_type in PICTURES:
                return await self._remake(row, path)
            digest = await asyncio.to_thread(_digest, path)
            info = FileInfo(media_type=media_type, size=row.size, digest=digest)
            if media_type.startswith(_LOOKED_INTO):
                info = await self._read_tags(info, path)
            return Inspected(row.name, info, {"original": path})

    @contextlib.asynccontextmanager
    async def _turn_of(self, owner: str) -> AsyncIterator[None]:
        """One file of each user at a time."""
        found = self._owners.setdefault(owner, _Owner())
        found.files += 1
        try:
            async with found.lock:
                yield
        finally:
            found.files -= 1
            if not found.files:
                del self._owners[owner]

    async def _remake(self, row: UploadRow, path: Path) -> Inspected:
        folder = folder_of(path)
        await asyncio.to_thread(_make_anew, folder)
        answer = await self._ask(path, folder, picture=True)
        if answer is None or answer.refused or answer.info is None:
            code = answer.refused if answer is not None else ""
            message = answer.message if answer is not None else ""
            raise Refused(code or "bad_image", message or None)
        outputs = {found.name: found for found in sorted(folder.iterdir())}
        return Inspected(_with_ending(row.name, answer.info.media_type), answer.info, outputs)

    async def _read_tags(self, info: FileInfo, path: Path) -> FileInfo:
        answer = await self._ask(path, folder_of(path), picture=False)
        if answer is None:
            return info
        return msgspec.structs.replace(info, duration=answer.duration, title=answer.title, artist=answer.artist)

    async def _ask(self, path: Path, folder: Path, *, picture: bool) -> Answer | None:
        """None when the process ended without an answer, or took too long."""
        bounds = self._bounds
        job = Job(str(path), str(folder), picture, bounds.pixels, bounds.frames, bounds.seconds)
        async with self._turns:
            return await self._run(job)

    async def _run(self, job: Job) -> Answer | None:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
        )
        try:
            async with asyncio.timeout(job.seconds):
                written, _ = await process.communicate(msgspec.json.encode(job))
        except TimeoutError:
            get_logger(__name__).warning("file_check_slow", seconds=job.seconds)
            return None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        try:
            return msgspec.json.decode(written, type=Answer)
        except msgspec.DecodeError:
            get_logger(__name__).warning("file_check_failed", status=process.returncode)
            return None


def folder_of(path: Path) -> Path:
    """Where what is made of the upload `path` lies."""
    return path.with_name(path.name + OUTPUTS)


def _make_anew(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_ending(name: str, media_type: str) -> str:
    """A name that ends as files of this type do: `beach.bmp` was made a PNG."""
    endings = ENDINGS[media_type]
    if name.lower().endswith(endings):
        return name
    stem, dot, ending = name.rpartition(".")
    return (stem if dot and stem and len(ending) <= 5 else name) + endings[0]
