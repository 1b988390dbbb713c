"""An archive that does not answer is asked again: moving months of history takes long, and a search server that is busy
or starts again for half a minute should not end it. Who only wants to read a page is told at once (cold.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeVar

import structlog

from hubbub.errors import Refused
from hubbub.protocol.archive import Archive, ArchivedEvent

T = TypeVar("T")

_log = structlog.get_logger("hubbub.store")


class Patient:
    """The port `Archive`. Each question is asked again after each of `pauses` (seconds), then raises as the archive."""

    def __init__(
        self, archive: Archive, pauses: Sequence[float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._archive = archive
        self._pauses = pauses
        self._sleep = sleep

    async def fetch_events(self, stream: str, seqs: Collection[int]) -> Sequence[ArchivedEvent]:
        return await self._ask(lambda: self._archive.fetch_events(stream, seqs))

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        return await self._ask(lambda: self._archive.fetch_range(stream, after, upto))

    async def fetch_about(self, places: Collection[tuple[str, int]]) -> Mapping[str, Sequence[ArchivedEvent]]:
        return await self._ask(lambda: self._archive.fetch_about(places))

    async def fetch_versions(self, channel: str, numbers: Collection[int]) -> Mapping[int, int]:
        return await self._ask(lambda: self._archive.fetch_versions(channel, numbers))

    async def is_settled(self) -> bool:
        return await self._ask(self._archive.is_settled)

    async def refresh(self) -> None:
        await self._ask(self._archive.refresh)

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        for pause in self._pauses:
            try:
                return await question()
            except Refused as error:
                if error.code != "archive_unavailable":
                    raise
                _log.info("archive_waits", seconds=pause)
                await self._sleep(pause)
        return await question()
