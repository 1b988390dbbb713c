"""What is counted is what was observed, and is told as Prometheus wants it."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hubbub.metrics.histogram import ITEMS, SECONDS, Histogram


@given(st.lists(st.floats(min_value=0, max_value=2)), st.sampled_from([SECONDS, ITEMS]))
def test_each_bound_has_all_values_that_are_not_above_it(values: list[float], bounds: tuple[float, ...]) -> None:
    histogram = Histogram(bounds)
    for value in values:
        histogram.observe(value)
    told = list(histogram.cumulated())
    assert told == [(bound, sum(value <= bound for value in values)) for bound in (*bounds, math.inf)]
    assert math.isclose(histogram.total, math.fsum(values), abs_tol=1e-9)
