"""The socket as a client meets it: a real server, real frames, and every way of not keeping to the protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.client import PATIENCE, Json, Person, log_in, open_socket, register, stream_of
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"LIMITS__CONNECTIONS_PER_USER": "3", "LIMITS__COMMANDS_BURST": "80", "LIMITS__COMMANDS_PER_SECOND": "1"}
    with Server(tmp_path_factory.mktemp("socket") / "data", settings=settings) as server:
        yield server


@pytest.fixture
async def ann(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[Person]:
    """A new account for each test, so that rates and sockets of one do not reach the next."""
    person = await register(server.url, f"ann{abs(hash(request.node.name)) % 10**9}")
    yield person
    await person.http.aclose()


@asynccontextmanager
async def raw(
    person: Person, *, origin: str | None = None, headers: dict[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    """A connection that has not said hello."""
    url = person.origin.replace("http", "ws", 1) + "/socket"
    given = {"Cookie": person.cookie} if headers is None else headers
    origin = person.origin if origin is None else origin
    async with connect(url, origin=origin or None, additional_headers=given, proxy=None) as connection:  # type: ignore[arg-type]
        yield connection


async def receive(connection: ClientConnection) -> Json:
    frame: Json = json.loads(await asyncio.wait_for(connection.recv(), PATIENCE))
    return frame


async def close_code(connection: ClientConnection) -> int | None:
    try:
        while True:
            await asyncio.wait_for(connection.recv(), PATIENCE)
    except ConnectionClosed:
        return connection.close_code


async def refused(person: Person, **how: object) -> tuple[int, str]:
    """The status and the code of a handshake that must fail."""
    with pytest.raises(InvalidStatus) as caught:
        async with raw(person, **how):  # type: ignore[arg-type]
            pass
    return caught.value.response.status_code, json.loads(caught.value.response.body)["code"]


async def test_a_first_frame_that_is_no_hello_ends_the_connection(ann: Person) -> None:
    async with raw(ann) as connection:
        await connection.send('{"type":"ping","id":1}')
        answer = await receive(connection)
        assert (answer["type"], answer["code"], answer["id"]) == ("error", "hello_expected", 1)
        assert await close_code(connection) == 1008


async def test_a_second_hello_is_refused(ann: Person) -> None:
    async with open_socket(ann) as socket:
        await socket.connection.send('{"type":"hello"}')
        await socket.until(lambda: bool(socket.failures))
        assert socket.failures[0]["code"] == "hello_expected"


async def test_hello_tells_who_one_is_and_the_heads_of_ones_streams(ann: Person) -> None:
    snapshot = await ann.snapshot()
    async with open_socket(ann) as socket:
        general = snapshot["channels"][0]
        assert socket.welcome["user"] == snapshot["user"]
        assert socket.welcome["epoch"] == snapshot["epoch"]
        assert socket.welcome["limits"] == snapshot["limits"]
        heads = {f"user:{ann.id}": snapshot["seq"], f"channel:{general['id']}": general["seq"]}
        assert socket.welcome["streams"] == heads


@pytest.mark.parametrize(
    ("frame", "code", "number"),
    [
        ("{", "bad_json", None),
        ("[" * 10_000, "bad_command", None),
        ('{"type":"no.such","id":7}', "bad_command", 7),
        ('{"type":"ping","id":8,"more":1}', "bad_command", 8),
        ('{"type":"ping","id":"9"}', "bad_command", None),
        ('{"type":"message.post","id":3,"channel":"short","text":"hi"}', "bad_command", 3),
        ('{"type":"message.post","id":4,"channel":{"$ne":""},"text":"hi"}', "bad_command", 4),
    ],
)
async def test_a_frame_that_cannot_be_understood_is_answered_and_harms_nothing(
    ann: Person, frame: str, code: str, number: int | None
) -> None:
    async with open_socket(ann) as socket:
        await socket.connection.send(frame)
        await socket.until(lambda: bool(socket.failures))
        failure = socket.failures[0]
        assert (failure["code"], failure.get("id")) == (code, number)
        assert failure["message"]
        assert failure["advice"]
        await socket.ok("ping")


async def test_a_binary_frame_is_not_taken(ann: Person) -> None:
    async with raw(ann) as connection:
        await connection.send(b"\x00")
        assert await close_code(connection) == 1003


async def test_commands_beyond_the_rate_are_refused_with_the_time_to_wait(ann: Person) -> None:
    async with open_socket(ann) as socket:
        answers = await asyncio.gather(*[await socket.send("ping") for _ in range(120)])
        late = [answer for answer in answers if answer["type"] == "error"]
        assert 30 <= len(late) <= 42  # the burst is 80, hello took one, and a second or so may have passed
        assert {answer["code"] for answer in late} == {"rate_limited"}
        assert all(answer["retry"] and answer["retry_after"] > 0 for answer in late)


async def test_a_hello_beyond_the_rate_is_told_to_come_back_later(ann: Person) -> None:
    async with open_socket(ann) as socket, raw(ann) as late:
        await asyncio.gather(*[await socket.send("ping") for _ in range(120)])
        await late.send('{"type":"hello"}')
        answer = await receive(late)
        assert (answer["type"], answer["code"]) == ("error", "rate_limited")
        assert await close_code(late) == 1013


async def test_answers_come_to_as_many_commands_as_are_sent_at_once(ann: Person) -> None:
    async with open_socket(ann) as socket:
        general = (await ann.snapshot())["channels"][0]["id"]
        posts = [await socket.send("message.post", channel=general, text=f"{n}") for n in range(70)]
        answers = [await post for post in posts]
        numbers = [answer["number"] for answer in answers if answer["type"] == "ok"]
        assert len(numbers) == 70
        assert numbers == sorted(numbers), "posts of one socket are stored in the order they were sent"


async def test_logging_out_closes_the_sockets_of_that_session_only(ann: Person) -> None:
    other = await log_in(ann.origin, ann.name)
    async with open_socket(ann) as mine, open_socket(other) as others:
        await ann.api("DELETE", "/session")
        await mine.until(lambda: mine.closed)
        assert mine.connection.close_code == 4001
        await others.ok("ping")
    await other.http.aclose()


async def test_a_session_that_has_ended_opens_no_socket(ann: Person) -> None:
    cookie = ann.cookie
    await ann.api("DELETE", "/session")
    assert await refused(ann, headers={"Cookie": cookie}) == (401, "not_logged_in")


async def test_one_user_may_have_so_many_sockets_and_no_more(ann: Person) -> None:
    async with open_socket(ann), open_socket(ann), open_socket(ann):
        assert await refused(ann) == (503, "too_many_connections")
    async with open_socket(ann) as again:
        await again.ok("ping")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1"]
)
async def test_a_page_of_another_site_opens_no_socket(ann: Person, origin: str) -> None:
    assert await refused(ann, origin=origin) == (403, "foreign_origin")


async def test_a_cookie_without_an_origin_opens_no_socket(ann: Person) -> None:
    assert await refused(ann, origin="") == (403, "foreign_origin")


async def test_a_program_needs_its_token_and_no_origin(ann: Person) -> None:
    async with raw(ann, origin="", headers={"Authorization": f"Bearer {ann.token}"}) as connection:
        await connection.send('{"type":"hello"}')
        assert (await receive(connection))["user"]["id"] == ann.id


async def test_every_command_is_carried_out_and_heard_by_the_others(ann: Person) -> None:
    bob = await register(ann.origin, ann.name + "b")
    async with open_socket(ann) as one, open_socket(bob) as two:
        channel = (await one.ok("channel.create", name=ann.name, private=True))["channel"]
        await one.ok("member.add", channel=channel, user=bob.id)
        await two.until(lambda: any(e["type"] == "membership.started" for e in two.events))
        number = (await one.ok("message.post", channel=channel, text="hi", key="k1"))["number"]
        assert (await one.ok("message.post", channel=channel, text="hi", key="k1"))["number"] == number
        await two.ok("reaction.add", channel=channel, number=number, emoji="👍")
        await two.ok("reaction.remove", channel=channel, number=number, emoji="👍")
        await one.ok("message.edit", channel=channel, number=number, text="ho")
        await two.ok("position.set", channel=channel, number=number)
        await one.ok("channel.update", channel=channel, topic="news", name=ann.name + "2")
        members = (await two.ok("member.list", channel=channel))["members"]
        assert [member["id"] for member in members] == [ann.id, bob.id]
        await one.ok("message.delete", channel=channel, number=number)
        last = (await one.ok("member.remove", channel=channel, user=bob.id))["seq"]
        await two.until_seq(channel, last)
        assert (await two.command("message.post", channel=channel, text="still here?"))["code"] == "no_such_channel"
        await one.ok("message.post", channel=channel, text="he is gone")
        await one.until_seq(channel, last + 1)
        await two.ok("ping")
        heard = [event["type"] for event in two.events if stream_of(event) == f"channel:{channel}"]
        assert heard == [
            "message.posted", "reaction.added", "reaction.removed", "message.edited", "channel.renamed",
            "topic.changed", "message.deleted", "member.left",
        ]  # fmt: skip
        assert two.seqs(channel)[-1] == last
    await bob.http.aclose()


async def test_the_log_never_shows_a_token(server: Server, ann: Person) -> None:
    async with open_socket(ann) as socket:
        await socket.ok("ping")
    assert await refused(ann, origin="null") == (403, "foreign_origin")
    assert ann.token not in server.log_end(10_000_000)
