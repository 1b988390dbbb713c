"""How long things took, counted in steps of ten microseconds."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

STEPS: Final = 100_000  # a second has


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds; zeros when nothing was counted."""

    p50: float = 0.0
    p99: float = 0.0
    longest: float = 0.0


class Latencies:
    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, seconds: float, times: int = 1) -> None:
        self._counts[int(seconds * STEPS)] += times

    def quantiles(self) -> Quantiles:
        if not self._counts:
            return Quantiles()
        steps = sorted(self._counts)
        return Quantiles(p50=self._at(steps, 0.5), p99=self._at(steps, 0.99), longest=_milliseconds(steps[-1]))

    def _at(self, steps: list[int], share: float) -> float:
        wanted = self._counts.total() * share
        seen = 0
        for step in steps:
            seen += self._counts[step]
            if seen >= wanted:
                break
        return _milliseconds(step)


def _milliseconds(step: int) -> float:
    return round((step + 1) * 1000 / STEPS, 2)
