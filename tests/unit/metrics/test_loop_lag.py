"""The loop's lag is what its timers are late by."""

from __future__ import annotations

from collections.abc import Callable

from hubbub.metrics.histogram import SECONDS
from hubbub.metrics.loop_lag import PERIOD, LoopLag


class Loop:
    """Its time is turned by hand; it has one timer at most."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timer: tuple[float, Callable[[], object]] | None = None

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Loop:
        assert self.timer is None
        self.timer = (self.now + delay, callback)
        return self

    def cancel(self) -> None:
        self.timer = None

    def fire(self, late: float) -> None:
        assert self.timer is not None
        due, callback = self.timer
        self.now, self.timer = due + late, None
        callback()


def test_each_probe_notes_how_late_it_came_and_is_followed_by_another() -> None:
    loop = Loop()
    lag = LoopLag(loop, lambda: loop.now)
    lag.start()
    for late in (0.0, -0.001, 0.07, 3.0):
        loop.fire(late)
    counts = dict(zip((*SECONDS, "more"), lag.seconds.counts, strict=True))
    assert {bound: count for bound, count in counts.items() if count} == {0.001: 2, 0.1: 1, "more": 1}
    assert loop.timer is not None
    assert loop.timer[0] == loop.now + PERIOD


def test_nothing_is_planned_after_the_stop() -> None:
    loop = Loop()
    lag = LoopLag(loop, lambda: loop.now)
    lag.stop()
    lag.start()
    lag.stop()
    assert loop.timer is None
