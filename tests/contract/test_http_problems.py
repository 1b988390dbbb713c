"""What is wrong with a request is told as a problem (RFC 9457), with a code of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hubbub.errors import ERRORS
from tests.support.http_app import App, Person, serve_http

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    async with serve_http(tmp_path_factory.mktemp("data"), {"limits.enabled": False}) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ann(app: App) -> Person:
    return await app.person("ann")


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/api/nothing", None, "not_found"),
        ("GET", "/api", None, "not_found"),
        ("GET", "/api/schema/openapi.json", None, "not_found"),
        ("GET", "/openapi", None, "not_found"),
        ("DELETE", "/api/accounts", None, "method_not_allowed"),
        ("GET", "/api/channels/short", None, "bad_request"),
        ("GET", f"/api/channels/{NOBODY}/messages?limit=-1", None, "bad_request"),
        ("GET", f"/api/channels/{NOBODY}/messages?limit=x", None, "bad_request"),
        ("GET", f"/api/channels/{NOBODY}/messages?before=1&after=2", None, "bad_request"),
        ("PATCH", f"/api/channels/{NOBODY}/messages/0", {"text": "x"}, "bad_request"),
        ("PATCH", f"/api/channels/{NOBODY}/messages/x", {"text": "x"}, "bad_request"),
        ("PATCH", f"/api/channels/{NOBODY}/messages/1.5", {"text": "x"}, "bad_request"),
        ("PATCH", f"/api/channels/{NOBODY}/messages/{'9' * 40}", {"text": "x"}, "bad_request"),
        ("PATCH", f"/api/channels/{NOBODY}", {}, "bad_request"),
        ("POST", "/api/channels", {"name": "x", "colour": "red"}, "bad_request"),
        ("POST", "/api/channels", {"name": {"$ne": 1}}, "bad_request"),
        ("POST", "/api/channels", {"name": 5}, "bad_request"),
        ("POST", "/api/channels", {"name": "x", "private": "true"}, "bad_request"),
        ("POST", "/api/channels", ["x"], "bad_request"),
        ("POST", "/api/channels", {"name": ""}, "bad_channel_name"),
        ("GET", f"/api/channels/{NOBODY}", None, "no_such_channel"),
        ("GET", "/api/snapshot?around=5", None, "bad_request"),
    ],
)
async def test_what_is_wrong_is_a_problem_with_a_code(
    ann: Person, method: str, path: str, body: object, code: str
) -> None:
    answer = await ann.http.request(method, path, json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == answer.status_code == ERRORS[code].status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["advice"] == ERRORS[code].advice
    assert problem["retry"] is False


async def test_a_wrong_method_is_told_the_right_ones(app: App) -> None:
    client = await app.client()
    answer = await client.put("/api/session", json={})
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"POST", "DELETE"}
