"""How much of its time the embedded search's follower leaves to posts."""

from __future__ import annotations

from hubbub.store.search_follower import BUSY, FAR_BEHIND, Pace


def test_among_posts_it_takes_a_twentieth_of_the_time() -> None:
    assert Pace(0, 0.0).pause(10, 1.0, 0) == 19


def test_among_very_many_it_takes_a_hundredth() -> None:
    assert Pace(0, 0.0).pause(BUSY, 1.0, 0) == 99


def test_the_rate_is_that_of_its_last_slice() -> None:
    pace = Pace(0, 0.0)
    assert pace.pause(10 * BUSY, 1.0, 0) == 99
    assert pace.pause(10 * BUSY + 1, 2.0, 0) == 19


def test_far_behind_it_takes_a_quarter_however_many_come() -> None:
    assert Pace(0, 0.0).pause(FAR_BEHIND + 5, 1.0, 5) == 3


def test_two_looks_at_one_moment_are_no_trouble() -> None:
    assert Pace(0, 0.0).pause(0, 0.0, 0) == 19
