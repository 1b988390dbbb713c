"""How what was found is spread over channels, authors and months."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from hubbub.domain.finding import MOST_COUNTS, Counts


def count(found: Sequence[tuple[str, str, int]], zone: tzinfo) -> Counts:
    """`found`: channel, author and time of each."""
    return Counts(
        channels=_most(channel for channel, _, _ in found),
        authors=_most(author for _, author, _ in found),
        months=_months([at for _, _, at in found], zone),
    )


def _most(ids: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counted = Counter(ids).items()
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
