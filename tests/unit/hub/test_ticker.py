"""One timer for all, a slice at a time, and most of the loop's time for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from hubbub.hub.ticker import REST, SLICE, Agenda, Ticker
from tests.unit.hub.here import ManualLoop


class Stopwatch:
    """Each step of work takes as long as `step` says."""

    def __init__(self, step: float) -> None:
        self.step = step
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Steps:
    """Some steps of work at some time; notes when each was done."""

    def __init__(self, loop: ManualLoop, stopwatch: Stopwatch, count: int, at: float | None) -> None:
        self.loop, self.stopwatch, self.count, self.due = loop, stopwatch, count, at
        self.done: list[float] = []
        self.then: Callable[[], None] = lambda: None

    def work(self, now: float) -> Iterator[None]:
        if self.due is None or now < self.due:
            return
        self.due = None
        for _ in range(self.count):
            self.stopwatch.now += self.stopwatch.step
            self.done.append(self.loop.now)
            self.then()
            yield


class Broken:
    due: float | None = 101.0

    def work(self, now: float) -> Iterator[None]:
        if self.due is not None:
            self.due = None
            raise ZeroDivisionError
        yield


def test_there_is_one_timer_and_none_without_work() -> None:
    loop, stopwatch = ManualLoop(), Stopwatch(0.0)
    parts = [Steps(loop, stopwatch, 1, at) for at in (103.0, 101.0, None)]
    ticker = Ticker(loop, parts, stopwatch)
    assert ticker.idle
    ticker.plan()
    ticker.plan()
    assert loop.timers == 1
    loop.advance(10)
    assert [part.done for part in parts] == [[103.0], [101.0], []]
    assert ticker.idle
    assert loop.timers == 0


def test_what_becomes_due_earlier_is_done_earlier() -> None:
    loop, stopwatch = ManualLoop(), Stopwatch(0.0)
    part = Steps(loop, stopwatch, 1, 150.0)
    ticker = Ticker(loop, [part], stopwatch)
    ticker.plan()
    part.due = 102.0
    ticker.plan()
    loop.advance(3)
    assert part.done == [102.0]
    assert loop.timers == 0


def test_much_work_is_done_in_slices_that_leave_most_of_the_time_to_others() -> None:
    loop, stopwatch = ManualLoop(), Stopwatch(SLICE / 4)
    part = Steps(loop, stopwatch, 40, 100.0)
    ticker = Ticker(loop, [part], stopwatch)
    ticker.plan()
    loop.advance(10)
    assert len(part.done) == 40
    turns = sorted(set(part.done))
    assert [part.done.count(turn) for turn in turns] == [4] * 10
    gaps = [later - earlier for earlier, later in pairwise(turns)]
    assert gaps == pytest.approx([SLICE * (1 + REST)] * 9)


def test_what_comes_up_while_it_works_has_to_wait_for_the_rest_too() -> None:
    loop, stopwatch = ManualLoop(), Stopwatch(SLICE / 4)
    parts = [Steps(loop, stopwatch, 4, 100.0), Steps(loop, stopwatch, 1, None)]
    ticker = Ticker(loop, parts, stopwatch)

    def have_more_to_do() -> None:
        parts[1].due = loop.now
        ticker.plan()

    parts[0].then = have_more_to_do
    ticker.plan()
    loop.advance(SLICE * REST / 2)
    assert parts[1].done == []
    loop.advance(SLICE * REST)
    assert len(parts[1].done) == 1


def test_a_part_that_fails_keeps_nobody_from_what_is_due_later() -> None:
    loop, stopwatch = ManualLoop(), Stopwatch(0.0)
    part = Steps(loop, stopwatch, 1, 102.0)
    ticker = Ticker(loop, [Broken(), part], stopwatch)
    ticker.plan()
    with pytest.raises(ZeroDivisionError):
        loop.advance(1.5)
    loop.advance(5)
    assert part.done == [102.0]


def test_an_agenda_has_each_key_once_at_its_earliest_time() -> None:
    agenda = Agenda()
    for key, at in (("a", 5.0), ("b", 3.0), ("a", 2.0), ("b", 4.0), ("c", 9.0)):
        agenda.put(key, at)
    assert agenda.first == 2.0
    assert agenda.take(5.0) == ["a", "b"]
    assert agenda.take(8.0) == []
    agenda.put("a", 7.0)
    assert agenda.take(9.0) == ["a", "c"]
    assert agenda.first is None
