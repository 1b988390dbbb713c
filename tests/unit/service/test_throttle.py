"""A throttle against the rule it stands for, and its table, which holds who is being counted and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.errors import Refused
from hubbub.service.throttle import Throttle


def test_a_key_whose_time_has_passed_does_not_stay_in_the_table() -> None:
    now = 1_000
    throttle = Throttle(lambda: now, per_second=10, burst=2)
    for key in ("ada", "grace", "edsger"):
        throttle.take(key)
    now += 1_000
    throttle.take("barbara")
    throttle.take("barbara")
    assert len(throttle) == 1


def test_a_key_that_is_still_being_counted_is_not_forgotten_for_others() -> None:
    now = 1_000
    throttle = Throttle(lambda: now, per_second=1, burst=1)
    throttle.take("ada")
    for other in range(20):
        throttle.take(f"other{other}")
    with pytest.raises(Refused, match="rate_limited"):
        throttle.take("ada")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 700)), max_size=60), st.integers(1, 4))
def test_each_key_gets_its_burst_and_its_rate_whatever_the_others_do(takes: list[tuple[str, int]], burst: int) -> None:
    interval, now = 100, 10_000
    throttle = Throttle(lambda: now, per_second=1000 / interval, burst=burst)
    owed: dict[str, float] = {}
    for key, pause in takes:
        now += pause
        until = max(owed.get(key, 0), now) + interval
        if until - now <= burst * interval:
            throttle.take(key)
            owed[key] = until
        else:
            with pytest.raises(Refused) as refused:
                throttle.take(key)
            assert refused.value.retry_after == pytest.approx((until - now - burst * interval) / 1000)


def test_the_table_is_bounded_however_many_come_at_once() -> None:
    throttle = Throttle(lambda: 1_000, per_second=1, burst=10, entries=100)
    for number in range(1_000):
        throttle.take(f"user{number}")
    assert len(throttle) <= 100


def test_what_is_given_back_may_be_taken_again() -> None:
    throttle = Throttle(lambda: 1_000, per_second=1, burst=1)
    throttle.take("ada")
    throttle.give_back("ada")
    throttle.take("ada")
