"""A large batch for many: the kernel refers to the same pages for all, and each link gets what it would have."""

from __future__ import annotations

import os
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hubbub.errors import CloseCode
from hubbub.websocket import pages, wire
from hubbub.websocket.frames import TEXT, encode_frame
from hubbub.websocket.link import ABNORMAL
from tests.contract.links import Bench, Recorder, Wired

FAR = float("inf")
MANY = pages.LISTENERS_FROM
# Of a size each that no compressor is asked for, together larger than what is copied.
LINES = [bytes(random.Random(seed).choices(range(32, 127), k=300)) for seed in range(60)]
SENT = b"".join(encode_frame(TEXT, line) for line in LINES)

assert len(SENT) > pages.PAGES_FROM


async def _connect(bench: Bench, count: int = MANY) -> list[Wired]:
    return [await bench.connect() for _ in range(count)]


async def test_everybody_gets_all_of_a_large_batch(bench: Bench) -> None:
    many = await _connect(bench)
    assert wire.write([wired.link for wired in many], 0, wire.encode(LINES), FAR) == MANY
    for wired in many:
        assert await wired.read_all(len(SENT)) == SENT


async def test_one_after_the_other_they_come_in_order(bench: Bench) -> None:
    many = await _connect(bench)
    links = [wired.link for wired in many]
    wire.write(links, 0, wire.encode(LINES), FAR)
    wire.write(links, 0, wire.encode([b"short"]), FAR)
    wire.write(links, 0, wire.encode(LINES[::-1]), FAR)
    sent = SENT + encode_frame(TEXT, b"short") + b"".join(encode_frame(TEXT, line) for line in LINES[::-1])
    for wired in many:
        assert await wired.read_all(len(sent)) == sent


async def test_who_takes_only_a_part_gets_the_rest_later(bench: Bench) -> None:
    slow = await bench.connect(buffers=4096)
    many = [slow, *await _connect(bench)]
    for _ in range(3):
        wire.write([wired.link for wired in many], 0, wire.encode(LINES), FAR)
    assert await slow.read_all(3 * len(SENT)) == SENT * 3
    assert await many[1].read_all(3 * len(SENT)) == SENT * 3


async def test_who_never_reads_is_dropped_and_harms_nobody(bench: Bench) -> None:
    handler = Recorder()
    stuck = await bench.connect(handler, buffers=4096)
    many = await _connect(bench)
    links = [stuck.link, *(wired.link for wired in many)]
    for _ in range(20):
        wire.write(links, 0, wire.encode(LINES), FAR)
        for wired in many:
            assert await wired.read_all(len(SENT)) == SENT
        await bench.settle()
    assert handler.closed == [(stuck.link, CloseCode.TOO_SLOW)]


async def test_a_connection_that_is_gone_is_found_out(bench: Bench) -> None:
    handler = Recorder()
    gone = await bench.connect(handler)
    many = await _connect(bench)
    gone.peer.close()
    for _ in range(3):
        wire.write([gone.link, *(wired.link for wired in many)], 0, wire.encode(LINES), FAR)
        await bench.settle()
    assert handler.codes == [ABNORMAL]
    assert await many[-1].read_all(3 * len(SENT)) == SENT * 3


async def test_each_window_has_octets_of_its_own(bench: Bench) -> None:
    bits = [0, 9, 15]
    long = [b"%d " % number * 4000 for number in range(300, 304)] + LINES
    many = [await bench.connect(deflate_bits=bits[place % 3]) for place in range(MANY + 2)]
    encoded = wire.encode(long)
    wire.write([wired.link for wired in many], 0, encoded, FAR)
    for wired in many:
        due = encoded.for_window(wired.link.deflate_bits)
        assert await wired.read_all(len(due)) == due


async def test_no_descriptor_is_left_open(bench: Bench) -> None:
    many = await _connect(bench)
    before = _count_descriptors()
    for _ in range(4):
        wire.write([wired.link for wired in many], 0, wire.encode(LINES), FAR)
    assert _count_descriptors() == before


async def test_with_no_descriptor_left_everything_is_copied(bench: Bench) -> None:
    many = await _connect(bench)
    encoded = wire.encode(LINES)
    with _no_more_descriptors():
        wire.write([wired.link for wired in many], 0, encoded, FAR)
    for wired in many:
        assert await wired.read_all(len(SENT)) == SENT


@pytest.mark.skipif(not pages.HAS_PAGES, reason="there are no files in memory here")
def test_only_what_is_large_and_for_many_is_shared() -> None:
    with pages.Pages(MANY) as many, pages.Pages(MANY - 1) as few:
        large = bytes(pages.PAGES_FROM)
        assert many.open(large) != pages.NONE
        assert many.open(large[1:]) == pages.NONE
        assert few.open(large) == pages.NONE


def _count_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@contextmanager
def _no_more_descriptors() -> Iterator[None]:
    """The lowest free number is taken first: with the bound there, none can be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.dup(0)
    os.close(probe)
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.dup(0)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
