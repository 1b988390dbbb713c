"""Events that are not in the database but in the archive: how reading says which it misses, and gets them.

Who reads in a transaction does not ask the archive within it: while that answers, or does not, the connection would be
kept from others. Instead the attempt ends with `Cold`, what it misses is fetched, and it is made again with that at
hand. What the database has always comes before what the archive has, which may lag behind a deletion.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

import structlog

from hubbub.errors import Refused
from hubbub.protocol.archive import Archive, ArchivedEvent

Bodies: TypeAlias = Mapping[tuple[str, int], bytes]
"""Events by stream and seq, from the archive."""
NO_BODIES: Final[Bodies] = MappingProxyType({})

T = TypeVar("T")

# What is found cold can change while it is fetched; but not as often as this.
_ATTEMPTS: Final = 6

_log = structlog.get_logger("hubbub.store")


class Cold(Refused):
    """These events (stream and seq), and all those filed under these (stream and about), are needed and not here."""

    def __init__(self, seqs: set[tuple[str, int]], abouts: set[tuple[str, int]] | None = None) -> None:
        self.seqs = seqs
        self.abouts = abouts or set()
        super().__init__("archive_unavailable")


class Found:
    """What was fetched from the archive for one attempt after another."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, int], ArchivedEvent] = {}
        self.abouts: set[tuple[str, int]] = set()

    @property
    def bodies(self) -> Bodies:
        return {place: event.body for place, event in self.events.items()}


class Thaw:
    """Fetching what is cold. Without an archive everything cold stays refused."""

    def __init__(self, archive: Archive | None) -> None:
        self.archive = archive

    async def read(self, attempt: Callable[[Bodies], Awaitable[T]]) -> T:
        """What `attempt` answers once it has all it needs. Raises as it, and `archive_unavailable`."""
        found = Found()
        for _ in range(_ATTEMPTS):
            try:
                return await attempt(found.bodies if found.events else NO_BODIES)
            except Cold as cold:
                await self.fetch(cold, found)
        raise Refused("archive_unavailable")

    async def fetch(self, cold: Cold, found: Found) -> None:
        """Add to `found` what is missed. Raises `archive_unavailable`, also when the archive does not have it."""
        if self.archive is None:
            raise cold
        streams: dict[str, set[int]] = {}
        for stream, seq in cold.seqs:
            streams.setdefault(stream, set()).add(seq)
        for stream, seqs in streams.items():
            for event in await self.archive.fetch_events(stream, seqs):
                found.events[stream, event.seq] = event
        for stream, about in cold.abouts:
            for event in await self.archive.fetch_about(stream, about):
                found.events[stream, event.seq] = event
            found.abouts.add((stream, about))
        _check(cold.seqs - found.events.keys())

    async def fetch_missed(self, stream: str, seqs: set[int]) -> list[tuple[int, bytes]]:
        """These events of one piece of a stream, as (seq, encoded). Raises as `fetch`."""
        if self.archive is None:
            raise Refused("archive_unavailable")
        found = await self.archive.fetch_range(stream, min(seqs) - 1, max(seqs))
        events = [(event.seq, event.body) for event in found if event.seq in seqs]
        _check({(stream, seq) for seq in seqs} - {(stream, seq) for seq, _ in events})
        return events


def _check(lost: set[tuple[str, int]]) -> None:
    if lost:
        _log.error("archive_incomplete", events=sorted(lost)[:10], count=len(lost))
        raise Refused("archive_unavailable")
