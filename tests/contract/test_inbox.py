"""The inbox over HTTP: what names one and what answers one, newest first, of channels one is in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest_asyncio

from hubbub.service.inbox import PAGE
from tests.support.http_app import App, Person, serve_http

Json: TypeAlias = dict[str, Any]


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path, {"limits.enabled": False}) as app:
        yield app


async def inbox(who: Person, **wanted: str) -> Json:
    answer = await who.http.get("/api/inbox", params=wanted)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def texts(page: Json) -> list[str]:
    return [item["message"]["text"] for item in page["items"]]


async def answer(who: Person, channel: str, number: int, text: str) -> None:
    done = await who.http.post(f"/api/channels/{channel}/messages", json={"text": text, "reply": number})
    assert done.is_success, done.text


async def test_what_names_one_or_answers_one_is_there_with_why_and_whether_it_was_read(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    room = await ann.channel("room")
    await bob.http.put(f"/api/channels/{room}/members/me")
    await bob.post(room, "who comes?")
    for text in ("@bob I do", "nobody else", "@all see you", "@ann to myself"):
        app.clock.now += 1
        await ann.post(room, text)
    app.clock.now += 1
    await answer(ann, room, 1, "@bob so it is")
    page = await inbox(bob)
    assert texts(page) == ["@bob so it is", "@all see you", "@bob I do"]
    assert [item["reasons"] for item in page["items"]] == [["mention", "reply"], ["mention"], ["mention"]]
    assert all(item["unread"] for item in page["items"])
    assert page["items"][0]["channel"] == {"id": room, "name": "room", "private": False}
    assert "cursor" not in page
    assert {user["name"] for user in page["users"]} == {"ann", "bob"}
    assert texts(await inbox(bob, wanted="reply")) == ["@bob so it is"]
    await bob.http.put(f"/api/channels/{room}/position", json={"number": 4})
    assert texts(await inbox(bob, wanted="unread")) == ["@bob so it is"]
    assert texts(await inbox(ann)) == []


async def test_pages_of_the_inbox_have_everything_once_also_what_was_written_at_one_time(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    room = await ann.channel("room")
    await bob.http.put(f"/api/channels/{room}/members/me")
    for number in range(PAGE + 7):
        app.clock.now += number % 3 == 0
        await ann.post(room, f"@{'bob' if number % 2 else 'all'} {number}")
    first = await inbox(bob)
    rest = await inbox(bob, cursor=first["cursor"])
    assert [item["message"]["number"] for item in first["items"] + rest["items"]] == list(range(PAGE + 7, 0, -1))
    assert "cursor" not in rest
    assert (await bob.http.get("/api/inbox", params={"cursor": "x"})).status_code == 400


async def test_what_is_deleted_or_in_a_channel_one_has_left_is_not_there(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    room = await ann.channel("room", private=True)
    await ann.http.put(f"/api/channels/{room}/members/{bob.id}")
    await ann.post(room, "@bob one")
    await ann.post(room, "@all two")
    assert len((await inbox(bob))["items"]) == 2
    await ann.http.delete(f"/api/channels/{room}/messages/1")
    assert texts(await inbox(bob)) == ["@all two"]
    await ann.http.delete(f"/api/channels/{room}/members/{bob.id}")
    assert texts(await inbox(bob)) == []
