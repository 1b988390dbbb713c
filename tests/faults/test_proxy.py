"""The proxy does what it says, to real sockets: an echo behind it shows what came through, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.websocket.frames import TEXT, encode_frame
from tests.faults.harness.frames import FrameTracker, cut_inside
from tests.faults.harness.proxy import Connection, Proxy, Way
from tests.faults.harness.stage import until

UPGRADE = b"GET /socket HTTP/1.1\r\nHost: here\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
FRAME = encode_frame(TEXT, b"x" * 300)
PATIENCE = 10.0


@asynccontextmanager
async def through(proxy: Proxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers an upgrade, and then every byte with itself."""
    with contextlib.suppress(ConnectionError):
        if (first := await reader.read(1 << 16)).startswith(UPGRADE):
            writer.write(UPGRADED + first[len(UPGRADE) :])
        else:
            writer.write(first)
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        await proxy.close()
        server.close()
        await server.wait_closed()


async def upgrade(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Connection:
    writer.write(UPGRADE)
    assert await reader.readexactly(len(UPGRADED)) == UPGRADED
    assert await until(lambda: proxy.find_socket() is not None, PATIENCE)
    connection = proxy.find_socket()
    assert connection is not None
    return connection


async def read_to_end(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """What arrives until the connection ends, and whether it was reset."""
    read = b""
    async with asyncio.timeout(PATIENCE):
        try:
            while piece := await reader.read(1 << 16):
                read += piece
        except ConnectionResetError:
            return read, True
    return read, False


async def test_bytes_pass_as_they_are(proxy: Proxy) -> None:
    sent = bytes(range(256)) * 4000
    async with through(proxy) as (reader, writer):
        writer.write(sent)
        assert await reader.readexactly(len(sent)) == sent
        writer.write_eof()
        assert await read_to_end(reader) == (b"", False)


async def test_what_is_late_or_slow_arrives_whole(proxy: Proxy) -> None:
    async with through(proxy) as (reader, writer):
        connection = await upgrade(proxy, reader, writer)
        connection.pipes[Way.UP].delay = 0.01
        connection.pipes[Way.DOWN].bytes_per_second = 200_000
        writer.write(FRAME * 10)
        assert await reader.readexactly(len(FRAME) * 10) == FRAME * 10


async def test_nothing_passes_a_stall_and_everything_after_it(proxy: Proxy) -> None:
    async with through(proxy) as (reader, writer):
        connection = await upgrade(proxy, reader, writer)
        down = connection.pipes[Way.DOWN]
        down.flowing.clear()
        writer.write(FRAME)
        reading = asyncio.create_task(reader.readexactly(len(FRAME)))
        done, _ = await asyncio.wait([reading], timeout=0.1)
        assert not done
        down.flowing.set()
        assert await reading == FRAME


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("reset", [False, True])
async def test_a_cut_ends_in_the_middle_of_a_frame(proxy: Proxy, way: Way, reset: bool) -> None:
    async with through(proxy) as (reader, writer):
        connection = await upgrade(proxy, reader, writer)
        connection.reset_when_cut = reset
        connection.pipes[way].cut_at = 0.5
        writer.write(FRAME)
        read, was_reset = await read_to_end(reader)
        assert was_reset == reset
        if way is Way.DOWN and not reset:  # a reset may overtake what was sent before it
            assert read == FRAME[: len(FRAME) // 2]
        assert len(read) < len(FRAME)
    assert await until(lambda: not proxy.connections, PATIENCE)


async def test_a_reset_is_felt_on_both_sides(proxy: Proxy) -> None:
    async with through(proxy) as (reader, writer):
        connection = await upgrade(proxy, reader, writer)
        connection.end(abrupt=True)
        assert await read_to_end(reader) == (b"", True)


async def test_half_a_connection_goes_on_for_a_while(proxy: Proxy) -> None:
    async with through(proxy) as (reader, writer):
        connection = await upgrade(proxy, reader, writer)
        writer.write(FRAME)
        assert await reader.readexactly(len(FRAME)) == FRAME
        connection.half_close(Way.UP)
        assert await read_to_end(reader) == (b"", False)  # the echo has seen the end, and ended


async def test_nobody_gets_through_while_it_refuses(proxy: Proxy) -> None:
    proxy.refusing = True
    async with through(proxy) as (reader, _):
        assert await read_to_end(reader) == (b"", True)
    proxy.refusing = False
    async with through(proxy) as (reader, writer):
        await upgrade(proxy, reader, writer)


async def test_a_server_that_is_not_there_is_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    proxy = Proxy(port)
    async with through(proxy) as (reader, _):
        assert await read_to_end(reader) == (b"", True)
    await proxy.close()


@given(
    sizes=st.lists(st.sampled_from([0, 1, 125, 126, 300, 70_000]), min_size=1, max_size=5),
    masked=st.booleans(),
    cuts=st.lists(st.integers(0, 75_000), max_size=6),
)
def test_frames_end_where_they_end_however_they_are_cut(sizes: list[int], masked: bool, cuts: list[int]) -> None:
    start = UPGRADE if masked else UPGRADED
    frames = [frame(size, masked) for size in sizes]
    stream = start + b"".join(frames)
    expected = [len(start)]
    for each in frames:
        expected.append(expected[-1] + len(each))
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    tracker, found = FrameTracker(), list[int]()
    for begin, end in pairwise(places):
        found += [begin + at for at in tracker.feed(stream[begin:end])]
    assert found == expected
    assert tracker.upgraded


def frame(size: int, masked: bool) -> bytes:
    if not masked:
        return encode_frame(TEXT, bytes(size))
    plain = encode_frame(TEXT, bytes(size))
    head = len(plain) - size
    return bytes([plain[0], plain[1] | 0x80]) + plain[2:head] + bytes(4) + bytes(size)


def test_what_is_no_socket_has_no_frames() -> None:
    tracker = FrameTracker()
    assert tracker.feed(b"GET /api/me HTTP/1.1\r\n\r\n") == []
    assert not tracker.upgraded


@given(ends=st.sets(st.integers(1, 40), max_size=10), size=st.integers(1, 40), wish=st.floats(0, 1))
def test_a_cut_is_inside_a_frame_or_nowhere(ends: set[int], size: int, wish: float) -> None:
    at = cut_inside(sorted(ends), size, wish)
    if at is None:
        assert set(range(1, size)) <= ends
    else:
        assert 0 < at < size
        assert at not in ends
