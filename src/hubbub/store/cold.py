"""Events that are not in the database but in the archive: how reading says which it misses, and gets them.

Who reads in a transaction does not ask the archive within it: while that answers, or does not, the connection would be
kept from others. Instead the attempt ends with `Cold`, what it misses is fetched, and it is made again with that at
hand. What the database has always comes before what the archive has, which may lag behind a deletion.

Invariant: an attempt is made again only when it missed what was not fetched yet. So however much is missing, and
however often more goes into the archive meanwhile, it ends, and never for having been made too often.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

import structlog

from hubbub.errors import Refused
from hubbub.protocol.archive import Archive, ArchivedEvent

Bodies: TypeAlias = Mapping[tuple[str, int], bytes]
"""Events by stream and seq, from the archive."""
NO_BODIES: Final[Bodies] = MappingProxyType({})

NO_ABOUTS: Final[Mapping[tuple[str, int], int]] = MappingProxyType({})

T = TypeVar("T")

_log = structlog.get_logger("hubbub.store")


class Cold(Refused):
    """These events (stream and seq) are needed and not here; and all those filed under these (stream and about), of
    which the ones up to the seq beside it may be in the archive. `stale`: of the events that were fetched, those which
    were changed since."""

    def __init__(
        self,
        seqs: set[tuple[str, int]],
        abouts: Mapping[tuple[str, int], int] = NO_ABOUTS,
        stale: Collection[tuple[str, int]] = (),
    ) -> None:
        self.seqs = seqs
        self.abouts = abouts
        self.stale = stale
        super().__init__("archive_unavailable")


class Missed:
    """Gathers what several readings miss, so that one asking brings all of it."""

    def __init__(self) -> None:
        self._seqs: set[tuple[str, int]] = set()
        self._abouts: dict[tuple[str, int], int] = {}

    @contextmanager
    def noted(self) -> Iterator[None]:
        """What is read in here may be missing; it is not there behind it then."""
        try:
            yield
        except Cold as cold:
            self._seqs |= cold.seqs
            self._abouts |= cold.abouts

    def check(self) -> None:
        """Raises `Cold` with everything that was missing."""
        if self._seqs or self._abouts:
            raise Cold(self._seqs, self._abouts)


class Found:
    """What was fetched from the archive for one attempt after another. `abouts`: all that is filed under these is among
    `events`, but for what has gone into the archive beyond the seq beside it. `stale`: what was fetched too early."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, int], ArchivedEvent] = {}
        self.abouts: dict[tuple[str, int], int] = {}
        self.stale: set[tuple[tuple[str, int], bytes]] = set()

    @property
    def bodies(self) -> Bodies:
        return {place: event.body for place, event in self.events.items()}


async def _as_they_are(bodies: Bodies) -> Bodies:
    return bodies


class Thaw:
    """Fetching what is cold. Without an archive everything cold stays refused. `wipe` has the last word on what is
    handed out (wiping.py); what is fetched for a change is looked at where it is put back."""

    def __init__(self, archive: Archive | None, wipe: Callable[[Bodies], Awaitable[Bodies]] = _as_they_are) -> None:
        self.archive = archive
        self._wipe = wipe

    async def read(self, attempt: Callable[[Bodies], Awaitable[T]]) -> T:
        """What `attempt` answers once it has all it needs. Raises as it, and `archive_unavailable`."""
        found, bodies = Found(), NO_BODIES
        while True:
            try:
                return await attempt(bodies)
            except Cold as cold:
                await self.fetch(cold, found)
            bodies = await self._wipe(found.bodies)

    async def fetch(self, cold: Cold, found: Found) -> None:
        """Add to `found` what is missed. Raises `archive_unavailable`, also when the archive does not have it, or all
        of it was found before."""
        if self.archive is None:
            raise cold
        if cold.stale:
            await self._drop(self.archive, cold, found)
        seqs = (cold.seqs | set(cold.stale)) - found.events.keys()
        abouts = {place: base for place, base in cold.abouts.items() if found.abouts.get(place) != base}
        if not seqs and not abouts:
            raise cold
        streams: dict[str, set[int]] = {}
        for stream, seq in seqs:
            streams.setdefault(stream, set()).add(seq)
        for stream, wanted in streams.items():
            _add(found, stream, await self.archive.fetch_events(stream, wanted))
        if abouts:
            for stream, events in (await self.archive.fetch_about(abouts)).items():
                _add(found, stream, events)
            found.abouts |= abouts
        _check(seqs - found.events.keys())

    async def _drop(self, archive: Archive, cold: Cold, found: Found) -> None:
        stale = {(place, found.events.pop(place).body) for place in cold.stale}
        if stale & found.stale:
            raise cold  # the archive does not get any further
        found.stale |= stale
        await archive.refresh()

    async def fetch_missed(self, stream: str, seqs: set[int]) -> list[tuple[int, bytes]]:
        """These events of one piece of a stream, as (seq, encoded). Raises as `fetch`."""
        if self.archive is None:
            raise Refused("archive_unavailable")
        found = await self.archive.fetch_range(stream, min(seqs) - 1, max(seqs))
        bodies = {(stream, event.seq): event.body for event in found if event.seq in seqs}
        _check({(stream, seq) for seq in seqs} - bodies.keys())
        return [(seq, body) for (_, seq), body in (await self._wipe(bodies)).items()]


def _add(found: Found, stream: str, events: Iterable[ArchivedEvent]) -> None:
    found.events.update({(stream, event.seq): event for event in events})


def _check(lost: set[tuple[str, int]]) -> None:
    if lost:
        _log.error("archive_incomplete", events=sorted(lost)[:10], count=len(lost))
        raise Refused("archive_unavailable")
