"""An event stream as the server sees it, on both carriers: its cursor, its heartbeat, its bounds and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest

from hubbub.domain.accounts import Session
from hubbub.domain.roles import Role
from hubbub.errors import CloseCode
from hubbub.protocol import codec
from hubbub.protocol.cursor import decode_cursor, encode_cursor
from hubbub.protocol.events import ChannelSummary, MembershipEnded, MembershipStarted, MessageDeleted
from hubbub.websocket import wire
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.endpoint import Endpoint
from hubbub.websocket.event_endpoint import EventEndpoint
from hubbub.websocket.event_frames import HEARTBEAT, encode_event, encode_id
from hubbub.websocket.greeting import Greeter
from hubbub.websocket.keeper import PONG_WAIT
from hubbub.websocket.limits import WireLimits
from tests.contract.links import KINDS, Bench, Wired, open_bench
from tests.support.http_app import TurnedClock

LIMITS = WireLimits(pong_wait=60, close_seconds=5, unsent_bytes=1 << 16)
WALK = LIMITS.pong_wait / PONG_WAIT
FAR = float("inf")
START = {"user:U": 3, "channel:A": 5}


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with open_bench(request.param, LIMITS) as bench:
        yield bench


@pytest.fixture
async def wired(bench: Bench) -> Wired:
    """An event stream whose reader was greeted."""
    wired = await bench.connect(event_stream=True)
    wired.link.begin_at("U", "E", START)
    return wired


def event(seq: int, channel: str = "A") -> bytes:
    return codec.encode(MessageDeleted(seq=seq, at=1, channel=channel, number=1, by="U"))


def started(seq: int, channel: str, channel_seq: int) -> bytes:
    summary = ChannelSummary(
        id=channel,
        name="",
        created_by="U",
        created_at=1,
        seq=channel_seq,
        number=0,
        members=1,
        position=0,
        position_seq=0,
    )
    return codec.encode(MembershipStarted(seq=seq, at=1, user="U", channel=summary, channel_seq=channel_seq))


def ended(seq: int, channel: str) -> bytes:
    return codec.encode(MembershipEnded(seq=seq, at=1, user="U", channel=channel, channel_seq=9))


def cursor_of(streams: dict[str, int]) -> bytes:
    return encode_id(encode_cursor("U", "E", streams))


async def deliver(wired: Wired, *payloads: bytes) -> bytes:
    """What the reader gets of a batch."""
    wire.write([wired.link], 0, wire.encode(payloads), FAR)
    await wired.bench.settle()
    return wired.read()


async def test_each_event_is_a_message_of_the_default_name(wired: Wired) -> None:
    assert await deliver(wired, event(6), event(7)) == encode_event(event(6)) + encode_event(event(7))
    wired.link.send_text(b'{"type":"reset"}')
    await wired.bench.settle()
    assert wired.read() == b'data: {"type":"reset"}\n\n'


async def test_a_batch_is_made_into_events_once_for_all(bench: Bench) -> None:
    encoded = Encoded([event(6), event(7)])
    assert encoded.for_event_stream() is encoded.for_event_stream()


async def test_the_cursor_follows_what_was_sent(wired: Wired) -> None:
    await deliver(wired, event(6), event(7))
    await wired.bench.advance(WALK)
    assert wired.read() == cursor_of({**START, "channel:A": 7})


async def test_the_cursor_follows_memberships(wired: Wired) -> None:
    await deliver(wired, started(4, "B", 12), ended(5, "A"))
    await wired.bench.advance(WALK)
    assert wired.read() == cursor_of({"user:U": 5, "channel:B": 12})
    await deliver(wired, event(13, "B"))
    await wired.bench.advance(WALK)
    assert wired.read() == cursor_of({"user:U": 5, "channel:B": 13})


async def test_what_has_no_seq_moves_nothing(wired: Wired) -> None:
    assert await deliver(wired, b'{"type":"typing","channel":"A","users":["U"]}') != b""
    await wired.bench.advance(WALK)
    assert wired.read() == b""


async def test_nothing_is_told_before_the_greeting(bench: Bench) -> None:
    wired = await bench.connect(event_stream=True)
    await bench.advance(4 * WALK)
    assert wired.read() == b""


async def test_the_first_cursor_comes_when_everything_missed_was_sent(wired: Wired) -> None:
    wired.link.send_encoded(Encoded([event(6)]))
    wired.link.settle()
    await wired.bench.settle()
    assert wired.read() == encode_event(event(6)) + cursor_of({**START, "channel:A": 6})


async def test_a_heartbeat_comes_each_fifth_of_the_time_and_later_when_there_was_something_else(wired: Wired) -> None:
    await wired.bench.advance(LIMITS.pong_wait)
    assert wired.read() == HEARTBEAT * 5
    await deliver(wired, event(6))
    await wired.bench.advance(WALK)
    assert HEARTBEAT not in wired.read()
    await wired.bench.advance(WALK)
    assert wired.read() == HEARTBEAT


async def test_a_session_that_expires_ends_its_event_stream(wired: Wired) -> None:
    """The endpoint's own rule, on a link whose reader says nothing."""
    clock = TurnedClock()
    endpoint = EventEndpoint(cast("Endpoint", None), cast("Greeter", None), clock=clock, spawn=lambda work: None)
    wired.link.session = Session(b"id", "U", "ann", Role.MEMBER, clock.now + 1)
    wired.handler.on_walk = endpoint.on_walk  # type: ignore[method-assign]
    await wired.bench.advance(WALK)
    assert not wired.link.closed
    clock.now += 1
    await wired.bench.advance(WALK)
    assert wired.read() == b'event: close\ndata: {"code":4001,"reason":"session expired"}\n\n'


async def test_silence_is_no_sign_of_death(wired: Wired) -> None:
    await wired.bench.advance(3 * LIMITS.pong_wait)
    assert not wired.link.closed


async def test_what_a_reader_sends_is_nobodys(wired: Wired) -> None:
    await wired.send(b"GET / HTTP/1.1\r\n\r\n" * 100)
    assert not wired.link.closed
    assert wired.handler.messages == []


async def test_a_reader_that_goes_is_noticed(wired: Wired) -> None:
    wired.peer.close()
    await wired.bench.settle()
    assert wired.handler.codes == [1006]
    assert wired.bench.gone == [wired.link]


async def test_the_end_says_why_and_comes_at_once(wired: Wired) -> None:
    wired.link.close(CloseCode.RESTART, "restarting")
    await wired.bench.settle()
    assert wired.read() == b'event: close\ndata: {"code":1012,"reason":"restarting"}\n\n'
    assert wired.ended
    assert await deliver(wired, event(6)) == b""
    wired.peer.close()
    await wired.bench.settle()
    assert wired.handler.codes == [CloseCode.RESTART]
    assert wired.bench.gone == [wired.link]


async def test_a_reader_that_does_not_hang_up_is_hung_up_on(wired: Wired) -> None:
    wired.link.close(CloseCode.RESTART, "restarting")
    await wired.bench.advance(LIMITS.close_seconds)
    assert wired.bench.gone == [wired.link]


async def test_a_reader_that_does_not_read_costs_no_more_than_the_bound_and_is_cut(bench: Bench) -> None:
    wired = await bench.connect(event_stream=True, buffers=4096)
    wired.link.begin_at("U", "E", START)
    sent = 0
    while not wired.link.closed:
        payload = event(6 + sent, "A" * 1000)
        wire.write([wired.link], 0, wire.encode([payload]), FAR)
        sent += 1
        assert sent < 1000
    await bench.advance(LIMITS.close_seconds)
    assert wired.handler.codes == [CloseCode.TOO_SLOW]
    assert bench.gone == [wired.link]


async def test_a_reader_gone_silent_in_mid_write_is_dropped(bench: Bench) -> None:
    wired = await bench.connect(event_stream=True, buffers=4096)
    wired.link.begin_at("U", "E", START)
    wire.write([wired.link], 0, wire.encode([event(6, "A" * 40_000)]), FAR)
    assert wired.link.has_unsent
    await bench.advance(LIMITS.pong_wait)
    assert not wired.link.closed
    await bench.advance(2 * WALK)
    assert wired.handler.codes == [CloseCode.TOO_SLOW]
    assert bench.gone == [wired.link]


async def test_one_that_reads_again_in_time_missed_nothing(bench: Bench) -> None:
    wired = await bench.connect(event_stream=True, buffers=4096)
    wired.link.begin_at("U", "E", START)
    payloads = [event(6 + number, "A" * 500) for number in range(60)]
    for payload in payloads:
        wire.write([wired.link], 0, wire.encode([payload]), FAR)
    whole = b"".join(map(encode_event, payloads))
    assert await wired.read_all(len(whole)) == whole
    assert await deliver(wired, event(70)) == encode_event(event(70))
    await bench.advance(WALK)
    cursor = decode_cursor(wired.read().decode().removeprefix("id: ").strip())
    assert set(cursor.channels.values()) == {65, 70}


async def test_its_cursor_is_never_ahead_of_what_was_given_to_it(wired: Wired) -> None:
    wired.link.abort()
    wire.write([wired.link], 0, wire.encode([event(6)]), FAR)
    wired.link.send_encoded(Encoded([event(7)]))
    await wired.bench.advance(WALK)
    assert wired.read() == b""
