"""What was composed, and the order in which it starts and stops.

Stopping, in this order: no new connections, commands refused, what is under way answered and committed, sockets closed
with 1012 and flushed, the HTTP server, the store, the pages. Every step has a bound; what was acknowledged is on disk
before any of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from hubbub.config import Config
from hubbub.errors import CloseCode
from hubbub.garbage import Garbage
from hubbub.http.listening import HttpServer
from hubbub.http.pages import PagesProcess
from hubbub.metrics.catalogue import Readings
from hubbub.metrics.loop_lag import LoopLag
from hubbub.service.passwords import PasswordHasher
from hubbub.store.sqlite import Store
from hubbub.tasks import Tasks
from hubbub.websocket.endpoint import Endpoint
from hubbub.websocket.upgrades import Upgrades


class Follower(Protocol):
    """Follows the log beside everything else, and is waited for by nothing."""

    def start(self) -> None: ...

    async def stop(self) -> None: ...


class Closing(Protocol):
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes on beside the serving, and the way to the archive, which is closed behind it."""

    followers: Sequence[Follower] = ()
    archive: Closing | None = None

    def start(self) -> None:
        for follower in self.followers:
            follower.start()

    async def stop(self) -> None:
        for follower in self.followers:
            await follower.stop()
        if self.archive is not None:
            await self.archive.close()


@dataclass(slots=True)
class Server:
    """Everything that runs, as composed."""

    config: Config
    address: str
    store: Store
    endpoint: Endpoint
    upgrades: Upgrades
    hasher: PasswordHasher
    tasks: Tasks
    http: list[HttpServer]
    pages: PagesProcess | None
    garbage: Garbage
    lag: LoopLag
    beside: Beside
    sizes: Callable[[], dict[str, int]]
    """How much is open, waiting and kept, and how often a bound was met."""
    read: Callable[[], Readings]
    """That and all else that is told at `/metrics`."""

    async def run(self, stop: asyncio.Event, on_ready: Callable[[str], None]) -> None:
        """Serve until `stop` is set, then stop in order; also while still starting."""
        serving = {asyncio.create_task(server.run_until_told()) for server in self.http}
        stopping = asyncio.create_task(stop.wait())
        starting = asyncio.create_task(self._start(on_ready))
        try:
            await asyncio.wait({*serving, stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await asyncio.wait({*serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            starting.cancel()
            stopping.cancel()
            await self.stop(serving)
        for task in serving:
            if task.done() and not task.cancelled():
                task.result()  # raises what it ended with

    async def _start(self, on_ready: Callable[[str], None]) -> None:
        for server in self.http:
            await server.answering.wait()
        if self.pages is not None:
            await self.pages.start()
        self.garbage.start()
        self.lag.start()
        self.beside.start()
        on_ready(self.address)

    async def stop(self, serving: Collection[asyncio.Task[None]]) -> None:
        share = self.config.shutdown_seconds / 4
        self.garbage.stop()
        self.lag.stop()
        for server in self.http:
            server.stop_accepting()
        self.endpoint.refuse_commands()
        await self.tasks.finish(share)
        await self.endpoint.finish(share)
        await self.upgrades.close(CloseCode.RESTART, "restarting")
        for server in self.http:
            server.should_exit = True
        _, late = await asyncio.wait(serving, timeout=share)
        for task in late:
            task.cancel()
        if self.pages is not None:
            await self.pages.stop()
        await self._stop_following(share)
        self.hasher.close()
        await self.store.close(share)

    async def _stop_following(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.beside.stop(), seconds)
