"""Taking new connections, a few in each turn of the loop.

Event loops take all that wait at once: thousands of people who come back in the same moment would be one turn of half a
second, in which nobody else is served. What is not taken waits in the kernel, which costs us nothing.

Invariant: between two turns in which connections are taken the loop serves whoever is there.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from typing import Final

from hubbub.telemetry import get_logger

# A millisecond or two of work, with everything that follows from them.
AT_ONCE: Final = 8
# There are no descriptors, or no memory, left: others have to go first.
EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
PAUSE_SECONDS: Final = 1.0


class Acceptor:
    """As much of `asyncio.Server` as uvicorn uses."""

    def __init__(
        self, listener: socket.socket, make_protocol: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None = None
    ) -> None:
        """`listener` is bound; it begins to listen with `start`."""
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._make_protocol = make_protocol
        self._tls = tls
        self._opening: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._closed = False

    def start(self, backlog: int) -> None:
        self._listener.listen(backlog)
        self._listener.setblocking(False)
        self._resume()

    def close(self) -> None:
        """Take no more; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._listener.fileno())
        for task in self._opening:
            task.cancel()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in EXHAUSTED:
                    self._wait(error)
                    return
                continue  # it went away while it waited
            task = self._loop.create_task(self._open(connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _wait(self, error: OSError) -> None:
        get_logger(__name__).warning("no connection can be taken", reason=error.strerror, open=len(self._opening))
        self._loop.remove_reader(self._listener.fileno())
        self._pause = self._loop.call_later(PAUSE_SECONDS, self._resume)

    async def _open(self, connection: socket.socket) -> None:
        """TLS shakes hands in here; who does not finish, or leaves, is of no interest."""
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._make_protocol, connection, ssl=self._tls)
        except OSError:  # ssl.SSLError and TimeoutError among them
            connection.close()
