"""GET /api/search, as programs and the page use it: on the real application, store and embedded engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio

from hubbub.domain.query import KINDS
from tests.support.http_app import App, Person, serve_http

Json: TypeAlias = dict[str, Any]


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path, {"limits.enabled": False}) as app:
        yield app


async def search(who: Person, q: str, **more: str | int) -> Json:
    answer = await who.http.get("/api/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused(who: Person, params: Mapping[str, str]) -> Json:
    answer = await who.http.get("/api/search", params=dict(params))
    assert not answer.is_success
    return dict(answer.json())


def marked(hit: Json) -> str:
    """The excerpt with what was found in brackets."""
    return "".join(f"[{part['text']}]" if part.get("hit") else part["text"] for part in hit["excerpt"])


async def test_what_was_just_posted_is_found_and_marked_in_the_words_it_was_written_with(app: App) -> None:
    ann = await app.person("ann")
    room = await ann.channel("release")
    for text in ("我们明天下午开发布会议", "Deploying now, <b>really</b>", "nothing of it"):
        await ann.post(room, text)
    (hit,) = (await search(ann, "发布会"))["hits"]
    assert marked(hit) == "我们明天下午开[发布会]议"
    assert hit["channel"] == {"id": room, "name": "release", "private": False}
    found = await search(ann, "deploy")
    (hit,) = found["hits"]
    assert marked(hit) == "[Deploying] now, <b>really</b>"
    assert hit["message"]["text"] == "Deploying now, <b>really</b>"
    assert (found["total"], found["exact"], found["engine"]) == (1, True, "sqlite")
    assert found["users"] == [{"id": ann.id, "name": "ann"}]


async def test_facets_name_channels_authors_and_months_of_the_askers_zone(app: App) -> None:
    ann, bo = await app.person("ann"), await app.person("bo")
    room = await ann.channel("release")
    assert (await bo.http.put(f"/api/channels/{room}/members/me")).is_success
    app.clock.now = 1_801_440_000_000 - 3_600_000  # February begins in an hour in UTC, and has in Shanghai
    for who in (ann, ann, bo):
        await who.post(room, "the tests are green")
    facets = (await search(ann, "tests", zone="Asia/Shanghai"))["facets"]
    assert facets["channels"] == [{"id": room, "name": "release", "count": 3}]
    assert [(each["name"], each["count"]) for each in facets["authors"]] == [("ann", 2), ("bo", 1)]
    assert facets["months"] == [{"month": "2027-02", "count": 3}]
    assert (await search(ann, "tests"))["facets"]["months"] == [{"month": "2027-01", "count": 3}]


@pytest.mark.parametrize("order", ["best", "newest"])
async def test_pages_follow_each_other_without_gap_or_repeat_while_others_post(app: App, order: str) -> None:
    ann = await app.person("ann")
    room = await ann.channel("release")
    for i in range(25):
        app.clock.now += i % 3  # several in one millisecond
        await ann.post(room, f"round {'tests ' * (i % 4 + 1)}")
    seen: list[int] = []
    more: dict[str, str | int] = {}
    while True:
        page = await search(ann, "tests", order=order, limit=4, **more)
        seen += [hit["message"]["number"] for hit in page["hits"]]
        await ann.post(room, "more tests")
        if "cursor" not in page:
            break
        more = {"cursor": page["cursor"]}
    old = [number for number in seen if number <= 25]
    assert sorted(old) == list(range(1, 26))
    assert len(seen) == len(set(seen))
    if order == "newest":
        assert seen == sorted(seen, reverse=True)


async def test_a_misspelt_word_is_suggested_as_it_stands_in_a_text_the_asker_may_read(app: App) -> None:
    ann, bo = await app.person("ann"), await app.person("bo")
    room, secret = await ann.channel("release"), await ann.channel("board", private=True)
    await ann.post(room, "Deploying happily today")
    await ann.post(secret, "the merger with Zebracorp")
    found = await search(ann, '"happyly today" from:ann')
    assert found["hits"] == []
    assert found["suggestion"] == '"happily today" from:ann'
    assert (await search(ann, "Zebracrop"))["suggestion"] == "zebracorp"
    assert "suggestion" not in await search(bo, "Zebracrop")
    assert "suggestion" not in await search(bo, "deploying")


async def test_what_cannot_be_understood_is_said(app: App) -> None:
    ann, bo = await app.person("ann"), await app.person("bo")
    await ann.channel("board", private=True)
    for who, q, said in [
        (ann, "from:nobody", "from:nobody: there is nobody of that name."),
        (bo, "in:board", "in:board: there is no channel of that name that you can read."),
        (bo, "in:bored", "in:bored: there is no channel of that name that you can read."),
        (ann, "has:wings", f"has:wings: only {', '.join(KINDS)} can be searched for."),
        (ann, "before:soon", "before:soon: write a day (2026-11-05), a month (2026-11), a year, today or yesterday."),
        (ann, " ", "Say what to search for."),
        (ann, "x" * 501, "The search has 501 characters; at most 500 are allowed."),
    ]:
        problem = await refused(who, {"q": q})
        assert (problem["status"], problem["code"], problem["detail"]) == (400, "bad_query", said)


async def test_wrong_parameters_are_refused_and_harm_nobody(app: App) -> None:
    ann = await app.person("ann")
    await ann.post(await ann.channel("release"), "tests")
    good = (await search(ann, "tests", limit=1)).get("cursor", "")
    for params in [
        {"q": "tests", "zone": "Nowhere/Atlantis"},
        {"q": "tests", "zone": "../../etc/passwd"},
        {"q": "tests", "cursor": "%%%"},
        {"q": "tests", "cursor": "e30"},
        {"q": "other", "cursor": good or "W10"},
        {"q": "tests", "order": "worst"},
        {"q": "tests", "limit": "-1"},
        {},
    ]:
        assert (await refused(ann, params))["code"] == "bad_request", params
    assert (await search(ann, "tests \ud7ff \x00 \" ' ( AND NOT * : ^"))["hits"] == []
    assert (await search(ann, 'tests "'))["total"] == 1


async def test_nobody_searches_without_being_logged_in(app: App) -> None:
    assert (await (await app.client()).get("/api/search", params={"q": "x"})).json()["code"] == "not_logged_in"
