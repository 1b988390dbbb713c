"""Tasks that somebody keeps, so that none is forgotten while it runs, and all have ended when the server has."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tasks:
    """Tasks that somebody keeps: commands under way."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(_as_task(work))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def finish(self, seconds: float) -> None:
        """Let them finish; cancel what has not after `seconds`."""
        if self.running:
            _, late = await asyncio.wait(self.running, timeout=seconds)
            for task in late:
                task.cancel()


async def _as_task(work: Coroutine[object, object, None]) -> None:
    await work
