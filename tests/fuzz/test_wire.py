"""What must hold for any octets at all (Hypothesis)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket

from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.websocket import wire
from hubbub.websocket.deflate import WireError, deflate
from hubbub.websocket.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    TEXT,
    Received,
    Receiver,
    encode_close,
)
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Link
from hubbub.websocket.poller import Poller
from tests.contract.links import (
    KINDS,
    ManualScheduler,
    Recorder,
    client_frame,
    cuts,
    open_bench,
    parse_server_frames,
)

LIMITS = WireLimits(frame_bytes=4000, message_bytes=6000, inflated_bytes=9000, fragments=8)

masks = st.binary(min_size=4, max_size=4)
texts = st.text(max_size=300).map(str.encode)


@st.composite
def messages(draw: st.DrawFn) -> tuple[bytes, list[Received]]:
    """A valid message as octets, fragmented and compressed anyhow, with control frames between; and what it says."""
    opcode = draw(st.sampled_from([TEXT, BINARY]))
    payload = draw(texts if opcode == TEXT else st.binary(max_size=300))
    said = [Received(opcode, payload)]
    flags = 0
    if draw(st.booleans()):
        flags = RSV1
        (payload,) = deflate([payload], draw(st.integers(9, 15)))
    parts = list(cuts(payload, draw(st.lists(st.integers(0, 400), max_size=4)))) or [b""]
    octets = b""
    for i, part in enumerate(parts):
        last = FIN if i == len(parts) - 1 else 0
        first = opcode | flags if i == 0 else CONTINUATION
        octets += client_frame(0, part, flags=first | last, mask=draw(masks))
        if not last and draw(st.booleans()):
            control = draw(st.sampled_from([PING, PONG]))
            word = draw(st.binary(max_size=125))
            octets += client_frame(control, word, mask=draw(masks))
            said.insert(-1, Received(control, word))
    return octets, said


def receive(pieces: list[bytes]) -> tuple[list[Received], int | None]:
    """Everything the receiver says, and the code it failed with."""
    receiver = Receiver(LIMITS, deflate=True)
    said = []
    try:
        for piece in pieces:
            receiver.feed(piece)
            while (received := receiver.next()) is not None:
                said.append(received)
    except WireError as error:
        return said, error.code
    return said, None


places = st.lists(st.integers(0, 5000), max_size=12)


@given(st.lists(messages(), max_size=5), places)
def test_any_cut_of_a_valid_stream_gives_the_same_messages(
    stream: list[tuple[bytes, list[Received]]], at: list[int]
) -> None:
    octets = b"".join(data for data, _ in stream)
    expected = [received for _, said in stream for received in said]
    assert receive(list(cuts(octets, at))) == (expected, None)
    assert receive([bytes((octet,)) for octet in octets]) == (expected, None)


@given(st.binary(max_size=400), places)
def test_any_cut_of_any_octets_gives_the_same_messages_and_the_same_failure(octets: bytes, at: list[int]) -> None:
    whole = receive([octets])
    assert receive(list(cuts(octets, at))) == whole
    assert receive([bytes((octet,)) for octet in octets]) == whole


@given(st.lists(messages(), max_size=3), st.binary(max_size=30), st.integers(0, 1000), places)
def test_any_cut_of_a_damaged_stream_gives_the_same_messages_and_the_same_failure(
    stream: list[tuple[bytes, list[Received]]], damage: bytes, where: int, at: list[int]
) -> None:
    octets = b"".join(data for data, _ in stream)
    where %= len(octets) + 1
    octets = octets[:where] + damage + octets[where + len(damage) :]
    assert receive(list(cuts(octets, at))) == receive([octets])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.binary(max_size=200), max_size=5), st.booleans())
def test_no_octets_raise_out_of_a_connection_or_disturb_another(
    kind: str, pieces: list[bytes], through_the_frame: bool
) -> None:
    async def run() -> None:
        async with open_bench(kind, LIMITS) as bench:
            wild, calm = await bench.connect(deflate_bits=15), await bench.connect()
            for piece in pieces:
                octets = client_frame(TEXT, piece) if through_the_frame else piece
                try:
                    await wild.send(octets)
                except (BrokenPipeError, ConnectionResetError):
                    break
                wild.read()
            await calm.send(client_frame(TEXT, b"fine"))
            assert calm.handler.messages == [b"fine"]
            wild.peer.close()
            await bench.settle()
            assert len(wild.handler.closed) == 1
            assert bench.keeper.count == 1

    asyncio.run(run())


class Member:
    """A link, its peer, and what each has heard."""

    def __init__(self, link: Link, peer: socket.socket, handler: Recorder) -> None:
        self.link = link
        self.peer = peer
        self.handler = handler
        self.heard = b""

    @property
    def name(self) -> bytes:
        return b"%d" % self.link.id

    def read(self) -> None:
        try:
            while piece := self.peer.recv(1 << 16):
                self.heard += piece
        except (BlockingIOError, ConnectionResetError):
            return

    def check(self) -> None:
        """The link heard only its own peer; the peer heard only its own link."""
        assert set(self.handler.messages) <= {self.name}
        for frame in parse_server_frames(self.heard, cut_off=True):
            assert frame.opcode == CLOSE or frame.payload in (self.name, self.name * 2000)


class Crowd:
    """Links that come and go on the same few descriptor numbers, and whatever may happen to them."""

    def __init__(self, poller: Poller, scheduler: ManualScheduler, chance: random.Random) -> None:
        self.poller = poller
        self.scheduler = scheduler
        self.chance = chance
        self.members: list[Member] = []
        self.deeds = (
            *(self.abort, self.close, self.hang_up, self.connect),
            *(self.tell_everyone, self.write_to_everyone, self.speak, self.turn, self.turn),
        )

    def one(self) -> Member:
        return self.chance.choice(self.members)

    def connect(self) -> None:
        """On a number that a dead link had, if one is free."""
        ours, peer = socket.socketpair()
        for end in (ours, peer):
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        number = ours.detach()
        for member in self.members:
            if is_free(member.link._place):
                os.dup2(number, member.link._place, inheritable=False)
                os.close(number)
                number = member.link._place
                break
        handler = Recorder()
        link = self.poller.adopt(number, handler, address="peer")
        self.members.append(Member(link, peer, handler))

    def abort(self) -> None:
        self.one().link.abort()

    def close(self) -> None:
        self.one().link.close()

    def hang_up(self) -> None:
        member = self.one()
        member.read()
        member.peer.shutdown(socket.SHUT_WR)

    def tell_everyone(self) -> None:
        """The dead too: their numbers may be another's by now."""
        for member in self.members:
            member.link.send_text(member.name * self.chance.choice([1, 2000]))

    def write_to_everyone(self) -> None:
        for member in self.members:
            wire.write([member.link], 0, wire.encode([member.name]), float("inf"))

    def speak(self) -> None:
        member = self.one()
        with contextlib.suppress(OSError):
            member.peer.send(client_frame(TEXT, member.name))

    def turn(self) -> None:
        self.poller.turn()
        self.scheduler.run()


def is_free(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_with_numbers_used_again_nothing_reaches_another_connection(chance: random.Random) -> None:
    async def run() -> None:
        async with open_bench("poller", WireLimits(unsent_bytes=30_000)) as bench:
            assert bench.poller is not None
            crowd = Crowd(bench.poller, bench.scheduler, chance)
            for _ in range(4):
                crowd.connect()
            for _ in range(80):
                chance.choice(crowd.deeds)()
            for member in crowd.members:
                member.read()
                member.check()
                member.peer.close()

    asyncio.run(run())


@given(st.text(max_size=400), st.integers(1000, 4999))
def test_any_reason_makes_a_close_frame_that_can_be_read(reason: str, code: int) -> None:
    (frame,) = parse_server_frames(encode_close(code, reason))
    assert frame.code == code
    assert len(frame.payload) <= 125
    assert reason.startswith(frame.payload[2:].decode())
