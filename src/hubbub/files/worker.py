"""Looks at one file and ends: `python -m hubbub.files.worker`, a Job on its input, an Answer on its output.

A process for each file, because decoders read what strangers have made: what one of them does wrong, eats or never
finishes ends with this process, which has its own bounds on memory and time and is given nothing but two paths.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Final

import msgspec

from hubbub.domain.files import FileInfo
from hubbub.errors import Refused

# What Python and the decoders' own libraries take, and how many bytes a pixel takes at most on its way.
BASE_BYTES: Final = 1 << 30
PIXEL_BYTES: Final = 24


class Job(msgspec.Struct, frozen=True):
    """Remake the picture `source` in `folder`, or read what the sound or video says of itself."""

    source: str
    folder: str
    picture: bool
    pixels: int
    frames: int
    seconds: int


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`info` of a picture, or the rest; or why it was refused."""

    info: FileInfo | None = None
    duration: int = 0
    title: str = ""
    artist: str = ""
    refused: str = ""
    message: str = ""


def work(job: Job) -> Answer:
    """Raises nothing that a file may cause."""
    if not job.picture:
        from hubbub.files.sounds import read_tags

        duration, title, artist = read_tags(Path(job.source))
        return Answer(duration=duration, title=title, artist=artist)
    from hubbub.files.images import remake

    try:
        return Answer(info=remake(Path(job.source), Path(job.folder), pixels=job.pixels, frames=job.frames))
    except Refused as refused:
        return Answer(refused=refused.code, message=refused.message)
    except MemoryError:
        return Answer(refused="image_too_big")


def bound(job: Job) -> None:
    memory = BASE_BYTES + PIXEL_BYTES * job.pixels
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (job.seconds, job.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    bound(job)
    sys.stdout.buffer.write(msgspec.json.encode(work(job)))


if __name__ == "__main__":
    main()
