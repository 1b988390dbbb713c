"""The forms of pages without JavaScript: urlencoded in, a redirect out, to places of our own only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.http_app import PASSWORD, App, Person, serve_http


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path) as served:
        yield served


async def browser(app: App) -> httpx.AsyncClient:
    return await app.client(Origin=app.url)


async def send(client: httpx.AsyncClient, form: str, **fields: str) -> str:
    """Where the form's answer leads."""
    answer = await client.post(f"/forms/{form}", data=fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def person(app: App, name: str) -> Person:
    client = await browser(app)
    assert await send(client, "register", name=name, password=PASSWORD) == "/"
    return Person((await client.get("/api/me")).json()["id"], name, client)


async def test_one_registers_and_logs_in_and_out(app: App) -> None:
    client = await browser(app)
    assert (
        await send(client, "register", name="ann", password=PASSWORD, next="/c/garden?x=1#end") == "/c/garden?x=1#end"
    )
    assert (await client.get("/api/me")).json()["name"] == "ann"
    assert await send(client, "logout") == "/login"
    assert (await client.get("/api/me")).status_code == 401
    assert await send(client, "login", name="ann", password=PASSWORD) == "/"
    assert (await client.get("/api/me")).status_code == 200


@pytest.mark.parametrize(
    "next_path",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\n//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/x\r\nSet-Cookie: a=b",
        "/" + "x" * 600,
        "",
    ],
)
async def test_a_form_never_leads_to_another_site(app: App, next_path: str) -> None:
    await app.person("ann")
    client = await browser(app)
    assert await send(client, "login", name="ann", password=PASSWORD, next=next_path) == "/"
    assert await send(client, "preferences", theme="dark", next=next_path) == "/"


async def test_what_was_wrong_goes_back_to_its_page_without_the_password(app: App) -> None:
    await app.person("ann")
    client = await browser(app)
    back = await send(client, "login", name="ann", password="not it at all", next="/c/x")
    assert back == "/login?error=wrong_credentials&name=ann&next=%2Fc%2Fx"
    assert await send(client, "register", name="Ann", password=PASSWORD) == "/register?error=name_taken&name=Ann"
    assert await send(client, "register", name="bob", password="short") == "/register?error=bad_password&name=bob"
    assert await send(client, "register") == "/register?error=bad_name"


async def test_who_is_not_logged_in_is_sent_to_log_in(app: App) -> None:
    ann = await person(app, "ann")
    garden = await ann.channel("garden")
    client = await browser(app)
    assert await send(client, f"channels/{garden}/messages", text="hi") == f"/login?next=%2Fc%2F{garden}"
    assert await send(client, "channels", name="x") == "/login?next=%2Fnew"


async def test_a_room_is_made_talked_in_and_left(app: App) -> None:
    ann, bob = await person(app, "ann"), await person(app, "bob")
    room = await send(ann.http, "channels", name="garden", topic="roses", private="on")
    garden = room.removeprefix("/c/")
    shown = (await ann.http.get(f"/api/channels/{garden}")).json()["channel"]
    assert (shown["private"], shown["topic"]) == (True, "roses")
    assert await send(ann.http, f"channels/{garden}/messages", text="hi\r\nthere", key="k1") == f"{room}#end"
    assert await send(ann.http, f"channels/{garden}/messages", text="hi\r\nthere", key="k1") == f"{room}#end"
    lines = (await ann.http.get(f"/api/channels/{garden}/messages")).json()["messages"]
    assert [line["text"] for line in lines if line["type"] == "message.posted"] == ["hi\nthere"]
    assert await send(ann.http, f"channels/{garden}/members", name="BOB") == f"{room}/members"
    assert await send(bob.http, f"channels/{garden}/messages/1/react", emoji="👍") == f"{room}/1#m1"
    assert await send(bob.http, f"channels/{garden}/messages/1/react", emoji="👍", remove="1") == f"{room}/1#m1"
    assert await send(ann.http, f"channels/{garden}/messages/1/edit", text="hello") == f"{room}/1#m1"
    assert await send(ann.http, f"channels/{garden}/messages/1/delete") == f"{room}/1#m1"
    assert await send(ann.http, f"channels/{garden}/topic", topic="tulips") == f"{room}/members"
    assert await send(ann.http, f"channels/{garden}/members/{bob.id}/remove") == f"{room}/members"
    assert await send(bob.http, f"channels/{garden}/messages", text="hi") == f"{room}?error=no_such_channel"
    assert await send(ann.http, f"channels/{garden}/leave") == "/"


async def test_a_poll_is_made_voted_in_and_closed(app: App) -> None:
    ann, bob = await person(app, "ann"), await person(app, "bob")
    garden = await ann.channel("garden")
    room, message = f"/c/{garden}", f"channels/{garden}/messages/1"
    asked = {"question": "Roses?", "option0": "red", "option3": "white", "multiple": "on", "anonymous": "on"}
    assert await send(ann.http, f"channels/{garden}/polls", **asked, key="k1") == f"{room}#end"
    assert (
        await send(ann.http, f"channels/{garden}/polls", question="Roses?", option0="red") == f"{room}?error=bad_part"
    )
    assert await send(bob.http, f"channels/{garden}/join") == room
    assert await send(bob.http, f"{message}/vote", option0="1", option1="1") == f"{room}/1#m1"
    assert await stands(ann, garden, 1) == {"votes": [1, 1], "voters": 1}
    assert await send(bob.http, f"{message}/vote", option1="1") == f"{room}/1#m1"
    assert await stands(ann, garden, 1) == {"votes": [0, 1], "voters": 1}
    assert await send(bob.http, f"{message}/vote", withdraw="1", option1="1") == f"{room}/1#m1"
    assert await stands(ann, garden, 1) is None
    await send(ann.http, f"channels/{garden}/polls", question="Now?", option0="yes", option1="no")
    assert await send(bob.http, f"channels/{garden}/messages/2/vote", option="1") == f"{room}/2#m2"
    assert await stands(ann, garden, 2) == {"ballots": [{"user": bob.id, "options": [1]}]}
    for nothing in ("x", "7", "-1", "1.0"):
        assert "bad_vote" in await send(bob.http, f"channels/{garden}/messages/2/vote", option=nothing)
    assert await stands(ann, garden, 2) == {"ballots": [{"user": bob.id, "options": [1]}]}
    assert await send(ann.http, f"channels/{garden}/messages/2/vote", close="1") == f"{room}/2#m2"
    assert "poll_closed" in await send(bob.http, f"channels/{garden}/messages/2/vote", option="0")


async def stands(reader: Person, channel: str, number: int) -> object:
    lines = (await reader.http.get(f"/api/channels/{channel}/messages")).json()["messages"]
    return next(line.get("poll") for line in lines if line.get("number") == number)


async def test_a_public_room_is_joined(app: App) -> None:
    ann, bob = await person(app, "ann"), await person(app, "bob")
    garden = await ann.channel("garden")
    assert await send(bob.http, f"channels/{garden}/messages", text="hi") == f"/c/{garden}?error=not_a_member"
    assert await send(bob.http, f"channels/{garden}/join") == f"/c/{garden}"
    assert await send(bob.http, f"channels/{garden}/messages", text="hi") == f"/c/{garden}#end"
    assert await send(bob.http, f"channels/{garden}/messages", text=" ") == f"/c/{garden}?error=bad_text"
    assert (
        await send(ann.http, f"channels/{garden}/members", name="nobody") == f"/c/{garden}/members?error=no_such_user"
    )


async def test_preferences_are_kept_for_a_year(app: App) -> None:
    client = await browser(app)
    answer = await client.post(
        "/forms/preferences",
        data={
            "theme": "dark",
            "locale": "zh-CN",
            "layout": "lines",
            "density": "compact",
            "contrast": "more",
            "keys": "off",
            "next": "/",
        },
    )
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.split(";")[0] for cookie in cookies} == {
        "theme=dark",
        "locale=zh-CN",
        "layout=lines",
        "density=compact",
        "contrast=more",
        "keys=off",
    }
    assert all("Max-Age=31536000" in cookie for cookie in cookies)
    assert await send(client, "preferences", theme="\x1b[31m", layout="lines") == "/settings?error=bad_request"


async def test_a_form_with_too_many_fields_or_broken_ones_is_refused(app: App) -> None:
    client = await browser(app)
    assert await send(client, "login", **{f"field{number}": "x" for number in range(50)}) == "/login?error=bad_request"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/forms/login", content=b"name=%ff%fe&password=x", headers=headers)
    assert answer.headers["location"] == "/login?error=bad_request"


async def test_a_form_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with serve_http(tmp_path, {"limits.body_bytes": 2048}) as app:
        client = await browser(app)
        assert await send(client, "login", name="x" * 4096) == "/login?error=too_large"


async def test_a_form_address_that_is_none_leads_home(app: App) -> None:
    ann = await person(app, "ann")
    answer = await ann.http.post("/forms/nothing", data={})
    assert answer.status_code in (303, 404)
    assert (await ann.http.get("/forms/login")).status_code == 405


async def test_a_conversation_is_opened_by_names_and_a_place_changed(app: App) -> None:
    ann, bob, cy = await person(app, "ann"), await person(app, "bob"), await person(app, "cy")
    direct = await send(ann.http, "conversations", names=" BOB ")
    assert direct.startswith("/c/")
    assert await send(bob.http, "conversations", user=ann.id) == direct
    group = await send(ann.http, "conversations", names="bob， cy,")
    assert group not in ("/", direct)
    assert await send(cy.http, "conversations", names="ann bob") == group
    # Whom the page had chosen already goes with the form, written names come besides.
    chosen = f"{bob.id}"
    assert await send(ann.http, "conversations", users=chosen, names="cy") == group
    assert await send(ann.http, "conversations", users=chosen) == direct
    assert await send(ann.http, "conversations", users="nobody") == "/new/message?error=no_such_user"
    assert await send(ann.http, "conversations", names="bob, dora") == "/new/message?error=no_such_user"
    assert await send(ann.http, "conversations") == "/new/message?error=no_such_user"
    place = f"channels/{direct.removeprefix('/c/')}/membership"
    assert await send(bob.http, place, muted="on", pinned="off", next="/inbox") == "/inbox"
    shown = (await bob.http.get(f"/api/channels/{direct.removeprefix('/c/')}")).json()["channel"]
    assert (shown["muted"], shown.get("pinned", False)) == (True, False)


async def test_a_thread_is_answered_and_followed_and_what_is_wrong_goes_back_to_it(app: App) -> None:
    ann = await person(app, "ann")
    garden = await ann.channel("garden")
    await send(ann.http, f"channels/{garden}/messages", text="what grows here?")
    back = await send(ann.http, f"channels/{garden}/messages", text="nettles", thread="1")
    assert back == f"/c/{garden}/1/thread#thread-end"
    (reply,) = (await ann.http.get(f"/api/channels/{garden}/messages/1/thread")).json()["messages"]
    assert (reply["text"], reply["thread"], reply["place"]) == ("nettles", 1, 1)
    thread = f"/c/{garden}/1/thread"
    assert await send(ann.http, f"channels/{garden}/messages", text="", thread="1") == f"{thread}?error=bad_text"
    assert await send(ann.http, f"channels/{garden}/messages/1/thread", follow="off") == thread
    assert (await ann.http.get("/api/threads")).json()["threads"] == []
    assert await send(ann.http, f"channels/{garden}/messages/1/thread", follow="on") == thread
    assert len((await ann.http.get("/api/threads")).json()["threads"]) == 1
    assert (
        await send(ann.http, f"channels/{garden}/messages", text="x", thread="0x1") == f"/c/{garden}?error=bad_request"
    )
