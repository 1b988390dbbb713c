"""Octets that many sockets send from where they lie.

What is written to a socket is copied into it, once for each listener. `sendfile(2)` from a file in memory
(`memfd_create(2)`) lets the kernel refer to the same pages instead: of 20 KB to a thousand listeners that is an eighth
of the time, of 40 KB a third, and readers who lag share the pages too. Below `PAGES_FROM` copying is cheaper.

Invariant: the octets are written into the file before the first is sent, and never changed: sockets refer to them until
their peers have acknowledged them, which the kernel sees to, also behind `close`.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Final

PAGES_FROM: Final = 12 * 1024
"""Octets."""
LISTENERS_FROM: Final = 64
"""For fewer the file is not worth its making."""

HAS_PAGES: Final = hasattr(os, "memfd_create") and hasattr(os, "sendfile")

NONE: Final = -1


class Pages:
    """For one call of `wire.write`: it holds a descriptor for each form of a batch (one a compression window at most),
    and none behind its block."""

    __slots__ = ("_made", "_wanted")

    def __init__(self, listeners: int) -> None:
        self._wanted = HAS_PAGES and listeners >= LISTENERS_FROM
        self._made: list[tuple[bytes, int]] = []

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for _, fd in self._made:
            if fd != NONE:
                os.close(fd)

    def open(self, data: bytes) -> int:
        """A descriptor to `sendfile` all of `data` from, within the block; `NONE` where it does not pay, or cannot be
        had."""
        for made, fd in self._made:
            if made is data:
                return fd
        fd = _make_file(data) if self._wanted and len(data) >= PAGES_FROM else NONE
        self._made.append((data, fd))
        return fd


def _make_file(data: bytes) -> int:
    """`NONE` where there are no descriptors left, or the system refuses: then all is copied."""
    try:
        fd = os.memfd_create("hubbub-frames")
    except OSError:
        return NONE
    try:
        if os.write(fd, data) == len(data):
            return fd
    except OSError:
        pass
    os.close(fd)
    return NONE
