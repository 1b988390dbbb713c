"""Moving history goes on when the archive was away for a while, and ends when it stays away."""

from __future__ import annotations

import pytest

from hubbub.errors import Refused
from hubbub.protocol.archive import ArchivedEvent
from hubbub.store.archive_patience import Patient
from tests.support.archive_memory import MemoryServer

EVENT = ArchivedEvent(1, None, b"{}")


class Flaky(MemoryServer):
    """Does not answer for the first `failures` times."""

    def __init__(self, failures: int, code: str = "archive_unavailable") -> None:
        MemoryServer.__init__(self)
        self.failures, self.code, self.asked = failures, code, 0

    async def fetch_range(self, stream: str, after: int, upto: int) -> list[ArchivedEvent]:
        self.asked += 1
        if self.asked <= self.failures:
            raise Refused(self.code)
        return [EVENT]


async def ask(archive: Flaky) -> tuple[list[ArchivedEvent], list[float]]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return list(await Patient(archive, (1, 2, 4), sleep).fetch_range("channel:a", 0, 1)), slept


@pytest.mark.parametrize(("failures", "pauses"), [(0, []), (1, [1]), (3, [1, 2, 4])])
async def test_an_archive_that_comes_back_is_asked_again(failures: int, pauses: list[float]) -> None:
    assert await ask(Flaky(failures)) == ([EVENT], pauses)


async def test_an_archive_that_stays_away_ends_it() -> None:
    archive = Flaky(100)
    with pytest.raises(Refused, match="archive_unavailable"):
        await ask(archive)
    assert archive.asked == 4


async def test_what_waiting_does_not_help_with_ends_it_at_once() -> None:
    archive = Flaky(1, "shutting_down")
    with pytest.raises(Refused, match="shutting_down"):
        await ask(archive)
    assert archive.asked == 1
