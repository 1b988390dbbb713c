"""However a link ends, both sides hear why, and the descriptor is given back."""

from __future__ import annotations

import pytest

from hubbub.errors import CloseCode
from hubbub.websocket.frames import CLOSE, FIN, TEXT, encode_frame
from hubbub.websocket.link import ABNORMAL, NO_CODE, Link
from tests.contract.links import LIMITS, Bench, client_frame, close_payload


async def test_a_close_is_answered_with_its_own_code_and_the_server_ends_the_connection(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(CLOSE, close_payload(3000, b"bye")))
    assert await wired.frames() == [(FIN | CLOSE, close_payload(3000))]
    assert wired.ended
    assert wired.handler.codes == [3000]


async def test_a_close_without_a_code_is_answered_without_one(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(CLOSE))
    assert await wired.frames() == [(FIN | CLOSE, b"")]
    assert wired.handler.codes == [NO_CODE]


async def test_the_descriptor_is_given_back_when_the_peer_ends_the_connection_too(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(CLOSE))
    assert bench.gone == []
    wired.peer.close()
    await bench.settle()
    assert bench.gone == [wired.link]
    assert bench.keeper.count == 0


async def test_closing_waits_for_the_peers_answer(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.close(CloseCode.RESTART, "back soon")
    assert await wired.frames() == [(FIN | CLOSE, close_payload(1012, b"back soon"))]
    await wired.send(client_frame(CLOSE, close_payload(1012)))
    await wired.frames()
    assert wired.ended
    assert wired.handler.codes == [CloseCode.RESTART]


async def test_a_peer_that_does_not_answer_a_close_is_dropped_in_time(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.close()
    await bench.advance(LIMITS.close_seconds + 0.1)
    wired.read()
    assert wired.ended
    assert bench.gone == [wired.link]


async def test_a_peer_that_keeps_a_failed_connection_open_is_dropped_in_time(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(b"\xff\xff")
    await bench.advance(LIMITS.close_seconds + 0.1)
    assert bench.gone == [wired.link]


async def test_messages_behind_our_close_are_not_delivered(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.close()
    await wired.send(client_frame(TEXT, b"too late"), client_frame(CLOSE))
    assert wired.handler.messages == []
    assert bench.gone == []
    assert wired.handler.codes == [CloseCode.NORMAL]


async def test_messages_behind_the_peers_close_are_not_delivered(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(CLOSE) + client_frame(TEXT, b"too late"))
    assert wired.handler.messages == []


async def test_a_lost_connection_is_told_as_1006(bench: Bench) -> None:
    wired = await bench.connect()
    wired.peer.close()
    await bench.settle()
    assert wired.handler.codes == [ABNORMAL]
    assert bench.gone == [wired.link]


async def test_an_aborted_link_says_and_hears_nothing_more(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.abort()
    wired.link.send_text(b"anybody?")
    wired.link.close()
    wired.link.pause()
    wired.link.resume()
    assert await wired.frames() == []
    assert wired.ended
    assert wired.handler.codes == [ABNORMAL]


async def test_owners_are_told_of_a_close_later_and_once(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.close()
    wired.link.close()
    wired.link.abort()
    assert wired.handler.codes == []
    await bench.settle()
    assert wired.handler.codes == [CloseCode.NORMAL]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (encode_frame(TEXT, b"not masked"), CloseCode.PROTOCOL_ERROR),
        (client_frame(0x3), CloseCode.PROTOCOL_ERROR),
        (client_frame(TEXT, b"\xff"), CloseCode.INVALID_DATA),
        (client_frame(CLOSE, b"\x03"), CloseCode.PROTOCOL_ERROR),
        (client_frame(CLOSE, close_payload(1005)), CloseCode.PROTOCOL_ERROR),
        (client_frame(CLOSE, close_payload(1000, b"\xff")), CloseCode.INVALID_DATA),
        (client_frame(TEXT, bytes(LIMITS.message_bytes + 1))[:20], CloseCode.TOO_BIG),
    ],
)
async def test_what_breaks_the_protocol_ends_it_with_the_right_code(bench: Bench, data: bytes, code: int) -> None:
    wired = await bench.connect()
    await wired.send(data)
    assert [frame.code for frame in await wired.frames()] == [code]
    assert wired.ended
    assert wired.handler.codes == [code]


async def test_what_was_whole_before_the_failure_is_delivered(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(TEXT, b"fine") + b"\xff\xff")
    assert wired.handler.messages == [b"fine"]


# --- owners that fail -------------------------------------------------------------------------------------------------


async def test_a_failing_owner_closes_its_link_and_no_other(bench: Bench) -> None:
    def fail(link: Link, payload: bytes) -> None:
        raise ZeroDivisionError

    bad, good = await bench.connect(), await bench.connect()
    bad.handler.on_each = fail
    await bad.send(client_frame(TEXT, b"x"))
    await good.send(client_frame(TEXT, b"y"))
    assert [frame.code for frame in await bad.frames()] == [CloseCode.INTERNAL]
    assert good.handler.messages == [b"y"]


async def test_an_owner_may_close_its_link_while_it_hears_a_message(bench: Bench) -> None:
    wired = await bench.connect()
    wired.handler.on_each = lambda link, payload: link.close(CloseCode.POLICY)
    await wired.send(client_frame(TEXT, b"x") + client_frame(TEXT, b"y"))
    assert wired.handler.messages == [b"x"]
    assert [frame.code for frame in await wired.frames()] == [CloseCode.POLICY]
