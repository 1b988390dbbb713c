"""What must not be possible over HTTP, tried over a real socket against the real store."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.support.http_app import INTERNAL_TOKEN, PASSWORD, App, Person, serve_http

CREDENTIALS = {"name": "ann", "password": PASSWORD}
FORM = "application/x-www-form-urlencoded"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """One server for the tests that neither bound anything nor need an empty one."""
    async with serve_http(tmp_path_factory.mktemp("data"), {"limits.enabled": False}) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def ann(app: App) -> Person:
    return await app.person(f"ann-{secrets.token_hex(4)}")


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "{url}.evil.example"},
    {"Origin": "{url}1"},
    {"Origin": "http://evil.example@127.0.0.1"},
    {"Origin": ""},
    {"Origin": "{url}", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "{url}", "Sec-Fetch-Site": "same-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
]
OWN = [{"Origin": "{url}"}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}]


def filled(headers: dict[str, str], url: str) -> dict[str, str]:
    return {name: value.format(url=url) for name, value in headers.items()}


@pytest.mark.parametrize("headers", FOREIGN)
async def test_another_site_changes_nothing(app: App, ann: Person, headers: dict[str, str]) -> None:
    sent = filled(headers, app.url)
    for method, path in (("POST", "/api/channels"), ("POST", "/api/session"), ("DELETE", "/api/session")):
        answer = await ann.http.request(method, path, json=CREDENTIALS, headers=sent)
        assert (answer.status_code, code_of(answer)) == (403, "foreign_origin")
        assert "set-cookie" not in answer.headers
    for path in ("/forms/channels", "/forms/login", "/forms/logout", "/forms/preferences"):
        answer = await ann.http.post(path, data=CREDENTIALS, headers=sent)
        assert (answer.status_code, code_of(answer)) == (403, "foreign_origin")
        assert "set-cookie" not in answer.headers
    assert (await ann.http.get("/api/me")).status_code == 200


@pytest.mark.parametrize("headers", OWN)
async def test_our_own_pages_may_change_things(app: App, ann: Person, headers: dict[str, str]) -> None:
    sent = filled(headers, app.url)
    called = await ann.http.post("/api/channels", json={"name": f"garden of {ann.name}"}, headers=sent)
    assert called.status_code == 201
    answer = await ann.http.post("/forms/channels", data={"name": f"yard of {ann.name}"}, headers=sent)
    assert (answer.status_code, answer.headers["location"][:3]) == (303, "/c/")


async def test_a_form_needs_to_say_where_it_comes_from(app: App, ann: Person) -> None:
    assert code_of(await ann.http.post("/forms/channels", data={"name": "yard"})) == "foreign_origin"


async def test_the_configured_address_is_the_only_own_origin(tmp_path: Path) -> None:
    async with serve_http(tmp_path, {"public_url": "https://chat.example.org"}) as app:
        client = await app.client()
        headers = {"Origin": app.url}
        answer = await client.post("/api/accounts", json=CREDENTIALS, headers=headers)
        assert code_of(answer) == "foreign_origin"
        headers = {"Origin": "https://chat.example.org"}
        assert (await client.post("/api/accounts", json=CREDENTIALS, headers=headers)).status_code == 201


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        FORM,
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/json; charset=utf-16",
        "application/x-msgpack",
        "",
        None,
    ],
)
async def test_the_api_takes_json_only(app: App, media_type: str | None) -> None:
    client = await app.client()
    headers = {} if media_type is None else {"Content-Type": media_type}
    answer = await client.post("/api/accounts", content=b'{"name":"ann","password":"x"}', headers=headers)
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", None])
async def test_forms_take_urlencoded_bodies_only(app: App, media_type: str | None) -> None:
    client = await app.client(Origin=app.url)
    headers = {} if media_type is None else {"Content-Type": media_type}
    answer = await client.post("/forms/login", content=b"name=ann&password=x", headers=headers)
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


async def test_no_other_site_is_allowed_to_read(app: App) -> None:
    client = await app.client(Origin="https://evil.example")
    preflight = await client.options("/api/session", headers={"Access-Control-Request-Method": "POST"})
    for answer in (await client.get("/healthz"), preflight):
        assert not any(name.startswith("access-control") for name in answer.headers)
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_the_cookie_is_kept_from_scripts_and_other_sites(app: App) -> None:
    client = await app.client()
    credentials = {"name": f"ben-{secrets.token_hex(4)}", "password": PASSWORD}
    cookie = (await client.post("/api/accounts", json=credentials)).headers["set-cookie"]
    name, value = cookie.split(";")[0].split("=")
    assert name == "session"
    assert len(value) >= 43  # 256 bits
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts
    assert not any(part.startswith("domain") for part in parts)


async def test_under_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    async with serve_http(tmp_path, {"public_url": "https://chat.example.org"}) as app:
        client = await app.client()
        answer = await client.post("/api/accounts", json=CREDENTIALS)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        assert "secure" in {part.strip().lower() for part in cookie.split(";")}
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        token = cookie.partition("=")[2].partition(";")[0]
        stranger = await app.client()
        bare = {"Cookie": f"session={token}"}
        assert (await stranger.get("/api/me", headers=bare)).status_code == 401
        bound = {"Cookie": f"__Host-session={token}"}
        assert (await stranger.get("/api/me", headers=bound)).status_code == 200


async def test_every_answer_carries_the_headers(app: App, ann: Person) -> None:
    foreign = {"Origin": "https://evil.example"}
    answers = [
        await ann.http.get("/api/me"),
        await ann.http.get("/api/nothing"),
        await ann.http.get("/nothing"),
        await ann.http.get("/api/schema"),
        await ann.http.get("/api/docs"),
        await ann.http.get("/healthz"),
        await ann.http.post("/api/session", headers=foreign, json={}),
        await ann.http.post("/forms/logout", headers={"Origin": app.url}, data={}),
    ]
    for answer in answers:
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "permissions-policy" in headers
        assert "server" not in headers
        assert len(headers["x-request-id"]) == 16
        assert "strict-transport-security" not in headers


async def test_unknown_names_and_wrong_passwords_are_answered_alike(app: App, ann: Person) -> None:
    client = await app.client()
    wrong = await client.post("/api/session", json={"name": ann.name, "password": "not it at all"})
    unknown = await client.post("/api/session", json={"name": "nobody", "password": "not it at all"})
    told = [{**answer.json(), "request_id": ""} for answer in (wrong, unknown)]
    assert told[0] == told[1]
    assert wrong.status_code == unknown.status_code == 401
    assert {*wrong.headers} == {*unknown.headers}


@pytest.mark.parametrize("same", ["name", "address"])
async def test_guessing_passwords_is_slowed_down(tmp_path: Path, same: str) -> None:
    settings = {"limits.login_tries": 3, "limits.login_seconds": 30.0, "trusted_proxies": ("127.0.0.1/32",)}
    async with serve_http(tmp_path, settings) as app:
        await app.person("ann")
        client = await app.client()

        async def guess(turn: int, password: str = "not it at all") -> httpx.Response:
            name = "ann" if same == "name" else f"name{turn}"
            address = "203.0.113.1" if same == "address" else f"203.0.113.{turn}"
            credentials = {"name": name, "password": password}
            return await client.post("/api/session", json=credentials, headers={"X-Forwarded-For": address})

        for turn in range(3):
            assert (await guess(turn)).status_code == 401
        refused = await guess(9)
        assert (refused.status_code, code_of(refused)) == (429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert refused.json()["retry"] is True
        app.clock.now += 10_000
        assert (await guess(10)).status_code == 401


async def test_the_right_password_costs_no_try(tmp_path: Path) -> None:
    async with serve_http(tmp_path, {"limits.login_tries": 2}) as app:
        await app.person("ann")
        client = await app.client()
        for _ in range(5):
            assert (await client.post("/api/session", json=CREDENTIALS)).status_code == 200


async def test_without_limits_nobody_is_slowed_down(tmp_path: Path) -> None:
    settings = {"limits.enabled": False, "limits.login_tries": 1, "limits.accounts_per_hour": 1}
    async with serve_http(tmp_path, settings) as app:
        for name in ("ann", "bob", "cy"):
            await app.person(name)
        client = await app.client()
        wrong = {"name": "ann", "password": "not it at all"}
        for _ in range(3):
            assert (await client.post("/api/session", json=wrong)).status_code == 401


async def test_one_user_sends_no_faster_than_allowed(tmp_path: Path) -> None:
    settings = {"limits.commands_burst": 5, "limits.commands_per_second": 1.0}
    async with serve_http(tmp_path, settings) as app:
        ann, bob = await app.person("ann"), await app.person("bob")
        answers = [await ann.http.get("/api/me") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert (await bob.http.get("/api/me")).status_code == 200


async def test_the_forwarded_address_is_believed_from_trusted_peers_only(tmp_path: Path) -> None:
    settings = {"limits.accounts_per_hour": 1}
    async with serve_http(tmp_path / "plain", settings) as app:
        await app.person("ann")
        client = await app.client()
        bob = {"name": "bob", "password": PASSWORD}
        forged = {"X-Forwarded-For": "203.0.113.7"}
        assert code_of(await client.post("/api/accounts", json=bob, headers=forged)) == "rate_limited"
        wrong = {**forged, "X-Hubbub-Internal": "wrong"}
        assert code_of(await client.post("/api/accounts", json=bob, headers=wrong)) == "rate_limited"
        ours = {**forged, "X-Hubbub-Internal": INTERNAL_TOKEN}
        assert (await client.post("/api/accounts", json=bob, headers=ours)).status_code == 201


async def test_a_body_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with serve_http(tmp_path, {"limits.body_bytes": 2048}) as app:
        host = app.url.removeprefix("http://")
        reader, writer = await asyncio.open_connection(*host.split(":"))
        head = f"POST /api/session HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: 999999999\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 10)
        assert b" 413 " in answer.split(b"\r\n", 1)[0]
        assert b'"too_large"' in answer
        writer.close()
        await writer.wait_closed()


async def test_a_body_without_a_length_is_bounded_too(tmp_path: Path) -> None:
    async with serve_http(tmp_path, {"limits.body_bytes": 2048}) as app:

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(64):
                yield b" " * 1024

        client = await app.client(**{"Content-Type": "application/json"})
        try:
            answer = await client.post("/api/session", content=endless())
        except (httpx.WriteError, httpx.ReadError):  # the server hung up while we were still sending
            return
        assert (answer.status_code, code_of(answer)) == (413, "too_large")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name":' * 50_000,
        b'{"name":"ann","password":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"name":"ann","password":"\xff\xfe"}',
        b"\x00",
        b"",
        b"{",
        b'{"name":"\\ud800","password":"correct horse battery"}',
    ],
)
async def test_broken_json_is_a_problem_and_no_harm(app: App, body: bytes) -> None:
    client = await app.client(**{"Content-Type": "application/json"})
    answer = await client.post("/api/accounts", content=body)
    assert answer.status_code in (400, 422)
    assert code_of(answer) in ("bad_json", "bad_request", "bad_name")
    assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("host", ["", "a b", "x/y", "a@b", "http://[::1"])
async def test_a_host_that_is_none_is_refused(app: App, host: str) -> None:
    client = await app.client()
    answer = await client.get("/healthz", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_token_in_the_address_opens_nothing(app: App, ann: Person) -> None:
    token = ann.http.cookies["session"]
    stranger = await app.client()
    for query in (f"session={token}", f"token={token}", f"access_token={token}"):
        assert (await stranger.get(f"/api/me?{query}")).status_code == 401


@pytest.mark.parametrize("token", ["x", "x" * 5000, "Ünïcode", "a;b", "' OR 1=1 --"])
async def test_a_token_that_is_none_is_nobody(app: App, ann: Person, token: str) -> None:
    client = await app.client()
    answer = await client.get("/api/me", headers={b"Authorization": f"Bearer {token}".encode()})
    assert code_of(answer) == "not_logged_in"
    assert answer.headers["www-authenticate"] == "Bearer"
