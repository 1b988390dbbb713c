"""A batch is written to many links at once, to each as it agreed on."""

from __future__ import annotations

import time
import zlib

from hubbub.errors import CloseCode
from hubbub.websocket import wire
from hubbub.websocket.frames import CLOSE, FIN, RSV1, TEXT, encode_frame
from hubbub.websocket.link import ABNORMAL
from tests.contract.links import Bench, Recorder

FAR = float("inf")


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
