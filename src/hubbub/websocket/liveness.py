"""What the kernel is asked to do about peers that do not read, or are gone without a word: RFC 9293, section 3.8.4
(keep-alives), and RFC 5482 (user timeout). It costs an idle connection no timer of ours and wakes nobody.

The keeper's walk pings WebSockets, and whoever does not answer is dropped. This finds the same where there is nothing
to answer with (event streams), where nothing is read because it is paused, and in the middle of a write.
"""

from __future__ import annotations

import socket
from typing import Final, Protocol

from hubbub.websocket.keeper import PONG_WAIT

# In tenths of the time a peer has to be heard of in: silent so long, it is asked, three times, each after a tenth more.
IDLE: Final = 7
PROBES: Final = 3

# Octets that the kernel keeps of what is not yet on its way. Left to itself it keeps megabytes for a reader near by who
# does not read, which is memory too, but bounded by nobody.
KERNEL_BYTES: Final = 128 * 1024


class Held(Protocol):
    """As much of a socket as is needed; event loops hand out objects of their own."""

    @property
    def family(self) -> int: ...

    def setsockopt(self, level: int, option: int, value: int, /) -> object: ...


def watch_peer(held: Held, pong_wait: float) -> None:
    """Have the kernel end the connection `pong_wait` seconds after the last that was heard of the peer, and as long
    after it last took anything of what is on its way; and keep little for it meanwhile. Options that a system lacks are
    left out."""
    if held.family not in (socket.AF_INET, socket.AF_INET6):
        return
    tenth = max(1, round(pong_wait / PONG_WAIT))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", IDLE * tenth),
        ("TCP_KEEPINTVL", tenth),
        ("TCP_KEEPCNT", PROBES),
        ("TCP_USER_TIMEOUT", round(pong_wait * 1000)),
        ("TCP_NOTSENT_LOWAT", KERNEL_BYTES),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            held.setsockopt(socket.IPPROTO_TCP, option, value)
