"""Numbers that a place adds to as it goes. One thread writes each; any may read them, a moment later or earlier."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

# Seconds. What a person notices begins at about a tenth; what a disk or a turn of the loop takes is well below.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
REQUEST_SECONDS: Final = (*SECONDS, 2.5, 5.0, 10.0)
ITEMS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


class Histogram:
    """How often values fell between `bounds` (ascending), and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulated(self) -> Iterator[tuple[float, int]]:
        """Each bound with how many values were not above it; the last bound is infinite."""
        count = 0
        for bound, here in zip((*self.bounds, float("inf")), tuple(self.counts), strict=True):
            count += here
            yield bound, count
