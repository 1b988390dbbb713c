"""The opening handshake, RFC 6455 section 4.2: every MUST, one by one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hubbub.errors import Refused
from hubbub.websocket.handshake import (
    RequestHead,
    accept_key,
    check_opening,
    check_origin,
    encode_answer,
    encode_refusal,
    parse_extensions,
)

KEY = "m3xNMIzhueJyd3N66EAK6w=="
HEADERS = {
    "host": "chat.example.org",
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": KEY,
    "origin": "https://chat.example.org",
}


def request(*more: tuple[str, str], without: str = "", **changed: str) -> RequestHead:
    """A valid handshake, with headers changed (underscores for hyphens), added or left out."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    pairs = [*((name, value) for name, value in headers.items() if name != without), *more]
    encoded = tuple((name.encode(), value.encode()) for name, value in pairs)
    return RequestHead("GET", "/socket", "", "1.1", encoded, "127.0.0.1", secure=False)


def refusal(head: RequestHead) -> Refused:
    with pytest.raises(Refused) as caught:
        check_opening(head)
    return caught.value


def test_the_example_key_gives_the_example_answer() -> None:
    assert accept_key(KEY) == "qgWIKoKflyd9H8L/jCNa8XP4CYQ="


def test_the_rfcs_key_gives_the_rfcs_answer() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_valid_handshake_is_answered_with_101() -> None:
    assert encode_answer(check_opening(request())) == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: qgWIKoKflyd9H8L/jCNa8XP4CYQ=\r\n\r\n"
    )


@pytest.mark.parametrize(
    "head",
    [
        request(upgrade="WebSocket", connection="UPGRADE"),
        request(connection="keep-alive, Upgrade"),
        request(("connection", "upgrade"), connection="keep-alive"),
        request(upgrade="h2c, websocket"),
        request(host="[::1]:8000"),
        request(content_length="0"),
        replace(request(), version="2.0"),
    ],
)
def test_tokens_are_found_in_any_case_and_any_list(head: RequestHead) -> None:
    assert check_opening(head).accept


@pytest.mark.parametrize("method", ["POST", "HEAD", "CONNECT", "get"])
def test_only_get_opens(method: str) -> None:
    refused = refusal(replace(request(), method=method))
    assert refused.status == 405
    assert b"\r\nallow: GET\r\n" in encode_refusal(refused)


@pytest.mark.parametrize(
    "head",
    [
        replace(request(), version="1.0"),
        request(without="host"),
        request(("host", "other.example.org")),
        request(host="two words"),
        request(host=""),
        request(without="connection"),
        request(connection="close"),
        request(connection="not-upgrade"),
        request(without="sec-websocket-key"),
        request(("sec-websocket-key", KEY)),
        request(sec_websocket_key=""),
        request(sec_websocket_key="bTN4TU1J"),
        request(sec_websocket_key=KEY + "AAAA"),
        request(sec_websocket_key="m3xNMIzhueJyd3N66EAK6w"),
        request(sec_websocket_key="m3xNMIzhueJyd3N66EAK6w=*"),
        request(content_length="5"),
        request(transfer_encoding="chunked"),
        request(sec_websocket_protocol="a,,b c"),
        request(sec_websocket_protocol="a, a"),
        request(sec_websocket_extensions="permessage-deflate; a=b c"),
    ],
)
def test_what_is_no_handshake_is_400(head: RequestHead) -> None:
    assert refusal(head).status == 400


@pytest.mark.parametrize("version", ["12", "8", "0", "13, 8", "013", "x"])
def test_another_version_is_426_and_told_ours(version: str) -> None:
    refused = refusal(request(sec_websocket_version=version))
    assert refused.status == 426
    answer = encode_refusal(refused)
    assert answer.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
    assert b"\r\nsec-websocket-version: 13\r\n" in answer


def test_a_missing_version_is_426() -> None:
    assert refusal(request(without="sec-websocket-version")).status == 426


def test_a_request_that_is_no_upgrade_is_426_and_told_what_to_upgrade_to() -> None:
    refused = refusal(request(without="upgrade"))
    assert refused.status == 426
    assert b"\r\nupgrade: websocket\r\n" in encode_refusal(refused)


def test_a_refusal_is_a_problem_with_its_code() -> None:
    head, _, body = encode_refusal(Refused("bad_handshake")).partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert problem["code"] == "bad_handshake"
    assert problem["status"] == 400
    assert b"content-type: application/problem+json" in head
    assert f"content-length: {len(body)}".encode() in head


# --- negotiation ---------------------------------------------------------------------------------------------------


def test_the_clients_first_known_subprotocol_is_chosen() -> None:
    head = request(("sec-websocket-protocol", "chat.v2"), sec_websocket_protocol="chat.v3, chat.v1")
    assert check_opening(head, ["chat.v1", "chat.v2"]).subprotocol == "chat.v1"
    assert b"\r\nSec-WebSocket-Protocol: chat.v1\r\n" in encode_answer(check_opening(head, ["chat.v1"]))


def test_no_known_subprotocol_means_none_is_named() -> None:
    assert b"Protocol: " not in encode_answer(check_opening(request(sec_websocket_protocol="x"), ["y"]))


def test_compression_is_agreed_on_and_named() -> None:
    opening = check_opening(request(sec_websocket_extensions="permessage-deflate; server_max_window_bits=10"))
    assert opening.deflate_bits == 10
    assert b"; server_max_window_bits=10\r\n" in encode_answer(opening)


def test_extensions_are_read_as_the_grammar_says() -> None:
    values = ['foo; a=1;b="two" , bar', "baz;c"]
    assert parse_extensions(values) == [
        ("foo", [("a", "1"), ("b", "two")]),
        ("bar", []),
        ("baz", [("c", None)]),
    ]


@pytest.mark.parametrize("value", [";a", "a;", "a b", "a;b=", 'a;b="x', "a;b=(", "a,", ",a"])
def test_malformed_extensions_are_refused(value: str) -> None:
    with pytest.raises(Refused):
        parse_extensions([value])


# --- origin --------------------------------------------------------------------------------------------------------


def is_let_in(head: RequestHead, public_address: str | None = None) -> bool:
    try:
        check_origin(head, public_address)
    except Refused as refused:
        return refused.code != "foreign_origin"
    return True


PUBLIC = "https://chat.example.org"


@pytest.mark.parametrize(
    "origin",
    ["https://chat.example.org", "https://CHAT.example.org", "https://chat.example.org:443"],
)
def test_our_own_origin_is_let_in(origin: str) -> None:
    assert is_let_in(request(origin=origin), PUBLIC)
    assert is_let_in(request(origin=origin))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        "null",
        "",
        "https://chat.example.org.evil.com",
        "https://evilchat.example.org",
        "https://chat.example.org@evil.com",
        "https://evil.com/chat.example.org",
        "https://chat.example.org:8443",
        "https://chat.example.org/",
        "file://chat.example.org",
        "chat.example.org",
        "https://chat.example.org:x",
    ],
)
def test_a_foreign_null_or_look_alike_origin_is_403(origin: str) -> None:
    assert not is_let_in(request(origin=origin), PUBLIC)
    assert not is_let_in(request(origin=origin))


def test_a_missing_origin_is_403() -> None:
    assert not is_let_in(request(without="origin"), PUBLIC)


def test_two_origins_are_403() -> None:
    assert not is_let_in(request(("origin", PUBLIC)), PUBLIC)


def test_the_scheme_counts_where_the_public_address_is_known() -> None:
    assert not is_let_in(request(origin="http://chat.example.org"), PUBLIC)


def test_without_a_public_address_host_says_who_we_are() -> None:
    assert is_let_in(request(origin="http://127.0.0.1:8000", host="127.0.0.1:8000"))
    assert not is_let_in(request(origin="http://127.0.0.1:8001", host="127.0.0.1:8000"))


def test_a_program_with_a_token_and_no_cookie_needs_no_origin() -> None:
    assert is_let_in(request(without="origin", authorization="Bearer t0ken"), PUBLIC)


def test_a_token_does_not_help_where_a_cookie_comes_along() -> None:
    assert not is_let_in(request(without="origin", authorization="Bearer t0ken", cookie="session=x"), PUBLIC)


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Basic dTpw", "bearertoken"])
def test_what_is_no_bearer_token_does_not_help(authorization: str) -> None:
    assert not is_let_in(request(without="origin", authorization=authorization), PUBLIC)


# --- reading heads -------------------------------------------------------------------------------------------------


def test_a_cookie_is_found_among_others() -> None:
    head = request(("cookie", "b=2"), cookie="a=1; session=s3cret ;c")
    assert head.cookie("session") == "s3cret"
    assert head.cookie("b") == "2"
    assert head.cookie("c") is None


def test_a_bearer_token_is_found_in_any_case() -> None:
    assert request(authorization="bEARER abc").bearer() == "abc"
    assert request().bearer() is None
