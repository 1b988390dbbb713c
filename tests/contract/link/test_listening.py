"""A link hears nothing while it is paused, notices silence, and bounds noise."""

from __future__ import annotations

from hubbub.errors import CloseCode
from hubbub.websocket.frames import CLOSE, FIN, PING, PONG, TEXT
from hubbub.websocket.link import ABNORMAL
from tests.contract.links import LIMITS, Bench, client_frame


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


# --- silence and noise ------------------------------------------------------------------------------------------------


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
