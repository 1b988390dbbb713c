"""Server-sent events as a browser meets them: a real server, both carriers, and everything a socket promises too."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.client import Json, Person, open_socket, register, stream_of
from tests.support.event_source import fetch_cursor, open_events
from tests.support.server import Server

SETTINGS = {
    "LIMITS__CONNECTIONS_PER_USER": "3",
    "LIMITS__RESUME_EVENTS": "100",
    "LIMITS__COMMANDS_PER_SECOND": "1000",
    "LIMITS__COMMANDS_BURST": "1000",
    "LIMITS__ADDRESS_COMMANDS_PER_SECOND": "10000",
    "LIMITS__ADDRESS_COMMANDS_BURST": "10000",
    # A walk each 0.2 seconds, so that cursors and heartbeats come soon.
    "WIRE__PING_SECONDS": "1",
    "WIRE__PONG_SECONDS": "1",
}
numbers = itertools.count()


@pytest.fixture(scope="module", params=["poller", "stream"])
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    settings = {**SETTINGS, "WIRE__TRANSPORT": request.param}
    with Server(tmp_path_factory.mktemp("events") / "data", settings=settings) as server:
        yield server


@pytest.fixture
async def ann(server: Server) -> AsyncIterator[Person]:
    person = await register(server.url, f"ann{next(numbers)}")
    yield person
    await person.http.aclose()


@pytest.fixture
async def bob(server: Server) -> AsyncIterator[Person]:
    person = await register(server.url, f"bob{next(numbers)}")
    yield person
    await person.http.aclose()


async def positions_of(person: Person) -> tuple[dict[str, int], str]:
    snapshot = await person.snapshot()
    streams = {f"channel:{each['id']}": each["seq"] for each in snapshot["channels"]}
    return {f"user:{person.id}": snapshot["seq"], **streams}, snapshot["epoch"]


def without_repeats(events: list[Json]) -> list[Json]:
    """What a client keeps: of each stream only what is newer than all before."""
    heads: dict[str, int] = {}
    kept = []
    for event in events:
        if event["seq"] > heads.get(stream_of(event), 0):
            heads[stream_of(event)] = event["seq"]
            kept.append(event)
    return kept


async def test_hello_comes_first_and_says_what_a_sockets_says(ann: Person) -> None:
    async with open_socket(ann) as socket, open_events(ann) as source:
        assert source.welcome == socket.welcome
        assert source.retry >= 1000
        assert source.response.headers["content-type"] == "text/event-stream"
        assert "no-store" in source.response.headers["cache-control"]
        assert source.response.headers["x-accel-buffering"] == "no"


async def test_what_was_missed_comes_before_what_is_live_without_gap_or_repeat(ann: Person, bob: Person) -> None:
    channel = await ann.create_channel(f"busy {next(numbers)}")
    await bob.join(channel)
    streams, epoch = await positions_of(ann)
    before = streams[f"channel:{channel}"]
    cursor = await fetch_cursor(ann, streams, epoch)

    async def post(count: int) -> None:
        for number in range(count):
            await bob.post(channel, f"{number}")

    await post(30)
    posting = asyncio.create_task(post(60))
    for _ in range(4):
        async with open_events(ann, cursor=cursor) as source:
            await source.until_seq(channel, before + 31)
            seqs = source.seqs(channel)
            assert seqs == list(range(before + 1, before + 1 + len(seqs)))
    async with open_events(ann, cursor=cursor) as source:
        await posting
        await source.until_seq(channel, before + 90)
        assert source.seqs(channel) == list(range(before + 1, before + 91))


async def test_it_hears_what_a_socket_hears_in_the_same_words(ann: Person, bob: Person) -> None:
    channel = await ann.create_channel(f"words {next(numbers)}")
    async with open_socket(ann) as socket, open_events(ann) as source:
        await bob.join(channel)
        posted = await bob.post(channel, "line\nbreak \u2028 and 中文")
        await ann.react(channel, posted["number"], "👍")
        await ann.remove(channel, bob.id)
        second = await ann.create_channel(f"words {next(numbers)}")
        last = await ann.post(second, "x" * 9000)
        await socket.until_seq(second, last["seq"])
        await source.until_seq(second, last["seq"])
        order = sorted(source.events, key=lambda event: (stream_of(event), event["seq"]))
        assert order == sorted(socket.events, key=lambda event: (stream_of(event), event["seq"]))
        assert len(order) == 6


async def test_a_browser_that_comes_back_by_itself_goes_on_after_its_last_id(ann: Person, bob: Person) -> None:
    channel = await ann.create_channel(f"back {next(numbers)}")
    await bob.join(channel)
    streams, epoch = await positions_of(ann)
    old = await fetch_cursor(ann, streams, epoch)
    last_id, heard = None, []
    for number in range(5):
        await bob.post(channel, f"away {number}")
        async with open_events(ann, cursor=old, last_id=last_id) as source:
            head = (await bob.post(channel, f"here {number}"))["seq"]
            await source.until_seq(channel, head)
            heard += source.events
            if number % 2 == 0:
                last_id = await source.until_id()
    kept = [event["seq"] for event in without_repeats(heard) if event.get("channel") == channel]
    assert kept == list(range(streams[f"channel:{channel}"] + 1, head + 1))
    async with open_events(ann, cursor=old, last_id=last_id) as source:
        await source.until_id()
        assert source.events == [], "the id comes before the address"


async def test_channels_joined_and_left_meanwhile_are_in_the_cursor_or_not(ann: Person, bob: Person) -> None:
    left, stays = await ann.create_channel(f"left {next(numbers)}"), await bob.create_channel(f"new {next(numbers)}")
    for number in range(3):
        await bob.post(stays, f"before {number}")
    async with open_events(ann) as source:
        await source.until_id()
        joined = await ann.join(stays)
        await ann.api("DELETE", f"/channels/{left}/members/me")
        await source.until(lambda: source.events[-1:] != [] and source.events[-1]["type"] == "membership.ended")
        last_id = await source.until_id()
    first = await bob.post(stays, "while away")
    async with open_events(ann, last_id=last_id) as source:
        await source.until_seq(stays, first["seq"])
        assert source.resets == []
        assert source.seqs(stays) == list(range(joined["seq"] + 1, first["seq"] + 1))
        assert f"channel:{left}" not in source.welcome["streams"]


async def test_a_position_too_old_or_of_another_epoch_is_reset(ann: Person) -> None:
    channel = await ann.create_channel(f"old {next(numbers)}")
    streams, epoch = await positions_of(ann)
    for number in range(110):
        await ann.post(channel, f"{number}")
    async with open_events(ann, cursor=await fetch_cursor(ann, streams, epoch)) as source:
        await source.until_id()
        assert source.resets == [f"channel:{channel}"]
        assert source.seqs(channel) == []
    async with open_events(ann, cursor=await fetch_cursor(ann, streams, "another")) as source:
        await source.until_id()
        assert set(source.resets) == set(streams)


@pytest.mark.parametrize("cursor", ["", "nonsense", "~", "A" * 9000, "%00%0d%0a"])
async def test_a_cursor_that_cannot_be_read_is_no_error_and_resets_everything(ann: Person, cursor: str) -> None:
    streams, _ = await positions_of(ann)
    async with open_events(ann, last_id=cursor) as source:
        last_id = await source.until_id()
        assert set(source.resets) == set(streams)
    async with open_events(ann, last_id=last_id) as source:
        assert source.resets == []


async def test_heartbeats_and_cursors_come_by_themselves(ann: Person) -> None:
    channel = await ann.create_channel(f"beat {next(numbers)}")
    async with open_events(ann) as source:
        await source.until(lambda: source.heartbeats >= 2, "heartbeats")
        before = await source.until_id()
        posted = await ann.post(channel, "hi")
        await source.until_seq(channel, posted["seq"])
        assert await source.until_id() != before


async def test_logging_out_ends_it_and_says_so(ann: Person) -> None:
    async with open_events(ann) as source:
        await ann.api("DELETE", "/session")
        await source.until(lambda: source.ended)
        assert source.goodbye == {"code": 4001, "reason": "session ended"}


async def test_it_counts_as_a_connection_of_its_user(ann: Person) -> None:
    async with open_socket(ann), open_events(ann), open_events(ann):
        answer = await ann.http.get("/api/events")
        assert (answer.status_code, answer.json()["code"]) == (503, "too_many_connections")
    async with open_events(ann):
        pass


async def test_only_whoever_is_logged_in_hears_anything(ann: Person) -> None:
    streams, _ = await positions_of(ann)
    token = ann.token
    ann.http.cookies.clear()
    answer = await ann.http.get("/api/events")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")
    ann.http.headers["Authorization"] = f"Bearer {token}"
    async with open_events(ann) as source:
        assert set(source.welcome["streams"]) == set(streams)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
async def test_another_sites_page_hears_nothing(ann: Person, headers: dict[str, str]) -> None:
    answer = await ann.http.get("/api/events", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_a_page_of_ours_needs_no_origin(ann: Person) -> None:
    del ann.http.headers["Origin"]
    ann.http.headers["Sec-Fetch-Site"] = "same-origin"
    async with open_events(ann):
        pass


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_there_is_nothing_but_to_listen(ann: Person, method: str) -> None:
    answer = await ann.http.request(method, "/api/events")
    assert answer.status_code in (404, 405)


async def test_a_cursor_is_made_of_what_hello_takes(ann: Person) -> None:
    wrong: list[Json] = [{}, {"streams": {}}, {"streams": {"user:x": -1}, "epoch": "e"}, {"streams": [], "epoch": "e"}]
    for body in wrong:
        answer = await ann.http.post("/api/events/cursor", json=body)
        assert answer.status_code == 400, answer.text
    many = {f"channel:{number}": 2**40 for number in range(5000)}
    answer = await ann.http.post("/api/events/cursor", json={"streams": many, "epoch": "e"})
    assert answer.status_code == 413


async def test_it_is_described_with_the_rest_of_the_api(ann: Person) -> None:
    paths = (await ann.api("GET", "/schema"))["paths"]
    assert "text/event-stream" in paths["/api/events"]["get"]["responses"]["200"]["content"]
    assert "/api/events/cursor" in paths


async def test_stopping_ends_it_within_its_bound_and_says_why(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        person = await register(server.url, "ana")
        async with open_events(person) as source:
            server.terminate()
            assert await asyncio.to_thread(server.wait, seconds=20) == 0, server.log_end()
            await source.until(lambda: source.ended)
            assert source.goodbye == {"code": 1012, "reason": "restarting"}
        await person.http.aclose()
