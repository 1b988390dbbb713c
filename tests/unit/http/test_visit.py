"""Who a request comes from, as far as it can be believed."""

from __future__ import annotations

from typing import cast

import pytest
from litestar.types import HTTPScope

from hubbub.config import Config, load_config
from hubbub.errors import Refused
from hubbub.http.visit import Visit, describe_visit

TOKEN = "internal"
HEADERS = {
    "host": "inside:8000",
    "x-forwarded-for": "203.0.113.1, 198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "chat.example.org",
}


def described(peer: str, config: Config, **more: str) -> Visit:
    headers = HEADERS | {name.replace("_", "-"): value for name, value in more.items()}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 4711), "scheme": "http", "headers": pairs}
    return describe_visit(cast("HTTPScope", scope), config, TOKEN)


def trusting(*networks: str) -> Config:
    return load_config({"trusted_proxies": networks}, {})


def test_a_stranger_is_the_address_of_their_socket() -> None:
    visit = described("192.0.2.9", Config())
    assert (visit.address, visit.origin, visit.secure, visit.internal) == (
        "192.0.2.9",
        "http://inside:8000",
        False,
        False,
    )


def test_a_trusted_proxy_says_who_is_behind_it() -> None:
    visit = described("10.0.0.1", trusting("10.0.0.0/8"))
    assert (visit.address, visit.origin, visit.secure) == ("198.51.100.7", "https://chat.example.org", True)


def test_a_proxy_that_comes_by_ipv4_to_a_socket_for_both_is_the_same_proxy() -> None:
    visit = described("::ffff:10.0.0.1", trusting("10.0.0.0/8"))
    assert visit.address == "198.51.100.7"
    assert described("::ffff:192.0.2.9", trusting("10.0.0.0/8")).address == "::ffff:192.0.2.9"


def test_a_chain_of_trusted_proxies_is_followed_to_the_first_that_is_not() -> None:
    assert described("10.0.0.1", trusting("10.0.0.0/8", "198.51.100.0/24")).address == "203.0.113.1"


def test_our_own_node_is_believed_wherever_it_is() -> None:
    visit = described(
        "127.0.0.1", Config(), x_hubbub_internal=TOKEN, x_forwarded_for="203.0.113.1", x_request_id="0a1b"
    )
    assert (visit.address, visit.internal, visit.id) == ("203.0.113.1", True, "0a1b")


@pytest.mark.parametrize("token", ["", "wrong", "internal2", "Internal", "ü"])
def test_a_wrong_token_makes_nobody_internal(token: str) -> None:
    visit = described("127.0.0.1", Config(), x_hubbub_internal=token, x_request_id="0a1b")
    assert (visit.address, visit.internal) == ("127.0.0.1", False)
    assert visit.id != "0a1b"


@pytest.mark.parametrize("forwarded", ["", "unknown", "a\r\nb", "203.0.113.1, _hidden", "1.2.3.4:80"])
def test_what_is_no_address_is_not_believed(forwarded: str) -> None:
    assert described("10.0.0.1", trusting("10.0.0.0/8"), x_forwarded_for=forwarded).address == "10.0.0.1"


def test_an_ipv6_network_does_not_match_ipv4() -> None:
    assert described("10.0.0.1", trusting("::/0")).address == "10.0.0.1"
    assert described("2001:db8::1", trusting("2001:db8::/32")).address == "198.51.100.7"


def test_the_public_address_overrides_whatever_is_sent() -> None:
    config = load_config({"public_url": "https://hub.example.net"}, {})
    assert described("192.0.2.9", config).origin == "https://hub.example.net"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("Example.ORG", "http://example.org"),
        ("example.org:80", "http://example.org"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_own_origin_is_spelt_as_browsers_spell_it(host: str, origin: str) -> None:
    assert described("192.0.2.9", Config(), host=host).origin == origin


@pytest.mark.parametrize("host", ["", "a b", "x/y", "user@host", "x?y", "x#y", "[::1", "x:port"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(Refused) as refused:
        described("192.0.2.9", Config(), host=host)
    assert refused.value.code == "bad_request"
