"""Settings of notifications: one's own, the same on all devices, by route, by command's intent, and by form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hubbub.domain.intents import SetNotifications
from hubbub.domain.notifications import NotificationSettings, QuietHours
from hubbub.errors import Refused
from hubbub.protocol.events import NotificationsSet
from tests.support.http_app import App, Person, serve_http
from tests.support.store_world import open_world


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path, {"limits.enabled": False}) as app:
        yield app


async def settings_of(who: Person) -> dict[str, Any]:
    return dict((await who.http.get("/api/snapshot")).json().get("notifications", {}))


async def test_settings_are_an_event_of_ones_own_log_and_say_nothing_twice(tmp_path: Path) -> None:
    async with open_world(tmp_path / "one") as world:
        ann, bob = await world.user("Ann"), await world.user("Bob")
        room = await world.channel(ann, "Room")
        wanted = NotificationSettings(keywords=["x"], quiet_hours=QuietHours(start=1, end=2))
        first = await world.append(SetNotifications(ann, world.clock(), settings=wanted))
        assert await world.append(SetNotifications(ann, world.clock(), settings=wanted)) == first
        await world.append(SetNotifications(ann, world.clock(), channel=room, level="nothing"))
        *_, changed = await world.user_events(ann)
        assert isinstance(changed, NotificationsSet)
        assert (changed.settings.keywords, changed.settings.channels) == (["x"], {room: "nothing"})
        assert (await world.snapshot(ann)).notifications == changed.settings
        assert (await world.snapshot(bob)).notifications.channels == {}
        with pytest.raises(Refused, match="not_a_member"):
            await world.append(SetNotifications(bob, world.clock(), channel=room, level="all"))
        await world.append(SetNotifications(ann, world.clock(), channel=room))
        assert (await world.snapshot(ann)).notifications.channels == {}


async def test_settings_by_route_and_the_level_of_a_channel(app: App) -> None:
    ann = await app.person("ann")
    room = await ann.channel("room")
    done = await ann.http.put("/api/me/notifications", json={"level": "all", "keywords": ["release"]})
    assert done.is_success, done.text
    assert (await ann.http.put(f"/api/channels/{room}/notifications", json={"level": "nothing"})).is_success
    assert await settings_of(ann) == {"level": "all", "keywords": ["release"], "channels": {room: "nothing"}}
    assert (await ann.http.put("/api/me/notifications", json={"channels": {}})).status_code == 400
    assert (await ann.http.put("/api/me/notifications", json={"level": "loud"})).status_code == 400


async def test_settings_by_form(app: App) -> None:
    ann = await app.person("ann")
    room = await ann.channel("room")
    fields = {
        "level": "all",
        "keywords": "release\r\n发布",
        "quiet_from": "22:00",
        "quiet_to": "07:30",
        "zone": "Asia/Shanghai",
    }
    headers = {"sec-fetch-site": "same-origin"}
    done = await ann.http.post("/forms/notifications", data={**fields, "pause": "30", "sound": "on"}, headers=headers)
    assert (done.status_code, done.headers["location"]) == (303, "/settings#notifications")
    assert await settings_of(ann) == {
        "level": "all",
        "keywords": ["release", "发布"],
        "quiet_hours": {"start": 1320, "end": 450, "zone": "Asia/Shanghai"},
        "quiet_until": app.clock.now + 30 * 60_000,
        "sound": True,
    }
    wrong = await ann.http.post("/forms/notifications", data={"quiet_from": "25:00"}, headers=headers)
    assert wrong.headers["location"] == "/settings?error=bad_request"
    level = await ann.http.post(f"/forms/channels/{room}/notifications", data={"level": "nothing"}, headers=headers)
    assert level.status_code == 303
    assert (await settings_of(ann))["channels"] == {room: "nothing"}
