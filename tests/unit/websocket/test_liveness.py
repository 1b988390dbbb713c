"""What the kernel is told to do about peers that are gone, read from the descriptors of real links."""

from __future__ import annotations

import os
import socket

import pytest

from hubbub.websocket.limits import WireLimits
from hubbub.websocket.liveness import watch_peer
from tests.unit.websocket.heads import ANSWER, UPGRADE, open_door, tcp_pair

LIMITS = WireLimits(pong_wait=65, close_seconds=5)
EXPECTED = {
    "TCP_KEEPIDLE": 42,
    "TCP_KEEPINTVL": 6,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 65_000,
    "TCP_NOTSENT_LOWAT": 128 * 1024,
}


def options_of(held: socket.socket) -> dict[str, int]:
    return {name: held.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in EXPECTED}


@pytest.mark.parametrize("takeover", [True, False], ids=["poller", "transport"])
async def test_a_links_own_descriptor_has_the_kernel_watch_its_peer(*, takeover: bool) -> None:
    async with open_door(LIMITS, takeover=takeover, tcp=True) as door:
        assert (await door.send(UPGRADE)).startswith(ANSWER)
        (link,) = door.handler.opened
        transport = getattr(link, "_transport", None)
        number = link._place if transport is None else transport.get_extra_info("socket").fileno()
        with socket.socket(fileno=os.dup(number)) as held:
            assert held.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert options_of(held) == EXPECTED


def test_it_is_asked_and_given_up_within_the_time_a_peer_may_be_silent() -> None:
    ours, peer = tcp_pair()
    with ours, peer:
        for pong_wait in (2, 10, 65, 4000):
            watch_peer(ours, pong_wait)
            options = options_of(ours)
            asked = options["TCP_KEEPIDLE"] + options["TCP_KEEPINTVL"] * options["TCP_KEEPCNT"]
            assert asked <= max(pong_wait, 10)


def test_what_a_system_does_not_have_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "TCP_USER_TIMEOUT")
    ours, peer = tcp_pair()
    with ours, peer:
        watch_peer(ours, 65)
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 42


def test_what_is_no_tcp_connection_is_left_alone() -> None:
    ours, peer = socket.socketpair()
    with ours, peer:
        watch_peer(ours, 65)
