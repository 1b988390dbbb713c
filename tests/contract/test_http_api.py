"""The API over a real socket: what each route answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.errors import ERRORS
from tests.support.http_app import PASSWORD, App, serve_http

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path) as served:
        yield served


async def test_the_first_account_is_logged_in_and_the_owner(app: App) -> None:
    ann = await app.person("ann")
    assert (await ann.http.get("/api/me")).json() == {"id": ann.id, "name": "ann", "role": "owner"}


async def test_the_cookie_also_serves_as_a_bearer_token(app: App) -> None:
    ann = await app.person("ann")
    program = await app.client(Authorization=f"Bearer {ann.http.cookies['session']}")
    assert (await program.get("/api/me")).json()["id"] == ann.id


async def test_logging_out_ends_the_session_and_its_sockets(app: App) -> None:
    ann = await app.person("ann")
    thief = await app.client(Authorization=f"Bearer {ann.http.cookies['session']}")
    assert (await ann.http.delete("/api/session")).status_code == 204
    assert (await thief.get("/api/me")).json()["code"] == "not_logged_in"
    assert len(app.sockets.ended) == 1
    assert "session" not in ann.http.cookies


async def test_logging_in_ends_the_session_one_had(app: App) -> None:
    ann = await app.person("ann")
    old = ann.http.cookies["session"]
    assert (await ann.http.post("/api/session", json={"name": "Ann", "password": PASSWORD})).status_code == 200
    assert ann.http.cookies["session"] != old
    program = await app.client(Authorization=f"Bearer {old}")
    assert (await program.get("/api/me")).status_code == 401


async def test_channels_are_mine_and_the_public_ones(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    garden = await ann.channel("garden")
    await ann.channel("secret", private=True)
    listed = (await bob.http.get("/api/channels")).json()["channels"]
    assert {(each["channel"]["name"], each["member"]) for each in listed} == {("general", True), ("garden", False)}
    assert (await bob.http.put(f"/api/channels/{garden}/members/me")).status_code == 200
    members = (await bob.http.get(f"/api/channels/{garden}/members")).json()["members"]
    assert members == [{"id": ann.id, "name": "ann"}, {"id": bob.id, "name": "bob"}]


async def test_a_channel_is_renamed_and_given_a_topic(app: App) -> None:
    ann = await app.person("ann")
    garden = await ann.channel("garden")
    assert (await ann.http.patch(f"/api/channels/{garden}", json={"name": "yard", "topic": "roses"})).status_code == 200
    shown = (await ann.http.get(f"/api/channels/{garden}")).json()
    assert (shown["channel"]["name"], shown["channel"]["topic"], shown["member"]) == ("yard", "roses", True)


async def test_a_message_is_posted_edited_reacted_to_and_deleted(app: App) -> None:
    ann = await app.person("ann")
    garden = await ann.channel("garden")
    posted = await ann.http.post(f"/api/channels/{garden}/messages", json={"text": "hi", "key": "k-1"})
    assert posted.status_code == 201
    again = await ann.http.post(f"/api/channels/{garden}/messages", json={"text": "hi", "key": "k-1"})
    assert again.json() == posted.json()
    address = f"/api/channels/{garden}/messages/{posted.json()['number']}"
    assert (await ann.http.patch(address, json={"text": "hello"})).status_code == 200
    assert (await ann.http.put(f"{address}/reactions/👍🏽")).status_code == 200
    shown = (await ann.http.get(f"/api/channels/{garden}/messages?limit=1")).json()
    assert shown["older"] is True
    assert shown["messages"][0]["text"] == "hello"
    assert shown["messages"][0]["reactions"] == [{"emoji": "👍🏽", "users": [ann.id]}]
    assert (await ann.http.delete(f"{address}/reactions/👍🏽")).status_code == 200
    assert (await ann.http.delete(address)).status_code == 200
    gone = (await ann.http.get(f"/api/channels/{garden}/messages?around=1")).json()["messages"][-1]
    assert gone["deleted"] is True
    assert "text" not in gone


async def test_history_is_read_in_windows(app: App) -> None:
    ann = await app.person("ann")
    garden = await ann.channel("garden")
    for number in range(1, 8):
        await ann.post(garden, f"message {number}")
    newest = (await ann.http.get(f"/api/channels/{garden}/messages?limit=3")).json()
    assert [line["number"] for line in newest["messages"]] == [5, 6, 7]
    first = newest["messages"][0]["seq"]
    older = (await ann.http.get(f"/api/channels/{garden}/messages?limit=2&before={first}")).json()
    assert [line["number"] for line in older["messages"]] == [3, 4]
    assert (older["older"], older["newer"]) == (True, True)
    last = older["messages"][-1]["seq"]
    newer = (await ann.http.get(f"/api/channels/{garden}/messages?limit=9&after={last}")).json()
    assert [line["number"] for line in newer["messages"]] == [5, 6, 7]
    assert newer["newer"] is False


async def test_the_log_is_given_out_as_it_was_written(app: App) -> None:
    ann = await app.person("ann")
    garden = await ann.channel("garden")
    await ann.post(garden, "hi")
    page = (await ann.http.get(f"/api/channels/{garden}/events")).json()
    assert [event["seq"] for event in page["events"]] == list(range(1, page["head"] + 1))
    assert page["events"][-1]["type"] == "message.posted"
    rest = (await ann.http.get(f"/api/channels/{garden}/events?after=1&limit=1")).json()
    assert [event["seq"] for event in rest["events"]] == [2]


async def test_a_snapshot_holds_the_room_asked_for(app: App) -> None:
    ann = await app.person("ann")
    garden = await ann.channel("garden")
    number = await ann.post(garden, "hi")
    snapshot = (await ann.http.get(f"/api/snapshot?channel={garden}&around={number}")).json()
    assert snapshot["user"]["id"] == ann.id
    assert snapshot["room"]["channel"]["id"] == garden
    assert snapshot["room"]["lines"][-1]["text"] == "hi"


async def test_a_room_alone_is_the_one_a_snapshot_holds(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    garden = await ann.channel("garden")
    assert (await bob.http.put(f"/api/channels/{garden}/members/me")).status_code == 200
    first = await ann.post(garden, "hi")
    await bob.post(garden, "hello")
    for around in ("", f"around={first}"):
        whole = (await ann.http.get(f"/api/snapshot?channel={garden}&{around}")).json()
        alone = (await ann.http.get(f"/api/channels/{garden}/room?{around}")).json()
        assert (alone["room"], alone["epoch"]) == (whole["room"], whole["epoch"])
        assert {user["name"] for user in alone["users"]} == {"ann", "bob"}
        assert alone.keys() == {"epoch", "room", "users"}
    missing = await ann.http.get(f"/api/channels/{garden}/room?around=99")
    assert missing.json()["code"] == "no_such_message"


async def test_the_position_moves_back_and_forth(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    garden = await ann.channel("garden")
    await bob.http.put(f"/api/channels/{garden}/members/me")
    number = await ann.post(garden, "hi")

    async def unread() -> list[int]:
        shown = (await bob.http.get(f"/api/channels/{garden}")).json()
        return list(shown["channel"].get("unread", []))

    assert await unread() == [number]
    assert (await bob.http.put(f"/api/channels/{garden}/position", json={"number": number})).status_code == 200
    assert await unread() == []
    assert (await bob.http.put(f"/api/channels/{garden}/position", json={"number": 0})).status_code == 200
    assert await unread() == [number]


async def test_people_are_found_by_id_and_by_the_beginning_of_their_name(app: App) -> None:
    ann, annie = await app.person("ann"), await app.person("Annie")
    await app.person("bob")
    by_id = (await ann.http.get(f"/api/users?ids={annie.id},{NOBODY}")).json()["users"]
    assert by_id == [{"id": annie.id, "name": "Annie"}]
    by_name = (await ann.http.get("/api/users?prefix=AN")).json()["users"]
    assert {user["name"] for user in by_name} == {"ann", "Annie"}
    for wrong in ("", f"?ids={ann.id}&prefix=a", "?ids=x"):
        assert (await ann.http.get(f"/api/users{wrong}")).json()["code"] == "bad_request"


async def test_the_probes_need_no_login(app: App) -> None:
    client = await app.client()
    for path in ("/healthz", "/readyz"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        head = await client.head(path)
        assert (head.status_code, head.content) == (200, b"")


async def test_the_schema_names_every_route_and_the_tags_of_events(app: App) -> None:
    client = await app.client()
    schema = (await client.get("/api/schema")).json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/channels/{channel}/messages" in schema["paths"]
    assert schema["components"]["schemas"]["MessagePosted"]["properties"]["type"] == {"enum": ["message.posted"]}
    text = (await client.get("/api/schema")).text
    for reference in {part.split('"', 1)[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in schema["components"]["schemas"]


async def test_the_page_about_the_api_loads_nothing_and_explains_every_error(app: App) -> None:
    client = await app.client()
    page = await client.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for code in ERRORS:
        assert f'id="error-{code}"' in page.text


async def test_a_conversation_is_opened_once_and_answered_to_both(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    first = (await ann.http.post("/api/conversations", json={"users": [bob.id]})).json()
    second = (await bob.http.post("/api/conversations", json={"users": [ann.id, bob.id]})).json()
    assert first["channel"]["id"] == second["channel"]["id"]
    assert (first["channel"]["name"], second["channel"]["name"]) == ("bob", "ann")
    assert first["channel"]["people"] == [{"id": ann.id, "name": "ann"}, {"id": bob.id, "name": "bob"}]
    for users, code in (([NOBODY], "no_such_user"), (["bob"], "no_such_user"), ([bob.id] * 11, "bad_request")):
        assert (await ann.http.post("/api/conversations", json={"users": users})).json()["code"] == code


async def test_a_place_is_muted_pinned_and_hidden_by_its_owner(app: App) -> None:
    ann = await app.person("ann")
    channel = await ann.channel("garden")
    path = f"/api/channels/{channel}"
    assert (await ann.http.patch(f"{path}/membership", json={})).json()["code"] == "bad_request"
    for change in ({"muted": True}, {"pinned": True}, {"hidden": True}):
        assert (await ann.http.patch(f"{path}/membership", json=change)).status_code == 200
    shown = (await ann.http.get(path)).json()["channel"]
    assert (shown["muted"], shown["pinned"], shown["hidden_below"]) == (True, True, 1)
