"""Where a day begins among a channel's messages, over the store and the rules, in any zone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hubbub.domain.intents import PostMessage, UpdateChannel
from hubbub.errors import Refused
from tests.support.http_app import App, Person, serve_http

FIRST = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAYS = 6  # one without a message among them
QUIET = 3
EACH = 7


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path) as served:
        yield served


async def fill(app: App, ann: Person) -> str:
    """EACH messages at noon of every day but one, a system line before those of each."""
    channel = await ann.channel("diary")
    for day in range(DAYS):
        at = round((FIRST + timedelta(days=day)).timestamp() * 1000)
        await app.store.log.append(UpdateChannel(ann.id, channel, None, f"day {day}", at))
        for number in range(EACH if day != QUIET else 0):
            await app.store.log.append(PostMessage(ann.id, channel, f"{day} {number}", None, at + number))
    return channel


async def test_a_day_begins_with_its_first_message_or_the_next_there_is(app: App) -> None:
    ann = await app.person("ann")
    channel = await fill(app, ann)

    async def first_of(day: str, zone: str = "UTC") -> int | None:
        answer = await ann.http.get(f"/api/channels/{channel}/days/{day}", params={"zone": zone})
        assert answer.status_code == 200, answer.text
        number: int | None = answer.json()["number"]
        return number

    expected = [1, 8, 15, 22, 22, 29]
    assert [await first_of(f"2026-11-0{day + 1}") for day in range(DAYS)] == expected
    assert await first_of("1999-12-31") == 1
    # Noon of the first is the small hours of the second on Kiritimati, 14 hours ahead.
    assert await first_of("2026-11-02", "Pacific/Kiritimati") == 1
    assert await first_of("2026-11-03", "Pacific/Kiritimati") == 8


async def test_after_the_last_message_there_is_none(app: App) -> None:
    ann = await app.person("ann")
    channel = await fill(app, ann)
    assert (await ann.http.get(f"/api/channels/{channel}/days/9999-12-31")).json() == {"number": None}


@pytest.mark.parametrize("path", ["yesterday", "2026-02-30", "2026-11-03?zone=Mars/Olympus"])
async def test_what_is_no_day_or_no_zone_is_refused(app: App, path: str) -> None:
    ann = await app.person("ann")
    channel = await ann.channel("diary")
    answer = await ann.http.get(f"/api/channels/{channel}/days/{path}")
    assert (answer.status_code, answer.json()["code"]) == (400, Refused("bad_request").code)
