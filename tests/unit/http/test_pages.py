"""What of a visitor's request reaches Node."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import cast

import pytest
from litestar.types import HTTPScope

from hubbub.http.pages import accepts_gzip, compress, content_policy, cookies_to_node, headers_to_node
from hubbub.http.visit import Visit

PLAIN = Visit("0a", "203.0.113.1", "http://chat.example.org:8000", False)
SECURE = Visit("0a", "203.0.113.1", "https://chat.example.org", False)


def headers_at_node(given: dict[str, str], visit: Visit = PLAIN) -> dict[str, str]:
    pairs = [(name.encode(), value.encode()) for name, value in given.items()]
    scope = cast("HTTPScope", {"type": "http", "headers": pairs, "state": {"visit": visit}})
    return dict(headers_to_node(scope, content_policy("abc")))


def test_what_pages_need_is_passed_on() -> None:
    wanted = {
        "accept-language": "zh-CN",
        "cookie": "theme=dark",
        "rsc": "1",
        "next-router-state-tree": "x",
        "next-router-prefetch": "1",
        "next-url": "/c/x",
    }
    assert headers_at_node(wanted).items() >= wanted.items()


@pytest.mark.parametrize(
    "name",
    [
        "x-middleware-subrequest",
        "x-hubbub-internal",
        "authorization",
        "connection",
        "transfer-encoding",
        "next-action",
        "forwarded",
        "x-original-url",
    ],
)
def test_what_could_mislead_node_is_not(name: str) -> None:
    assert name not in headers_at_node({name: "x"})


def test_ours_replace_what_a_visitor_made_up() -> None:
    forged = {
        "host": "evil.example",
        "x-forwarded-for": "1.2.3.4",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "gopher",
        "content-security-policy": "script-src *",
        "x-nonce": "known",
        "x-request-id": "known",
    }
    told = headers_at_node(forged, SECURE)
    assert told["host"] == told["x-forwarded-host"] == "chat.example.org"
    assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("203.0.113.1", "https")
    assert (told["x-nonce"], told["x-request-id"]) == ("abc", "0a")
    assert "script-src 'nonce-abc' 'strict-dynamic'" in told["content-security-policy"]


def test_under_https_only_the_cookie_bound_to_the_host_is_a_session() -> None:
    assert cookies_to_node("session=planted; theme=dark; __Host-session=real", SECURE) == "theme=dark; session=real"
    assert cookies_to_node("session=planted; theme=dark", SECURE) == "theme=dark"
    assert cookies_to_node("session=real; __Host-session=other", PLAIN) == "__Host-session=other; session=real"


def test_a_strange_cookie_takes_no_other_along() -> None:
    assert cookies_to_node('a={"x":"y"}; ;;=; session=real', PLAIN) == 'a={"x":"y"}; =; session=real'


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br", False), ("", False), ("x-gzip", False)],
)
def test_a_page_is_compressed_for_who_takes_it(accepted: str, taken: bool) -> None:
    assert accepts_gzip(accepted) is taken


async def test_a_compressed_page_is_shown_as_it_comes() -> None:
    parts = [b"<html>" * 10, b"x" * 40_000, b"</html>"]

    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    shown = [reader.decompress(chunk) async for chunk in compress(body())]
    assert shown == [*parts, b""]
    assert reader.eof
