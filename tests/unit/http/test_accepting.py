"""Taking connections a few at a time, on a real listening socket."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from hubbub.http.accepting import AT_ONCE, Acceptor
from hubbub.http.listening import bind


class Greeter(asyncio.Protocol):
    """Says hello; counts those that were connected in each turn of the loop."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.hall.taken[self.hall.turn] = self.hall.taken.get(self.hall.turn, 0) + 1
        self.hall.transports.append(transport)
        transport.write(b"hello")

    def data_received(self, data: bytes) -> None:
        self.hall.heard += data


class Hall:
    def __init__(self) -> None:
        self.turn = 0
        self.taken: dict[int, int] = {}
        self.heard = b""
        self.transports: list[asyncio.Transport] = []

    async def count_turns(self, number: int) -> None:
        for _ in range(number):
            self.turn += 1
            await asyncio.sleep(0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with bind("127.0.0.1", 0) as listener:
        yield listener


@pytest.fixture
async def hall(listener: socket.socket) -> AsyncIterator[Hall]:
    hall = Hall()
    yield hall
    for transport in hall.transports:
        transport.abort()


def call(listener: socket.socket) -> socket.socket:
    return socket.create_connection(listener.getsockname(), timeout=5)


async def test_no_turn_of_the_loop_takes_more_than_a_few_and_all_come_in(listener: socket.socket, hall: Hall) -> None:
    listener.listen(100)
    callers = [call(listener) for _ in range(60)]
    acceptor = Acceptor(listener, lambda: Greeter(hall))
    acceptor.start(100)
    for _ in itertools.takewhile(lambda _: len(hall.transports) < len(callers), range(1000)):
        await hall.count_turns(1)
    assert len(hall.transports) == 60
    assert max(hall.taken.values()) <= AT_ONCE
    acceptor.close()
    for caller in callers:
        assert caller.recv(5) == b"hello"
        caller.close()


async def test_a_callers_words_arrive_and_it_need_not_wait_for_others(listener: socket.socket, hall: Hall) -> None:
    acceptor = Acceptor(listener, lambda: Greeter(hall))
    acceptor.start(10)
    assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    with call(listener) as caller:
        caller.sendall(b"hi")
        while hall.heard != b"hi":
            await hall.count_turns(1)
        taken = hall.transports[0].get_extra_info("socket")
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    acceptor.close()


async def test_nobody_is_taken_after_closing(listener: socket.socket, hall: Hall) -> None:
    acceptor = Acceptor(listener, lambda: Greeter(hall))
    acceptor.start(10)
    acceptor.close()
    acceptor.close()
    with call(listener):
        await hall.count_turns(50)
        assert hall.transports == []
    await acceptor.wait_closed()
