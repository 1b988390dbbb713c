"""Who may do what to which channel, over every route that names one: each role, inside and out, public and private."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from hubbub.domain.ids import new_id
from hubbub.domain.intents import CreateUser
from hubbub.domain.roles import Role
from tests.support.http_app import PASSWORD, App, Person, serve_http

ABSENT = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
pytestmark = pytest.mark.asyncio(loop_scope="module")

MEMBERS, OUTSIDERS = ("creator", "member"), ("stranger", "moderator", "admin", "guest")

# What each route answers about a public channel: to its creator, another member (who wrote nothing), then to outsiders.
# In every channel the creator's message is number 1.
PUBLIC: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", ""): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("PATCH", ""): ("200", "200", "not_a_member", "not_a_member", "200", "no_such_channel"),
    ("GET", "/room"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("GET", "/members"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("PUT", "/members/me"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("DELETE", "/members/me"): ("200", "200", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("PATCH", "/membership"): ("200", "200", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("PUT", "/members/{other}"): ("200", "200", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("DELETE", "/members/{member}"): ("200", "200", "not_a_member", "200", "200", "no_such_channel"),
    ("GET", "/messages"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("POST", "/messages"): ("201", "201", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("PATCH", "/messages/1"): ("200", "not_yours", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("DELETE", "/messages/1"): ("200", "not_yours", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("GET", "/messages/1/history"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("DELETE", "/messages/1/previews"): ("200", "not_yours", *("not_a_member",) * 3, "no_such_channel"),
    ("PUT", "/messages/1/reactions/👍"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("DELETE", "/messages/1/reactions/👍"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("PUT", "/messages/1/poll/vote"): ("no_poll", "no_poll", *("not_a_member",) * 3, "no_such_channel"),
    ("DELETE", "/messages/1/poll"): ("no_poll", "no_poll", *("not_a_member",) * 3, "no_such_channel"),
    ("GET", "/pins"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("PUT", "/pins/1"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("DELETE", "/pins/1"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("GET", "/messages/1/thread"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("PUT", "/messages/1/thread/following"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("DELETE", "/messages/1/thread/following"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("PUT", "/messages/1/thread/position"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("GET", "/days/2026-11-03"): ("200", "200", "200", "200", "200", "no_such_channel"),
    ("PUT", "/notifications"): ("200", "200", *("not_a_member",) * 3, "no_such_channel"),
    ("PUT", "/position"): ("200", "200", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("PUT", "/typing"): ("204", "204", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("DELETE", "/typing"): ("204", "204", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("GET", "/receipts"): ("200", "200", "not_a_member", "not_a_member", "not_a_member", "no_such_channel"),
    ("GET", "/events"): ("200", "200", "200", "200", "200", "no_such_channel"),
}
BODIES: dict[tuple[str, str], dict[str, object]] = {
    ("PATCH", ""): {"topic": "roses"},
    ("PATCH", "/membership"): {"muted": True},
    ("POST", "/messages"): {"text": "hello"},
    ("PATCH", "/messages/1"): {"text": "hello"},
    ("PUT", "/messages/1/thread/position"): {"number": 1},
    ("PUT", "/notifications"): {"level": "all"},
    ("PUT", "/messages/1/poll/vote"): {"options": [0]},
    ("PUT", "/position"): {"number": 0},
}


@dataclass(slots=True)
class World:
    """People by what they are to the channels that `channel` makes."""

    app: App
    people: dict[str, Person]
    other: Person
    made: int = 0

    async def channel(self, *, private: bool) -> str:
        """A new one with the creator's message in it, so that no answer depends on what was tried before."""
        self.made += 1
        creator = self.people["creator"]
        channel = await creator.channel(f"channel {self.made}", private=private)
        joined = await creator.http.put(f"/api/channels/{channel}/members/{self.people['member'].id}")
        assert joined.status_code == 200
        await creator.post(channel, "hi")
        return channel

    async def ask(self, who: str, action: tuple[str, str], channel: str) -> tuple[str, dict[str, object]]:
        """The code of what was refused or else the status, and all that was told."""
        method, path = action
        path = path.format(other=self.other.id, member=self.people["member"].id)
        answer = await self.people[who].http.request(method, f"/api/channels/{channel}{path}", json=BODIES.get(action))
        told = {**(answer.json() if answer.content else {}), "request_id": ""}
        return str(answer.status_code) if answer.is_success else told["code"], told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One server for all: every test makes the channels it asks about."""
    async with serve_http(tmp_path_factory.mktemp("data"), {"limits.enabled": False}) as app:
        await app.person("owner")  # the first account, which would otherwise be the creator
        people = {name: await app.person(name) for name in ("creator", "member", "stranger")}
        people |= {role.value: await person_with(app, role) for role in (Role.MODERATOR, Role.ADMIN, Role.GUEST)}
        yield World(app, people, await app.person("other"))


async def person_with(app: App, role: Role) -> Person:
    user = new_id(app.clock())
    await app.store.log.append(CreateUser(user, role.value, f"hash of {PASSWORD}", app.clock(), role))
    client = await app.client()
    answer = await client.post("/api/session", json={"name": role.value, "password": PASSWORD})
    assert answer.json()["role"] == role
    return Person(user, role.value, client)


async def test_the_table_names_every_route_of_a_channel(world: World) -> None:
    schema = (await world.people["member"].http.get("/api/schema")).json()
    prefix = "/api/channels/{channel}"
    routes = {
        (method.upper(), path.removeprefix(prefix))
        for path, item in schema["paths"].items()
        if path.startswith(prefix)
        for method in item
    }
    named = {
        (
            method,
            path.replace("/1", "/{number}")
            .replace("2026-11-03", "{day}")
            .replace("👍", "{emoji}")
            .replace("/members/me", "/members/{user}"),
        )
        for method, path in PUBLIC
    }
    assert {
        (method, path.replace("{other}", "{user}").replace("{member}", "{user}")) for method, path in named
    } == routes


@pytest.mark.parametrize("action", PUBLIC, ids=" ".join)
async def test_a_public_channel_answers_by_role(world: World, action: tuple[str, str]) -> None:
    found = []
    for who in (*MEMBERS, *OUTSIDERS):
        found.append((await world.ask(who, action, await world.channel(private=False)))[0])
    assert tuple(found) == PUBLIC[action]


@pytest.mark.parametrize("action", PUBLIC, ids=" ".join)
async def test_a_private_channel_is_to_outsiders_as_if_it_were_not_there(world: World, action: tuple[str, str]) -> None:
    channel = await world.channel(private=True)
    for who in OUTSIDERS:
        code, told = await world.ask(who, action, channel)
        assert (code, told) == await world.ask(who, action, ABSENT)
        assert code == "no_such_channel"
    for who, answered in zip(MEMBERS, PUBLIC[action][: len(MEMBERS)], strict=True):
        assert (await world.ask(who, action, await world.channel(private=True)))[0] == answered


@pytest.mark.parametrize("action", PUBLIC, ids=" ".join)
async def test_nobody_does_anything_without_a_session(world: World, action: tuple[str, str]) -> None:
    nobody = replace(world, people={**world.people, "nobody": Person("", "nobody", await world.app.client())})
    for channel in (await world.channel(private=False), await world.channel(private=True), ABSENT):
        assert (await nobody.ask("nobody", action, channel))[0] == "not_logged_in"


async def test_no_list_names_a_private_channel_to_outsiders(world: World) -> None:
    channel = await world.channel(private=True)
    for who in OUTSIDERS:
        client = world.people[who].http
        for path in ("/api/channels", "/api/snapshot"):
            assert channel not in (await client.get(path)).text
        gone = await client.get(f"/api/snapshot?channel={channel}")
        assert gone.json()["code"] == "no_such_channel"


async def test_who_was_removed_reads_nothing_more(world: World) -> None:
    channel = await world.channel(private=True)
    creator, member = world.people["creator"], world.people["member"]
    assert (await member.http.get(f"/api/channels/{channel}/events")).status_code == 200
    assert (await creator.http.delete(f"/api/channels/{channel}/members/{member.id}")).status_code == 200
    for path in ("", "/room", "/messages", "/pins", "/days/2026-11-03", "/members", "/events", "/receipts"):
        assert (await member.http.get(f"/api/channels/{channel}{path}")).json()["code"] == "no_such_channel"


async def test_a_taken_private_name_is_not_given_away(world: World) -> None:
    creator, stranger = world.people["creator"], world.people["stranger"]
    await creator.channel("the plan", private=True)
    assert await stranger.channel("The Plan")
