"""Heads of HTTP requests are bounded in size and in time, whatever they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hubbub.websocket.limits import WireLimits
from tests.unit.websocket.heads import GET, Door, code_of, open_door, status_of

LIMITS = WireLimits(head_bytes=16 * 1024, head_fields=20, head_seconds=10, close_seconds=5)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door(LIMITS) as door:
        yield door


def get_with_padding(octets: int) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * octets + b"\r\n\r\n"


# --- size ----------------------------------------------------------------------------------------------------------


async def test_a_usual_request_goes_to_the_application(door: Door) -> None:
    assert status_of(await door.send(GET)) == 200


async def test_a_head_just_within_the_limit_is_served(door: Door) -> None:
    assert status_of(await door.send(get_with_padding(LIMITS.head_bytes - 100))) == 200


async def test_a_head_just_beyond_the_limit_is_431(door: Door) -> None:
    response = await door.send(get_with_padding(LIMITS.head_bytes))
    assert status_of(response) == 431
    assert code_of(response) == "head_too_large"
    assert door.ended
    assert door.app.scopes == []


@pytest.mark.parametrize("piece", [1000, 16 * 1024, 100_000])
async def test_a_head_of_18_megabytes_is_answered_and_costs_no_more_than_the_limit(door: Door, piece: int) -> None:
    response = await door.send(b"GET / HTTP/1.1\r\nHost: h\r\nX: ")
    for _ in range(18_000_000 // piece):
        if door.ended:
            break
        response += await door.send(b"x" * piece)
    assert status_of(response) == 431
    assert door.protocol._head_fed <= LIMITS.head_bytes + max(piece, 16 * 1024)


async def test_a_request_line_without_end_is_431(door: Door) -> None:
    assert status_of(await door.send(b"GET /" + b"a" * 20_000)) == 431


async def test_too_many_fields_are_431(door: Door) -> None:
    response = await door.send(b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 30 + b"\r\n")
    assert status_of(response) == 431


async def test_a_large_head_behind_a_body_is_431(door: Door) -> None:
    body = b"b" * 50_000
    first = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n" + body
    response = await door.send(first, get_with_padding(LIMITS.head_bytes))
    assert response.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 431" in response


async def test_a_small_head_behind_a_large_body_is_served(door: Door) -> None:
    body = b"b" * 100_000
    first = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + body
    response = await door.send(first + GET[:20], GET[20:])
    assert response.count(b"HTTP/1.1 200") == 2


async def test_many_small_requests_at_once_are_all_served(door: Door) -> None:
    response = await door.send(GET * 30 + GET[:10], GET[10:])
    for _ in range(40):
        response += await door.send()
    assert response.count(b"HTTP/1.1 200") == 31


async def test_trailers_are_no_headers(door: Door) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Late: 1\r\n\r\n"
    assert status_of(await door.send(chunked)) == 200
    assert b"x-late" not in dict(door.app.scopes[0]["headers"])


async def test_trailers_without_end_are_refused(door: Door) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    await door.send(chunked + b"X: y\r\n" * 30)
    assert door.ended


async def test_what_is_no_http_is_400(door: Door) -> None:
    response = await door.send(b"\x16\x03\x01\x02\x00hello\r\n\r\n")
    assert status_of(response) == 400
    assert door.ended


# --- time ----------------------------------------------------------------------------------------------------------


async def test_half_a_head_is_408_in_time(door: Door) -> None:
    assert await door.send(GET[:20]) == b""
    assert await door.advance(LIMITS.head_seconds - 1) == b""
    response = await door.advance(1.1)
    assert code_of(response) == "head_too_slow"
    assert door.ended


async def test_a_head_that_comes_octet_by_octet_wins_no_time(door: Door) -> None:
    response = b""
    for octet in GET[:12]:
        response += await door.send(bytes((octet,)))
        response += await door.advance(1)
    assert status_of(response) == 408


async def test_a_connection_without_a_word_is_closed_in_time(door: Door) -> None:
    assert await door.advance(LIMITS.head_seconds + 0.1) == b""
    assert door.ended


async def test_empty_lines_are_no_request_and_win_no_time(door: Door) -> None:
    for _ in range(12):
        await door.send(b"\r\n")
        await door.advance(1)
    assert door.ended


async def test_empty_lines_behind_a_response_win_no_time(door: Door) -> None:
    assert status_of(await door.send(GET)) == 200
    for _ in range(12):
        await door.send(b"\r\n")
        await door.advance(1)
    assert door.ended


async def test_the_next_head_has_its_own_time(door: Door) -> None:
    assert status_of(await door.send(GET)) == 200
    await door.advance(3)
    assert await door.send(GET[:5]) == b""
    assert status_of(await door.advance(LIMITS.head_seconds + 0.1)) == 408


async def test_a_response_may_take_longer_than_a_head(door: Door) -> None:
    door.app.gate.clear()
    assert await door.send(GET) == b""
    await door.advance(LIMITS.head_seconds * 5)
    door.app.gate.set()
    assert status_of(await door.read()) == 200


async def test_a_body_may_take_longer_than_a_head(door: Door) -> None:
    await door.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na")
    await door.advance(LIMITS.head_seconds * 5)
    assert (await door.send(b"b")).endswith(b"ab")


async def test_a_refused_client_that_stays_is_dropped_in_time(door: Door) -> None:
    await door.send(get_with_padding(LIMITS.head_bytes))
    assert door.protocol in door.state.connections
    await door.advance(LIMITS.close_seconds + 0.1)
    assert door.protocol not in door.state.connections


async def test_nothing_keeps_a_connection_that_has_ended(door: Door) -> None:
    assert status_of(await door.send(GET)) == 200
    door.client.close()
    await door.settle()
    assert door.state.connections == set()
    await asyncio.sleep(0)
    assert door.protocol._head_timer is None
