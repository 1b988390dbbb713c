"""Cyclic garbage goes in a quiet moment, and in the end in any case."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from hubbub.garbage import FULL, PATIENCE, Garbage, rest


class Cycle:
    def __init__(self) -> None:
        self.itself = self


class ManualTimer:
    def cancel(self) -> None:
        pass


class ManualScheduler:
    def __init__(self) -> None:
        self.next: Callable[[], object] = lambda: None

    def call_later(self, delay: float, callback: Callable[[], object], /) -> ManualTimer:
        self.next = callback
        return ManualTimer()


def make_cycle() -> weakref.ref[Cycle]:
    return weakref.ref(Cycle())


@pytest.fixture
def scheduler() -> Iterator[ManualScheduler]:
    thresholds, listening = gc.get_threshold(), list(gc.callbacks)
    yield ManualScheduler()
    gc.callbacks[:] = listening
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*thresholds)


def test_a_cycle_goes_when_nobody_waits(scheduler: ManualScheduler) -> None:
    Garbage(scheduler, lambda: False).start()
    cycle = make_cycle()
    scheduler.next()
    assert cycle() is None


def test_a_busy_server_is_not_stopped_until_patience_ends(scheduler: ManualScheduler) -> None:
    Garbage(scheduler, lambda: True).start()
    cycle = make_cycle()
    for _ in range(PATIENCE - 1):
        scheduler.next()
    assert cycle() is not None
    scheduler.next()
    assert cycle() is None


def test_a_cycle_that_was_frozen_while_it_lived_is_found_in_the_end(scheduler: ManualScheduler) -> None:
    Garbage(scheduler, lambda: False).start()
    alive = Cycle()
    cycle = weakref.ref(alive)
    scheduler.next()
    del alive
    scheduler.next()
    assert cycle() is not None
    for _ in range(FULL - 2):
        scheduler.next()
    assert cycle() is None


def test_each_pause_is_counted_from_the_start_to_the_stop(scheduler: ManualScheduler) -> None:
    garbage = Garbage(scheduler, lambda: False)
    garbage.start()
    gc.collect()
    gc.collect(0)
    garbage.stop()
    gc.collect()
    assert sum(garbage.pauses.counts) == 2
    assert garbage.pauses.total > 0


def test_the_collector_rests_until_the_start_and_works_from_then_on(scheduler: ManualScheduler) -> None:
    rest()
    assert not gc.isenabled()
    cycle = make_cycle()
    Garbage(scheduler, lambda: False).start()
    assert gc.isenabled()
    assert cycle() is None
