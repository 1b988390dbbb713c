"""The table of a throttle holds who is being counted, and nobody else."""

from __future__ import annotations

import pytest

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
