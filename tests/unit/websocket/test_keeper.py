"""Silence and closing, measured in the keeper's own time."""

from __future__ import annotations

from hubbub.errors import CloseCode
from hubbub.websocket.frames import FIN, PING, TEXT
from hubbub.websocket.keeper import PING_PERIOD, PONG_WAIT, SLICES
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import ABNORMAL, Link
from tests.contract.links import Recorder, client_frame, open_bench

LIMITS = WireLimits(pong_wait=60, close_seconds=5)


async def test_the_ping_comes_while_there_is_time_to_answer() -> None:
    assert 0 < PING_PERIOD < PONG_WAIT
    async with open_bench("poller", LIMITS) as bench:
        wired = await bench.connect()
        pinged = dropped = None
        for second in range(1, 100):
            await bench.advance(1)
            if pinged is None and wired.read() == bytes((FIN | PING, 0)):
                pinged = second
            if dropped is None and wired.link.closed:
                dropped = second
        assert pinged is not None
        assert dropped is not None
        assert LIMITS.pong_wait * 0.8 <= pinged <= LIMITS.pong_wait
        assert LIMITS.pong_wait <= dropped <= LIMITS.pong_wait * 1.2
        assert dropped - pinged >= LIMITS.pong_wait * 0.1


async def test_links_that_come_and_go_during_a_walk_are_neither_missed_nor_dropped() -> None:
    async with open_bench("poller", LIMITS) as bench:
        kept = [await bench.connect() for _ in range(3)]
        for _ in range(40):
            passing = await bench.connect()
            await bench.advance(LIMITS.pong_wait / PONG_WAIT / SLICES * 5)
            passing.link.abort()
            for wired in kept:
                if wired.read():
                    await wired.send(client_frame(TEXT, b"here"))
        assert not any(wired.link.closed for wired in kept)


async def test_nothing_is_timed_while_nobody_is_there() -> None:
    async with open_bench("poller", LIMITS) as bench:
        wired = await bench.connect()
        wired.link.abort()
        await bench.advance(LIMITS.pong_wait)
        assert bench.scheduler.next_time() is None


async def test_each_closing_link_has_its_own_deadline() -> None:
    async with open_bench("poller", LIMITS) as bench:
        first, second = await bench.connect(), await bench.connect()
        first.link.close()
        await bench.advance(3)
        second.link.close()
        await bench.advance(2.1)
        assert bench.gone == [first.link]
        await bench.advance(3)
        assert bench.gone == [first.link, second.link]


async def test_a_handler_that_fails_to_hear_of_a_close_disturbs_no_other() -> None:
    class Failing(Recorder):
        def on_close(self, link: Link, code: int) -> None:
            raise ZeroDivisionError

    async with open_bench("poller", LIMITS) as bench:
        bad, good = await bench.connect(Failing()), await bench.connect()
        bad.link.abort()
        good.link.abort()
        await bench.settle()
        assert good.handler.codes == [ABNORMAL]
        assert bench.keeper.count == 0


async def test_stopping_ends_everybody_at_once() -> None:
    async with open_bench("poller", LIMITS) as bench:
        many = [await bench.connect() for _ in range(3)]
        many[0].link.close(CloseCode.RESTART)
        bench.keeper.stop()
        assert bench.keeper.count == 0
        assert bench.scheduler.next_time() is None or bench.scheduler._later[0][2].callback is None
        assert [wired.handler.codes for wired in many] == [[CloseCode.RESTART], [ABNORMAL], [ABNORMAL]]
