"""The contract of a link, run on every kind of link, over real sockets and with a clock of its own."""

from __future__ import annotations

import time
import zlib
from collections.abc import AsyncIterator

import pytest

from hubbub.errors import CloseCode
from hubbub.websocket import wire
from hubbub.websocket.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    TEXT,
    encode_close,
    encode_frame,
)
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import ABNORMAL, NO_CODE, Link
from tests.contract.links import KINDS, Bench, Recorder, client_frame, open_bench

LIMITS = WireLimits(unsent_bytes=256 * 1024, control_frames=20, pong_wait=60, close_seconds=5)
FAR = float("inf")


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with open_bench(request.param, LIMITS) as bench:
        yield bench


def close_payload(code: int, reason: bytes = b"") -> bytes:
    return code.to_bytes(2, "big") + reason


# --- messages ------------------------------------------------------------------------------------------------------


async def test_a_text_reaches_its_owner(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(TEXT, "héllo".encode()))
    assert wired.handler.messages == ["héllo".encode()]


async def test_the_owner_hears_of_the_opening_before_any_message(bench: Bench) -> None:
    wired = await bench.connect()
    assert wired.handler.opened == [wired.link]


async def test_what_the_owner_sends_arrives_whole_and_in_order(bench: Bench) -> None:
    wired = await bench.connect()
    for text in (b"a", b"b" * 200, b"c" * 70_000):
        wired.link.send_text(text)
    await bench.settle()
    assert [frame.payload for frame in await wired.frames()] == [b"a", b"b" * 200, b"c" * 70_000]


async def test_fragments_become_one_message_with_a_ping_between_them(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(
        client_frame(TEXT, b"one ", flags=0),
        client_frame(PING, b"are you there"),
        client_frame(CONTINUATION, b"two ", flags=0),
        client_frame(CONTINUATION, b"three"),
    )
    assert wired.handler.messages == [b"one two three"]
    assert await wired.frames() == [(FIN | PONG, b"are you there")]


async def test_octets_that_come_one_by_one_make_the_same_message(bench: Bench) -> None:
    wired = await bench.connect()
    for octet in client_frame(TEXT, b"slowly"):
        await wired.send(bytes((octet,)))
    assert wired.handler.messages == [b"slowly"]


async def test_several_messages_of_one_read_are_delivered_in_order(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(b"".join(client_frame(TEXT, b"%d" % number) for number in range(100)))
    assert wired.handler.messages == [b"%d" % number for number in range(100)]


async def test_an_idle_link_keeps_no_parser(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(TEXT, b"one ", flags=0), client_frame(CONTINUATION, b"two"))
    assert wired.link._receiver is None


async def test_binary_is_refused_unless_the_owner_wants_it(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(BINARY, b"\x00"))
    assert [frame.code for frame in await wired.frames()] == [CloseCode.UNSUPPORTED_DATA]


# --- compression ---------------------------------------------------------------------------------------------------


async def test_a_compressed_message_is_inflated_where_it_was_agreed_on(bench: Bench) -> None:
    wired = await bench.connect(deflate_bits=15)
    squeezed = zlib.compress(b"again and " * 100, wbits=-15)
    await wired.send(client_frame(TEXT, squeezed + b"\x00", flags=FIN | RSV1))
    assert wired.handler.messages == [b"again and " * 100]


async def test_a_compressed_message_is_an_error_where_it_was_not_agreed_on(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(TEXT, b"\x00", flags=FIN | RSV1))
    assert wired.handler.codes == [CloseCode.PROTOCOL_ERROR]


async def test_a_long_text_is_sent_compressed_where_it_was_agreed_on(bench: Bench) -> None:
    wired = await bench.connect(deflate_bits=9)
    wired.link.send_text(b"again and " * 100)
    (frame,) = await wired.frames()
    assert frame.first == FIN | RSV1 | TEXT
    assert zlib.decompressobj(-9).decompress(frame.payload) == b"again and " * 100


async def test_a_bomb_is_too_big(bench: Bench) -> None:
    wired = await bench.connect(deflate_bits=15)
    bomb = zlib.compress(bytes(10_000_000), level=9, wbits=-15)
    await wired.send(client_frame(TEXT, bomb + b"\x00", flags=FIN | RSV1))
    assert wired.handler.codes == [CloseCode.TOO_BIG]


# --- closing -------------------------------------------------------------------------------------------------------


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


# --- owners that fail ----------------------------------------------------------------------------------------------


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


# --- pausing -------------------------------------------------------------------------------------------------------


async def test_a_paused_link_delivers_nothing_until_it_is_resumed(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.pause()
    await wired.send(client_frame(TEXT, b"wait"))
    assert wired.handler.messages == []
    wired.link.resume()
    await bench.settle()
    assert wired.handler.messages == [b"wait"]


async def test_pausing_holds_back_even_what_was_read_already(bench: Bench) -> None:
    wired = await bench.connect()
    wired.handler.on_each = lambda link, payload: link.pause()
    await wired.send(b"".join(client_frame(TEXT, b"%d" % number) for number in range(3)))
    assert wired.handler.messages == [b"0"]
    wired.link.resume()
    await bench.settle()
    assert wired.handler.messages == [b"0", b"1"]
    wired.handler.on_each = lambda link, payload: None
    wired.link.resume()
    await wired.send(client_frame(TEXT, b"3"))
    assert wired.handler.messages == [b"0", b"1", b"2", b"3"]


async def test_a_paused_link_that_is_closed_still_hears_the_peers_answer(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.pause()
    wired.link.close()
    await wired.send(client_frame(TEXT, b"late"), client_frame(CLOSE))
    await wired.frames()
    assert wired.ended
    assert wired.handler.messages == []


# --- silence and noise ---------------------------------------------------------------------------------------------


async def test_a_silent_peer_is_pinged_and_one_that_answers_stays(bench: Bench) -> None:
    wired = await bench.connect()
    for _ in range(5):
        await bench.advance(LIMITS.pong_wait)
        frames = await wired.frames()
        assert frames
        assert {frame.first for frame in frames} == {FIN | PING}
        await wired.send(client_frame(PONG))
    assert not wired.link.closed


async def test_a_peer_that_answers_no_ping_is_dropped(bench: Bench) -> None:
    wired = await bench.connect()
    await bench.advance(LIMITS.pong_wait * 1.2)
    assert wired.handler.codes == [ABNORMAL]
    assert bench.gone == [wired.link]


async def test_a_peer_that_is_heard_of_is_not_pinged(bench: Bench) -> None:
    wired = await bench.connect()
    for _ in range(10):
        await bench.advance(LIMITS.pong_wait / 2)
        await wired.send(client_frame(TEXT, b"still here"))
    assert await wired.frames() == []


async def test_a_paused_peer_is_not_dropped_for_what_we_do_not_read(bench: Bench) -> None:
    wired = await bench.connect()
    wired.link.pause()
    await bench.advance(LIMITS.pong_wait * 3)
    assert not wired.link.closed


async def test_a_flood_of_pings_is_refused(bench: Bench) -> None:
    wired = await bench.connect()
    await wired.send(client_frame(PING, b"!") * (LIMITS.control_frames + 1))
    assert wired.handler.codes == [CloseCode.POLICY]
    frames = await wired.frames()
    assert len(frames) == LIMITS.control_frames + 1


async def test_pings_at_a_sober_rate_are_answered_for_ever(bench: Bench) -> None:
    wired = await bench.connect()
    for _ in range(10):
        await wired.send(client_frame(PING, b"!") * (LIMITS.control_frames // 2))
        await bench.advance(LIMITS.pong_wait / 5)
    assert len(await wired.frames()) == 10 * (LIMITS.control_frames // 2)
    assert not wired.link.closed


# --- readers that do not keep up -----------------------------------------------------------------------------------


async def test_what_a_slow_reader_has_not_taken_is_kept_and_sent_in_order(bench: Bench) -> None:
    wired = await bench.connect(buffers=4096)
    texts = [b"%d" % number * 5000 for number in range(10)]
    for text in texts:
        wired.link.send_text(text)
    sent = b"".join(encode_frame(TEXT, text) for text in texts)
    assert await wired.read_all(len(sent)) == sent
    wired.link.send_text(b"and on")
    assert await wired.frames() == [(FIN | TEXT, b"and on")]


async def test_a_link_says_whether_its_peer_has_yet_to_take_something(bench: Bench) -> None:
    wired = await bench.connect(buffers=4096)
    said = [wired.link.has_unsent]
    text = b"x" * 60_000
    wired.link.send_text(text)
    said.append(wired.link.has_unsent)
    await wired.read_all(len(encode_frame(TEXT, text)))
    await bench.settle()
    assert [*said, wired.link.has_unsent] == [False, True, False]


async def test_a_reader_that_is_too_slow_is_closed_with_4008(bench: Bench) -> None:
    wired = await bench.connect(buffers=4096)
    while not wired.link.closed:
        wired.link.send_text(b"x" * 9000)
    data = await wired.read_all(1 << 30)
    assert data.endswith(encode_close(CloseCode.TOO_SLOW, "Too slow."))
    assert len(data) < LIMITS.unsent_bytes + 300_000
    assert wired.handler.codes == [CloseCode.TOO_SLOW]


async def test_a_reader_that_never_reads_is_dropped_in_time(bench: Bench) -> None:
    wired = await bench.connect(buffers=4096)
    while not wired.link.closed:
        wired.link.send_text(b"x" * 9000)
    await bench.advance(LIMITS.close_seconds + 0.1)
    assert bench.gone == [wired.link]


# --- writing to many -----------------------------------------------------------------------------------------------


async def test_a_batch_reaches_every_open_link(bench: Bench) -> None:
    many = [await bench.connect() for _ in range(5)]
    many[1].link.close()
    many[2].link.abort()
    many[3].peer.close()
    encoded = wire.encode([b"one", b"two"])
    assert wire.write([wired.link for wired in many], 0, encoded, FAR) == 5
    await bench.settle()
    for wired in (many[0], many[4]):
        assert [frame.payload for frame in await wired.frames()] == [b"one", b"two"]
    assert [frame.opcode for frame in await many[1].frames()] == [CLOSE]
    assert many[3].handler.codes == [ABNORMAL]


async def test_a_batch_comes_behind_what_is_still_unsent(bench: Bench) -> None:
    slow = await bench.connect(buffers=4096)
    first = b"f" * 60_000
    slow.link.send_text(first)
    wire.write([slow.link], 0, wire.encode([b"second"]), FAR)
    sent = encode_frame(TEXT, first) + encode_frame(TEXT, b"second")
    assert await slow.read_all(len(sent)) == sent


async def test_a_batch_comes_behind_what_is_unsent_even_when_the_kernel_has_room_again(bench: Bench) -> None:
    slow = await bench.connect(buffers=4096)
    first = b"f" * 60_000
    slow.link.send_text(first)
    taken = slow.read()
    wire.write([slow.link], 0, wire.encode([b"second"]), FAR)
    sent = encode_frame(TEXT, first) + encode_frame(TEXT, b"second")
    assert taken + await slow.read_all(len(sent) - len(taken)) == sent


async def test_a_batch_that_one_reader_cannot_take_reaches_the_others(bench: Bench) -> None:
    handler = Recorder()
    stuck = await bench.connect(handler, buffers=4096)
    quick = await bench.connect(handler, buffers=1 << 20)
    text = b"y" * 9000
    count = 60
    for _ in range(count):
        wire.write([stuck.link, quick.link], 0, wire.encode([text]), FAR)
        await bench.settle()
    assert await quick.read_all(count * 9004) == encode_frame(TEXT, text) * count
    assert handler.closed == [(stuck.link, CloseCode.TOO_SLOW)]


async def test_each_link_gets_a_batch_as_it_agreed_on(bench: Bench) -> None:
    windows = (0, 9, 15, 9, 0)
    many = [await bench.connect(deflate_bits=bits) for bits in windows]
    text = bytes(range(32, 127)) * 20
    wire.write([wired.link for wired in many], 0, wire.encode([text, b"short"]), FAR)
    for wired, bits in zip(many, windows, strict=True):
        long, short = await wired.frames()
        assert short == (FIN | TEXT, b"short")
        if bits:
            assert long.first == FIN | RSV1 | TEXT
            assert zlib.decompressobj(-bits).decompress(long.payload) == text
        else:
            assert long == (FIN | TEXT, text)


async def test_a_write_stops_when_its_time_is_up_and_goes_on_where_it_stopped(bench: Bench) -> None:
    many = [await bench.connect() for _ in range(wire.UNTIL_CLOCK + 6)]
    links = [wired.link for wired in many]
    encoded = wire.encode([b"x"])
    reached = wire.write(links, 0, encoded, time.monotonic() - 1)
    assert reached == wire.UNTIL_CLOCK
    assert wire.write(links, reached, encoded, FAR) == len(links)
    for wired in many:
        assert len(await wired.frames()) == 1


async def test_closing_all_tells_every_peer_why(bench: Bench) -> None:
    many = [await bench.connect() for _ in range(3)]
    bench.keeper.close_all(CloseCode.RESTART, "")
    for wired in many:
        assert [frame.code for frame in await wired.frames()] == [CloseCode.RESTART]


async def test_links_have_numbers_of_their_own(bench: Bench) -> None:
    many = [await bench.connect() for _ in range(3)]
    assert len({wired.link.id for wired in many}) == 3
