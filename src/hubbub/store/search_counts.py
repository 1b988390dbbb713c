"""How what was found is spread over channels, authors and months."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from hubbub.domain.finding import MOST_COUNTS, Counts


def count(
    channels: Iterable[int], authors: Iterable[int], times: Sequence[int], name: Callable[[int], str], zone: tzinfo
) -> Counts:
    """Of each that was found its channel, author and time; `name` tells the id a number stands for."""
    return Counts(channels=_most(channels, name), authors=_most(authors, name), months=_months(times, zone))


def _most(numbers: Iterable[int], name: Callable[[int], str]) -> tuple[tuple[str, int], ...]:
    """Names come last: those that are counted are few, what was found are thousands."""
    counted = [(name(number), times) for number, times in Counter(numbers).items()]
    return tuple(sorted(counted, key=lambda each: (-each[1], each[0]))[:MOST_COUNTS])


def _months(times: Sequence[int], zone: tzinfo) -> tuple[tuple[str, int], ...]:
    """By where each month begins in the zone: a date made of each time would take longer than the search."""
    if not times:
        return ()
    begins, names = _beginnings(min(times), max(times), zone)
    counted = Counter(bisect_right(begins, at) - 1 for at in times)
    return tuple((names[month], counted[month]) for month in sorted(counted, reverse=True)[:MOST_COUNTS])


def _beginnings(first: int, last: int, zone: tzinfo) -> tuple[list[int], list[str]]:
    begins: list[int] = []
    names: list[str] = []
    month = datetime.fromtimestamp(first / 1000, zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while (begin := round(month.replace(tzinfo=zone).timestamp() * 1000)) <= last:
        begins.append(begin)
        names.append(f"{month.year:04}-{month.month:02}")
        month = (month.replace(tzinfo=None) + timedelta(days=31)).replace(day=1, tzinfo=zone)
    return begins, names
