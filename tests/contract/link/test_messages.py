"""What a peer sends reaches its owner, whole and in order, compressed or not."""

from __future__ import annotations

import zlib

from hubbub.errors import CloseCode
from hubbub.websocket.frames import BINARY, CONTINUATION, FIN, PING, PONG, RSV1, TEXT
from tests.contract.links import Bench, client_frame


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


# --- compression ------------------------------------------------------------------------------------------------------


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
