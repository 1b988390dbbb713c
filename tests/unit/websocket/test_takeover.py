"""Sockets leave the HTTP server: who is let in, and that nothing is lost or left behind."""

from __future__ import annotations

import gc
import os
import weakref
from collections.abc import AsyncIterator

import pytest

from hubbub.errors import CloseCode, Refused
from hubbub.websocket.frames import CLOSE, FIN, TEXT
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import ABNORMAL, Link
from tests.contract.links import client_frame, parse_server_frames
from tests.unit.websocket.heads import ANSWER, GET, UPGRADE, Door, code_of, open_door, status_of

LIMITS = WireLimits(connections_per_address=3, behind_bytes=1000, close_seconds=5)
HELLO = client_frame(TEXT, b"hello")


@pytest.fixture(params=["poller", "transport"])
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    async with open_door(LIMITS, takeover=request.param == "poller") as door:
        yield door


def frames_behind_the_answer(response: bytes) -> list[bytes]:
    head, _, rest = response.partition(b"\r\n\r\n")
    assert head.startswith(ANSWER)
    return [frame.payload for frame in parse_server_frames(rest)]


async def test_an_upgrade_is_answered_and_its_owner_told_whose_it_is(door: Door) -> None:
    response = await door.send(UPGRADE)
    assert response.startswith(ANSWER)
    assert b"Sec-WebSocket-Accept: qgWIKoKflyd9H8L/jCNa8XP4CYQ=\r\n" in response
    (link,) = door.handler.opened
    assert link.session == "somebody"


async def test_the_owner_is_asked_with_the_requests_head(door: Door) -> None:
    await door.send(UPGRADE.replace(b"/socket", b"/socket?a=b").replace(b"Host", b"Cookie: session=x\r\nHost"))
    (request,) = door.asked
    assert (request.method, request.path, request.query) == ("GET", "/socket", "a=b")
    assert request.cookie("session") == "x"


async def test_messages_flow_both_ways_after_it(door: Door) -> None:
    await door.send(UPGRADE)
    door.handler.on_each = lambda link, payload: link.send_text(payload + b"!")
    (frame,) = parse_server_frames(await door.send(HELLO))
    assert frame == (FIN | TEXT, b"hello!")


async def test_octets_behind_the_head_are_not_lost(door: Door) -> None:
    door.handler.on_each = lambda link, payload: link.send_text(payload)
    response = await door.send(UPGRADE + HELLO + HELLO[:5], HELLO[5:])
    assert frames_behind_the_answer(response) == [b"hello", b"hello"]


async def test_a_head_in_pieces_is_a_head(door: Door) -> None:
    response = await door.send(UPGRADE[:30], UPGRADE[30:100], UPGRADE[100:])
    assert response.startswith(ANSWER)


async def test_an_upgrade_behind_a_finished_response_is_taken(door: Door) -> None:
    assert status_of(await door.send(GET)) == 200
    assert (await door.send(UPGRADE)).startswith(ANSWER)


async def test_nothing_is_read_before_the_owner_has_answered(door: Door) -> None:
    door.answer.clear()
    assert await door.send(UPGRADE, HELLO) == b""
    assert door.handler.messages == []
    door.answer.set()
    assert (await door.read()).startswith(ANSWER)
    assert door.handler.messages == [b"hello"]


async def test_the_head_timer_does_not_end_a_link(door: Door) -> None:
    await door.send(UPGRADE)
    await door.advance(LIMITS.head_seconds * 2)
    await door.send(HELLO)
    assert door.handler.messages == [b"hello"]


async def test_an_owner_that_pauses_on_opening_hears_nothing_yet(door: Door) -> None:
    def pause(link: Link) -> None:
        link.pause()

    door.handler.on_open = pause  # type: ignore[method-assign]
    await door.send(UPGRADE + HELLO)
    await door.send(HELLO)
    assert door.handler.messages == []


# --- refusals ------------------------------------------------------------------------------------------------------


async def test_an_upgrade_behind_an_unfinished_response_is_refused_in_its_turn(door: Door) -> None:
    door.app.gate.clear()
    assert await door.send(GET + UPGRADE + HELLO) == b""
    door.app.gate.set()
    response = await door.read()
    first, _, second = response.partition(b"HTTP/1.1 400")
    assert first.startswith(b"HTTP/1.1 200")
    assert b"bad_handshake" in second
    assert door.ended
    assert door.handler.opened == []


async def test_a_foreign_origin_is_403(door: Door) -> None:
    response = await door.send(UPGRADE.replace(b"http://h\r", b"http://evil\r"))
    assert (status_of(response), code_of(response)) == (403, "foreign_origin")
    assert door.ended
    assert door.asked == []


async def test_a_wrong_version_is_426(door: Door) -> None:
    response = await door.send(UPGRADE.replace(b"Version: 13", b"Version: 12"))
    assert status_of(response) == 426
    assert b"sec-websocket-version: 13" in response


async def test_a_plain_request_for_the_sockets_path_is_426(door: Door) -> None:
    response = await door.send(b"GET /socket HTTP/1.1\r\nHost: h\r\n\r\n")
    assert status_of(response) == 426
    assert door.app.scopes == []


async def test_an_upgrade_to_another_path_is_an_ordinary_request(door: Door) -> None:
    assert status_of(await door.send(UPGRADE.replace(b"/socket", b"/other"))) == 200
    assert status_of(await door.send(GET)) == 200


async def test_an_absolute_request_target_is_understood(door: Door) -> None:
    assert (await door.send(UPGRADE.replace(b"/socket", b"http://h/socket"))).startswith(ANSWER)


async def test_the_owner_may_refuse(door: Door) -> None:
    door.session = Refused("not_logged_in")
    response = await door.send(UPGRADE + HELLO)
    assert (status_of(response), code_of(response)) == (401, "not_logged_in")
    assert door.ended
    assert door.upgrades.connections == 0


async def test_an_owner_that_fails_is_500_and_not_a_word_of_why(door: Door) -> None:
    door.session = ZeroDivisionError("secret")
    response = await door.send(UPGRADE)
    assert status_of(response) == 500
    assert b"secret" not in response


async def test_an_owner_that_never_answers_is_503_in_time() -> None:
    async with open_door(WireLimits(authorize_seconds=0)) as door:
        door.answer.clear()
        response = await door.send(UPGRADE)
        assert status_of(response) == 503
        assert door.upgrades.connections == 0


async def test_too_much_behind_the_head_is_refused(door: Door) -> None:
    door.answer.clear()
    response = await door.send(UPGRADE + bytes(LIMITS.behind_bytes + 1))
    assert status_of(response) == 413
    door.answer.set()
    await door.settle()
    assert door.handler.opened == []
    assert door.upgrades.connections == 0


async def test_a_client_that_left_while_the_owner_was_asked_is_forgotten(door: Door) -> None:
    door.answer.clear()
    await door.send(UPGRADE)
    assert door.upgrades.connections == 1
    door.client.close()
    door.protocol.transport.abort()
    await door.settle()
    door.answer.set()
    await door.settle()
    assert door.handler.opened == []
    assert door.upgrades.connections == 0


async def test_one_connection_too_many_of_one_address_is_503(door: Door) -> None:
    for _ in range(LIMITS.connections_per_address):
        door.upgrades.reserve("")
    response = await door.send(UPGRADE)
    assert (status_of(response), code_of(response)) == (503, "too_many_connections")


async def test_one_connection_too_many_of_all_is_503() -> None:
    async with open_door(WireLimits(connections=1)) as door:
        door.upgrades.reserve("elsewhere")
        assert status_of(await door.send(UPGRADE)) == 503


# --- nothing is left behind ----------------------------------------------------------------------------------------


async def test_the_http_server_keeps_nothing_of_a_link(door: Door) -> None:
    door.answer.clear()
    await door.send(UPGRADE)
    door.answer.set()
    await door.read()
    assert door.state.connections == set()
    assert door.upgrades.tasks == set()
    assert door.protocol._head_timer is None


async def test_a_taken_connection_is_freed_without_the_garbage_collector() -> None:
    async with open_door(LIMITS) as door:
        await door.send(UPGRADE)
        protocol = weakref.ref(door.protocol)
        gc.disable()
        try:
            del door.protocol
            await door.settle()
            assert protocol() is None
        finally:
            gc.enable()
        await door.send(HELLO)
        assert door.handler.messages == [b"hello"]


async def test_a_link_that_ends_is_no_longer_counted(door: Door) -> None:
    await door.send(UPGRADE)
    assert door.upgrades.connections == 1
    door.client.close()
    await door.settle()
    assert door.handler.codes == [ABNORMAL]
    assert door.upgrades.connections == 0


async def test_the_descriptor_is_not_inherited_by_children() -> None:
    async with open_door(LIMITS) as door:
        await door.send(UPGRADE)
        (link,) = door.handler.opened
        assert not os.get_inheritable(link._place)


async def test_the_end_tells_every_peer_and_waits_for_their_answers(door: Door) -> None:
    await door.send(UPGRADE)
    closing = door.loop.create_task(door.upgrades.close(CloseCode.RESTART, "back soon"))
    (frame,) = parse_server_frames(await door.send())
    assert (frame.opcode, frame.code) == (CLOSE, CloseCode.RESTART)
    await door.send(client_frame(CLOSE, frame.payload[:2]))
    door.client.close()
    await door.settle()
    assert closing.done()
    assert door.upgrades.connections == 0


async def test_the_end_does_not_wait_for_a_peer_that_does_not_answer() -> None:
    async with open_door(WireLimits(close_seconds=0.05)) as door:
        await door.send(UPGRADE)
        await door.upgrades.close(CloseCode.RESTART)
        assert door.upgrades.connections == 0
        await door.read()
        assert door.ended
