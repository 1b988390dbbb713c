"""Descriptors: given back late enough, and never written or read for the wrong link."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator

import pytest

from hubbub.errors import CloseCode
from hubbub.websocket import wire
from hubbub.websocket.frames import TEXT, encode_frame
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Link
from hubbub.websocket.poller import READ_BYTES, Poller, PollerLink
from tests.contract.links import Bench, Recorder, client_frame, open_bench

FAR = float("inf")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench("poller", WireLimits(pong_wait=60)) as bench:
        yield bench


def poller_of(bench: Bench) -> Poller:
    assert bench.poller is not None
    return bench.poller


def connect_at(bench: Bench, fd: int, handler: Recorder) -> tuple[Link, socket.socket]:
    """A new link on the very descriptor `fd`, which must be free."""
    ours, peer = socket.socketpair()
    ours.setblocking(False)
    peer.setblocking(False)
    bench.peers.append(peer)
    held = ours.detach()
    if held != fd:
        os.dup2(held, fd, inheritable=False)
        os.close(held)
    return poller_of(bench).adopt(fd, handler, address="next"), peer


async def test_a_number_used_again_gets_no_answer_of_the_one_before(bench: Bench) -> None:
    old = await bench.connect()
    number = old.link._place
    old.link.abort()
    await bench.settle()
    _, peer = connect_at(bench, number, Recorder())
    old.link.send_text(b"for the old one")
    old.link.close()
    wire.write([old.link], 0, wire.encode([b"for the old one"]), FAR)
    await bench.settle()
    with pytest.raises(BlockingIOError):
        peer.recv(100)


async def test_a_number_is_not_free_before_the_batch_of_events_is_over(bench: Bench) -> None:
    """The first of two links with an event closes the second and opens another connection: it must get another
    number, or the second's event would be its."""
    first, second = await bench.connect(), await bench.connect()
    late = Recorder()
    opened: list[Link] = []

    def replace_the_other(link: Link, payload: bytes) -> None:
        other = second if link is first.link else first
        other.link.abort()
        ours, peer = socket.socketpair()
        ours.setblocking(False)
        bench.peers.append(peer)
        opened.append(poller_of(bench).adopt(ours.detach(), late, address="late"))

    first.handler.on_each = second.handler.on_each = replace_the_other
    first.peer.sendall(client_frame(TEXT, b"x"))
    second.peer.sendall(client_frame(TEXT, b"x"))
    await bench.settle()
    assert len(opened) == 1
    assert opened[0]._place not in (first.link._place, second.link._place)
    assert late.messages == []
    assert len(first.handler.messages + second.handler.messages) == 1


async def test_an_event_for_a_dead_link_is_passed_over(bench: Bench) -> None:
    wired = await bench.connect()
    wired.peer.sendall(client_frame(TEXT, b"x"))
    wired.link.abort()
    poller_of(bench).turn()
    assert wired.handler.messages == []


async def test_a_descriptor_is_closed_once_and_for_good(bench: Bench) -> None:
    wired = await bench.connect()
    number = wired.link._place
    wired.link.abort()
    wired.link.abort()
    os.fstat(number)
    await bench.settle()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)


async def test_one_event_reads_no_more_than_its_share(bench: Bench) -> None:
    chatty = await bench.connect(buffers=1 << 20)
    frame = client_frame(TEXT, bytes(1000))
    for _ in range(100):
        chatty.peer.sendall(frame)
    poller_of(bench).turn()
    assert 0 < len(chatty.handler.messages) <= READ_BYTES // len(frame)
    await bench.settle()
    assert len(chatty.handler.messages) == 100


async def test_a_reset_while_paused_ends_the_link(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    ours.setblocking(False)
    handler = Recorder()
    link = poller_of(bench).adopt(ours.detach(), handler, address="peer")
    link.pause()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    client.close()
    await bench.settle()
    assert len(handler.closed) == 1


async def test_what_is_unsent_is_gone_with_the_link(bench: Bench) -> None:
    wired = await bench.connect(buffers=4096)
    wired.link.send_text(bytes(100_000))
    link = wired.link
    link.abort()
    await bench.settle()
    assert getattr(link, "_unsent", None) is None


async def test_a_partial_write_is_followed_by_its_rest(bench: Bench) -> None:
    wired = await bench.connect(buffers=4096)
    text = os.urandom(50_000).hex().encode()
    links = [wired.link]
    wire.write(links, 0, wire.encode([text]), FAR)
    wire.write(links, 0, wire.encode([b"next"]), FAR)
    sent = encode_frame(TEXT, text) + encode_frame(TEXT, b"next")
    assert await wired.read_all(len(sent)) == sent
    assert wired.link._fd == wired.link._place


async def test_ten_thousand_idle_links_take_little_memory() -> None:
    """The bound is what the design promises; docs/websocket.md has the figure measured."""
    import gc
    import resource
    import tracemalloc

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(10_000, (soft - 200) // 2)
    async with open_bench("poller", WireLimits()) as bench:
        handler = Recorder()
        ends = [socket.socketpair() for _ in range(count)]
        bench.peers += [peer for _, peer in ends]
        descriptors = [ours.detach() for ours, _ in ends]
        gc.collect()
        tracemalloc.start()
        for descriptor in descriptors:
            poller_of(bench).adopt(descriptor, handler, address="peer")
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert taken / count < 500


async def test_what_is_kept_for_all_together_is_bounded_and_counted() -> None:
    limits = WireLimits(unsent_bytes=100_000, unsent_total_bytes=250_000, close_seconds=5)
    async with open_bench("poller", limits) as bench:
        poller = poller_of(bench)
        slow = [await bench.connect(buffers=4096) for _ in range(10)]
        links = [wired.link for wired in slow]
        for _ in range(20):
            wire.write(links, 0, wire.encode([b"x" * 9000]), FAR)
            assert poller.unsent_bytes == sum(link.unsent_bytes for link in links if isinstance(link, PollerLink))
            # Beside what is kept there is only the goodbye of those who are cut.
            assert poller.unsent_bytes <= limits.unsent_total_bytes + 100 * len(links)
        assert poller.too_slow == 10
        await bench.advance(limits.close_seconds)
        assert poller.unsent_bytes == 0
        assert {code for wired in slow for code in wired.handler.codes} == {CloseCode.TOO_SLOW}


async def test_who_is_cut_makes_room_for_the_others() -> None:
    limits = WireLimits(unsent_bytes=100_000, unsent_total_bytes=120_000, close_seconds=5)
    async with open_bench("poller", limits) as bench:
        first, second = await bench.connect(buffers=4096), await bench.connect(buffers=4096)
        while not first.link.closed:
            first.link.send_text(b"x" * 9000)
        await bench.advance(limits.close_seconds)
        assert poller_of(bench).unsent_bytes == 0
        texts = [bytes([65 + number]) * 9000 for number in range(8)]
        for text in texts:
            second.link.send_text(text)
        whole = b"".join(encode_frame(TEXT, text) for text in texts)
        assert await second.read_all(len(whole)) == whole
        assert poller_of(bench).unsent_bytes == 0
