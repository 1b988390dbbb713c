"""Links on bare descriptors: one epoll for all of them, itself one reader of the event loop.

Invariants:
1. A descriptor is written in one place only, the link's own slots; nobody outside this package sees it.
2. A descriptor is closed in the keeper's sweep, after its link was taken out of the epoll and of the table: never
   within a batch of events, so no event and no answer reaches the number's next holder.
3. An idle link has no buffer: what is read goes through one buffer shared by all, what is unsent is kept only while
   there is some, and is bounded for each link and for all together: a thousand who do not read cost no more than that.
4. One event reads at most READ_BYTES, one turn takes at most BATCH events: nobody waits long for a busy neighbour.
"""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from hubbub.errors import CloseCode
from hubbub.websocket.keeper import Keeper, Scheduler
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import DEAD, DRAINING, OPEN, Handler, Link

READ_BYTES: Final = 64 * 1024
BATCH: Final = 256

HAS_EPOLL: Final = hasattr(select, "epoll")

# Written out so that the module can be imported, and typed, where there is no epoll.
EPOLLIN: Final = 0x001
EPOLLOUT: Final = 0x004
EPOLLERR: Final = 0x008
EPOLLHUP: Final = 0x010


class ReaderLoop(Scheduler, Protocol):
    def add_reader(self, fd: int, callback: Callable[[], object], /) -> object: ...

    def remove_reader(self, fd: int, /) -> object: ...


class PollerLink(Link):
    """A link on a descriptor of its own. `_place` is the descriptor, `_fd` too while it may be written to directly."""

    __slots__ = ("_unsent",)

    _keeper: Poller

    def __init__(self, keeper: Poller, handler: Handler, *, address: str, deflate_bits: int, session: object) -> None:
        super().__init__(keeper, handler, address=address, deflate_bits=deflate_bits, session=session)
        self._unsent: bytearray | None = None

    @property
    def has_unsent(self) -> bool:
        return self._unsent is not None

    @property
    def unsent_bytes(self) -> int:
        return 0 if self._unsent is None else len(self._unsent)

    def _put(self, data: bytes) -> None:
        sent = 0
        if self._unsent is None:
            try:
                sent = os.write(self._place, data)
            except BlockingIOError:
                pass
            except OSError:
                self._lost()
                return
            if sent == len(data):
                return
        self._keep(data, sent)

    def _keep(self, data: bytes, sent: int) -> None:
        """Keep what the kernel did not take. What is kept ends with a whole frame, so that a Close frame may follow."""
        more = len(data) - sent
        if self._unsent is None:
            if more > self._room():
                self.abort(CloseCode.TOO_SLOW)  # in the middle of a frame there is nothing left to say
                return
            self._unsent = bytearray()
            self._fd = -1
            self._watch()
        elif self._state == OPEN and len(self._unsent) + more > self._room():
            self._overflow()
            return
        self._unsent += memoryview(data)[sent:]
        self._keeper.unsent_bytes += more

    def _room(self) -> int:
        """How much may be kept for this link, as long as others have kept what they have."""
        limits, others = self._keeper.limits, self._keeper.unsent_bytes - self.unsent_bytes
        return min(limits.unsent_bytes, limits.unsent_total_bytes - others)

    def _flush(self) -> None:
        """The kernel takes more."""
        unsent = self._unsent
        if unsent is None:
            return
        try:
            taken = os.write(self._place, unsent)
        except BlockingIOError:
            return
        except OSError:
            self._lost()
            return
        del unsent[:taken]
        self._keeper.unsent_bytes -= taken
        if unsent:
            return
        self._unsent = None
        if self._state == OPEN:
            self._fd = self._place
        elif self._state == DRAINING:
            self._send_fin()
        self._watch()

    def _watch(self) -> None:
        if self._state != DEAD:
            events = (0 if self._paused else EPOLLIN) | (0 if self._unsent is None else EPOLLOUT)
            self._keeper.epoll.modify(self._place, events)

    def _shut(self) -> None:
        if self._unsent is None:
            self._send_fin()

    def _send_fin(self) -> None:
        """Only `shutdown` has no function that takes a descriptor."""
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=self._place)
        try:
            held.shutdown(socket.SHUT_WR)
        except OSError:
            self._lost()
        finally:
            held.detach()

    def _release(self) -> None:
        self._keeper.unsent_bytes -= self.unsent_bytes
        self._unsent = None
        self._keeper.epoll.unregister(self._place)
        os.close(self._place)


class Poller(Keeper):
    """Reads and writes for its links when the kernel says so."""

    def __init__(
        self,
        scheduler: Scheduler,
        limits: WireLimits,
        ids: Iterator[int],
        *,
        on_gone: Callable[[Link], None] = lambda link: None,
    ) -> None:
        super().__init__(scheduler, limits, ids, on_gone=on_gone)
        if sys.platform != "linux":
            raise NotImplementedError("There is no epoll here; use the transport links.")
        self.epoll = select.epoll()
        self.unsent_bytes = 0
        """What is kept for all links together."""
        self._buffer = bytearray(READ_BYTES)
        self._view = memoryview(self._buffer)
        self._buffers = (self._buffer,)

    def attach(self, loop: ReaderLoop) -> None:
        """An epoll is itself readable when one of its descriptors is."""
        loop.add_reader(self.epoll.fileno(), self.turn)

    def detach(self, loop: ReaderLoop) -> None:
        loop.remove_reader(self.epoll.fileno())

    def close(self) -> None:
        self.stop()
        self.epoll.close()

    def adopt(
        self,
        fd: int,
        handler: Handler,
        *,
        address: str,
        deflate_bits: int = 0,
        session: object = None,
        make: type[PollerLink] = PollerLink,
    ) -> PollerLink:
        """A link on `fd`, a connected non-blocking socket that belongs to the poller from here on."""
        link = make(self, handler, address=address, deflate_bits=deflate_bits, session=session)
        self.epoll.register(fd, EPOLLIN)
        self.admit(link, fd)
        if not link.one_way:  # what is sent there has to be noted
            link._fd = fd
        return link

    def turn(self) -> None:
        """One batch of events."""
        links = self.links
        for fd, events in self.epoll.poll(0, BATCH):
            link = links[fd]
            if not isinstance(link, PollerLink) or link._state == DEAD:
                continue
            if events & EPOLLOUT:
                link._flush()
            if events & EPOLLIN and not link._paused:
                self._read(link, fd)
            elif events & (EPOLLERR | EPOLLHUP):
                link._lost()

    def _read(self, link: PollerLink, fd: int) -> None:
        if link._state == DEAD:
            return
        try:
            size = os.readv(fd, self._buffers)
        except BlockingIOError:
            return
        except OSError:
            size = 0
        if size:
            link._receive(bytes(self._view[:size]))
        else:
            link._lost()
