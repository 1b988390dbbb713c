"""The whole server as it is composed, in this process: real sockets, and what it holds can be looked at."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from hubbub.clock import MonotonicClock
from hubbub.config import load_config
from hubbub.main import compose
from hubbub.server import Server


@asynccontextmanager
async def serve_here(data: Path, settings: Mapping[str, object] | None = None) -> AsyncIterator[Server]:
    """Serves until the block ends; `settings` have dotted keys. The collector is afterwards as it was."""
    given = {
        "data": data,
        "port": 0,
        "pages.enabled": False,
        "registration": "open",
        "previews.enabled": False,
        **(settings or {}),
    }
    thresholds = gc.get_threshold()
    server = await compose(load_config(given, {}), MonotonicClock())
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(server.run(stop, lambda address: ready.set()))
    try:
        await asyncio.wait_for(ready.wait(), 20)
        yield server
    finally:
        stop.set()
        await running
        gc.unfreeze()
        gc.set_threshold(*thresholds)
