"""Figures as the cases' tables show them, and medians over rounds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.case import Measured


def median_of(rounds: Sequence[Measured]) -> Measured:
    """One answer whose every number is the median of the rounds' answers; answers have all one shape."""
    first = rounds[0]
    if isinstance(first, dict):
        return {key: median_of([one[key] for one in rounds]) for key in first}
    if isinstance(first, bool | str):
        return first
    return round(statistics.median(rounds), 3)


def milliseconds(microseconds: float) -> str:
    """As many digits as mean something."""
    value = microseconds / 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def quantiles(measured: Measured) -> str:
    """`p50 / p99` in milliseconds."""
    return f"{milliseconds(measured['p50'])} / {milliseconds(measured['p99'])}"
