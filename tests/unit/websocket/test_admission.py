"""Standing in line to be greeted."""

from __future__ import annotations

import asyncio

import pytest

from hubbub.errors import Refused
from hubbub.websocket.admission import BURST_SECONDS, Admission
from tests.contract.links import ManualScheduler


class Line:
    """People in line, on a clock of our own."""

    def __init__(self, *, at_once: int = 100, per_second: float | None = None, waiting: int = 100) -> None:
        self.scheduler = ManualScheduler()
        self.admission = Admission(self.scheduler, at_once=at_once, per_second=per_second, waiting=waiting)
        self.begun: list[int] = []

    async def come(self, *names: int) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self._enter(name)) for name in names]
        await settle()
        return tasks

    async def _enter(self, name: int) -> None:
        await self.admission.enter()
        self.begun.append(name)

    async def pass_time(self, seconds: float) -> None:
        end = self.scheduler.time() + seconds
        while (due := self.scheduler.next_time()) is not None and due <= end:
            self.scheduler.set_time(due)
            self.scheduler.run()
            await settle()
        self.scheduler.set_time(end)
        self.scheduler.run()
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_are_under_way_than_allowed_and_the_next_comes_when_one_is_done() -> None:
    line = Line(at_once=2)
    await line.come(1, 2, 3, 4)
    assert line.begun == [1, 2]
    line.admission.leave()
    await settle()
    assert line.begun == [1, 2, 3]
    assert (line.admission.under_way, line.admission.waiting, line.admission.admitted) == (2, 1, 3)


async def test_they_come_in_at_the_rate_and_in_order() -> None:
    line = Line(per_second=100)
    await line.come(*range(40))
    assert line.begun == list(range(int(100 * BURST_SECONDS)))
    for _ in range(20):
        await line.pass_time(0.01)
    assert len(line.begun) in (29, 30)  # a token may be a rounding late
    await line.pass_time(10)
    assert line.begun == list(range(40))


async def test_after_a_quiet_time_only_a_burst_comes_in_at_once() -> None:
    line = Line(per_second=100)
    await line.pass_time(1000)
    await line.come(*range(40))
    assert len(line.begun) == 100 * BURST_SECONDS


async def test_beyond_its_bound_the_line_takes_nobody_and_says_when_to_come_again() -> None:
    line = Line(at_once=1, per_second=100, waiting=20)
    tasks = await line.come(*range(25))
    assert line.admission.waiting == 20
    late = [task.exception() for task in tasks[21:]]
    assert [error.code for error in late if isinstance(error, Refused)] == ["busy"] * 4
    assert [error.retry_after for error in late if isinstance(error, Refused)] == [0.2] * 4
    with pytest.raises(Refused, match="busy"):
        line.admission.check()
    assert line.admission.refused == 5
    for task in tasks:
        task.cancel()


async def test_who_gives_up_takes_nobodys_turn() -> None:
    line = Line(at_once=1)
    tasks = await line.come(1, 2, 3)
    tasks[1].cancel()
    await settle()
    line.admission.leave()
    await settle()
    assert line.begun == [1, 3]


async def test_who_gives_up_in_the_moment_their_turn_comes_passes_it_on() -> None:
    line = Line(at_once=1)
    tasks = await line.come(1, 2, 3)
    line.admission.leave()
    tasks[1].cancel()
    await settle()
    assert line.begun == [1, 3]
    assert line.admission.under_way == 1


async def test_when_the_line_is_gone_nothing_is_left_of_it() -> None:
    line = Line(at_once=3, per_second=1000)
    await line.come(*range(50))
    for _ in range(50):
        line.admission.leave()
        await line.pass_time(0.01)
    assert line.begun == list(range(50))
    assert (line.admission.under_way, line.admission.waiting) == (0, 0)
    assert line.scheduler.next_time() is None
