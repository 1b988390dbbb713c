"""What a slow reader has yet to take is kept for it, up to a bound."""

from __future__ import annotations

from hubbub.errors import CloseCode
from hubbub.websocket.frames import FIN, TEXT, encode_close, encode_frame
from tests.contract.links import LIMITS, Bench


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
