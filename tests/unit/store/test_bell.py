"""No ring is lost, none blocks the loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from hubbub.store.bell import Bell

ENDLESS = 10.0  # seconds; only a lost ring waits so long


@pytest.fixture
def bell() -> Iterator[Bell]:
    bell = Bell()
    yield bell
    bell.close()


def test_whoever_has_work_does_not_sleep(bell: Bell) -> None:
    assert bell.wait(lambda: True)


def test_nobody_rings_for_a_time(bell: Bell) -> None:
    assert not bell.wait(lambda: False, 0.001)


def test_a_ring_without_anybody_waiting_is_none(bell: Bell) -> None:
    bell.ring()
    assert not bell.wait(lambda: False, 0.001)


def test_a_ring_while_the_sleeper_finds_work_wakes_once_more_at_most(bell: Bell) -> None:
    def ring_at_the_last_look() -> bool:
        bell.ring()
        return True

    assert bell.wait(ring_at_the_last_look)
    assert bell.wait(lambda: False, 0.001)
    assert not bell.wait(lambda: False, 0.001)


def test_no_ring_is_lost_between_two_threads(bell: Bell) -> None:
    items: deque[int] = deque()
    taken: list[int] = []
    lost = Event()

    def work() -> None:
        while len(taken) < 20_000:
            if not bell.wait(lambda: bool(items), ENDLESS):
                lost.set()
                return
            while items:
                taken.append(items.popleft())

    thread = Thread(target=work)
    thread.start()
    for number in range(20_000):
        items.append(number)
        bell.ring()
    thread.join()
    assert not lost.is_set()
    assert taken == list(range(20_000))
