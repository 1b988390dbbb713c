"""What the store asks of the archive: a copy of the log elsewhere, from which it reads what it has not kept itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ArchivedEvent:
    """`body`: the bytes that travel. `about`: see the table of events."""

    seq: int
    about: int | None
    body: bytes


class Archive(Protocol):
    """Every method raises `archive_unavailable` when the archive does not answer, or not in time."""

    async def fetch_events(self, stream: str, seqs: Collection[int]) -> Sequence[ArchivedEvent]:
        """Those of them that are there, in order."""
        ...

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        """The events with `after` < seq ≤ `upto` that are there, in order."""
        ...

    async def fetch_about(self, places: Collection[tuple[str, int]]) -> Mapping[str, Sequence[ArchivedEvent]]:
        """Those filed under any of these (stream and about) that are there: by stream, in order."""
        ...

    async def fetch_versions(self, channel: str, numbers: Collection[int]) -> Mapping[int, int]:
        """The versions (MessageState.version) of those messages that are there."""
        ...

    async def is_settled(self) -> bool:
        """Whether it is one copy. While another is made beside it nothing may be left to it alone."""
        ...

    async def refresh(self) -> None:
        """What was written before can be read after."""
        ...
