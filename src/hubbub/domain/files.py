"""What is known of an uploaded file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec


class FileInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What looking at a file's content has told. `digest`: SHA-256, in hexadecimal. `thumbs`: width and height of each
    smaller copy, the smallest first. Durations are milliseconds, measures pixels, 0 for unknown."""

    media_type: str
    size: int
    digest: str
    width: int = 0
    height: int = 0
    blur: str = ""
    thumbs: list[tuple[int, int]] = []
    animated: bool = False
    duration: int = 0
    title: str = ""
    artist: str = ""

    @property
    def is_picture(self) -> bool:
        return self.width > 0 and self.media_type.startswith("image/")

    @property
    def is_video(self) -> bool:
        return self.media_type.startswith("video/")

    @property
    def is_sound(self) -> bool:
        return self.media_type.startswith("audio/")


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is there as a whole, under the name its uploader gave it."""

    id: str
    owner: str
    name: str
    info: FileInfo


class UploadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way, or there. `media_type` is what the uploader says until it is `ready`; then there is `info`."""

    id: str
    owner: str
    name: str
    media_type: str
    size: int
    at: int
    ready: bool = False
    info: FileInfo | None = None


class UploadBounds(msgspec.Struct, frozen=True, kw_only=True):
    """Of one user: unfinished uploads at once, and bytes altogether."""

    uploads: int
    quota: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """What an upload turned out to be: its name and what is known of it, and what is to be kept, by variant
    (`original`, `thumb-WIDTH`)."""

    name: str
    info: FileInfo
    outputs: Mapping[str, Path]
