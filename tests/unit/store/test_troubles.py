"""A disk that is full fails fifty transactions a second; the log says so once a second, and why."""

from __future__ import annotations

import sqlite3

import pytest

from hubbub.store.troubles import PERIOD, REMEMBERED, Troubles

FULL = sqlite3.OperationalError("database or disk is full")


class Told:
    """The lines, by when and how often; and whether with a traceback."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[tuple[float, object, bool]] = []
        self.troubles = Troubles(self, "commit_failed", lambda: self.now)

    def error(self, event: str, **fields: object) -> None:
        assert event == "commit_failed"
        self.lines.append((self.now, fields["times"], "exc_info" in fields))
        assert ("error" in fields) is not ("exc_info" in fields)


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_first_failure_is_told_at_once_and_the_rest_as_a_number_a_second(told: Told) -> None:
    for tick in range(101):
        told.now = tick / 40
        told.troubles.note(FULL)
    told.troubles.tell()
    assert told.lines == [(0.0, 1, True), (1.0, 40, False), (2.0, 40, False), (2.5, 20, False)]


def test_failures_between_successes_make_no_more_lines(told: Told) -> None:
    for tick in range(100):
        told.now = tick / 50
        told.troubles.note(FULL)
        told.troubles.tell_in_time()
    assert [(when, times) for when, times, _ in told.lines] == [(0.0, 1), (1.0, 50)]


def test_the_last_ones_are_told_when_it_goes_well_again(told: Told) -> None:
    told.troubles.note(FULL)
    told.troubles.note(FULL)
    told.now = PERIOD
    told.troubles.tell_in_time()
    told.troubles.tell()
    assert told.lines == [(0.0, 1, True), (PERIOD, 1, False)]
    assert not told.troubles.untold


def test_another_failure_and_one_that_was_long_gone_come_with_their_traceback(told: Told) -> None:
    for now, error in ((0.0, FULL), (2.0, sqlite3.OperationalError("disk I/O error")), (4.0, FULL), (5.0, FULL)):
        told.now = now
        told.troubles.note(error)
    told.now = 4.0 + REMEMBERED
    told.troubles.note(FULL)
    assert [traceback for _, _, traceback in told.lines] == [True, True, True, False, True]
