"""Finding the place of a day among a channel's messages."""

from __future__ import annotations

from datetime import date, datetime

from hubbub.domain.accounts import Session
from hubbub.errors import Refused
from hubbub.protocol.events import Line, MessagePosted
from hubbub.service.ports import Channels
from hubbub.service.search import read_zone

PAGE = 50


async def find_day(channels: Channels, session: Session, channel: str, day: str, zone: str | None) -> int | None:
    """The number of the first message of the day (2026-11-03) in the zone, or after it; None when there is none.

    Lines stand in the order of their times, so the place is found by halving: some seventeen reads among 100,000 lines,
    and no index to keep. A clock that was set back between two starts makes the place a near one.
    Raises `bad_request` (day, zone), `no_such_channel`.
    """
    since = _read_midnight(day, zone)
    summary, _ = await channels.fetch_summary(session.user, channel)
    low, high = 1, summary.seq + 1
    while low < high:
        middle = (low + high) // 2
        found = await _fetch_after(channels, session, channel, middle - 1, 1)
        if found and found[0].at < since:
            low = found[0].seq + 1
        else:
            high = middle
    while lines := await _fetch_after(channels, session, channel, low - 1, PAGE):
        for line in lines:
            if isinstance(line, MessagePosted):
                return line.number
        low = lines[-1].seq + 1
    return None


async def _fetch_after(channels: Channels, session: Session, channel: str, seq: int, limit: int) -> list[Line]:
    found = await channels.fetch_lines(session.user, channel, before=None, after=seq, around=None, limit=limit)
    return found.lines


def _read_midnight(day: str, zone: str | None) -> int:
    where = read_zone(zone)
    try:
        first = date.fromisoformat(day)
        return round(datetime(first.year, first.month, first.day, tzinfo=where).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Refused("bad_request", "Write the day as 2026-11-03.") from error
