"""The machine a server runs on, as far as it can go wrong: its process, its disk, its clock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults.harness import stepped
from tests.faults.harness.history import History
from tests.faults.harness.stage import Stage
from tests.support.server import Server

STOP_WITHIN: Final = 20.0
TRIES: Final = 50
DISK_BYTES: Final = 4 << 30  # at most; a tmpfs takes what is in it


def steady_port() -> int:
    """A free port that no outgoing connection is given: while the server is down, none may take its place.

    (And a connection to a port where nobody listens can be given that very port, and then meets itself.)
    """
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split())
    outside = [*range(5000, first), *range(last + 1, 65536)]
    while True:
        port: int = random.choice(outside)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Clock:
    """The server's wall clock: off by so many seconds from the machine's."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set(0)

    def set(self, seconds: float) -> None:
        """Written in one piece, so that nobody reads half of an old offset."""
        offset = int(seconds * 1e9).to_bytes(stepped.SIZE, "little", signed=True)
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, offset, 0)
        finally:
            os.close(descriptor)


class Disk:
    """A file system of its own, in memory, whose size can be changed under the server. Needs root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, room: int) -> None:
        """From now on there are `room` more bytes, and no more."""
        for _ in range(TRIES):
            now = os.statvfs(self.folder)
            if self._resize((now.f_blocks - now.f_bfree) * now.f_frsize + room):
                return
        raise OSError(f"{self.folder} could not be filled: it grew each time")

    def free(self) -> None:
        if not self._resize(DISK_BYTES):
            raise OSError(f"{self.folder} could not be freed")

    def _resize(self, size: int) -> bool:
        """False when more is in it meanwhile."""
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextlib.contextmanager
def mount_disk(folder: Path) -> Iterator[Disk | None]:
    """A small disk at `folder`, or None where one may not mount."""
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "hubbub-faults", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


@dataclass(slots=True)
class Machine:
    """A server that is killed and started again on the same data.

    `kills` counts SIGKILLs, `starts` has when each start began and how long it took.
    """

    folder: Path
    disk: Disk | None
    stage: Stage
    history: History
    settings: Mapping[str, str]
    kills: int = 0
    starts: list[tuple[float, float]] = field(default_factory=list)
    clock: Clock = field(init=False)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(self.folder)
        program = ("-P", stepped.__file__, str(self.clock.file))
        self.server = Server(self.folder / "data", settings=self.settings, program=program, port=steady_port())

    async def start(self) -> None:
        began = self.stage.now()
        self.stage.life += 1
        await asyncio.to_thread(self.server.start)
        self.starts.append((began, self.stage.now() - began))

    async def kill(self) -> None:
        """SIGKILL."""
        self.complain_if_ended()
        self.kills += 1
        await asyncio.to_thread(self.server.kill)

    async def kill_while_starting(self, seconds: float) -> None:
        """Start, and SIGKILL so long after, ready or not."""
        self.stage.life += 1
        self.server.spawn()
        await asyncio.sleep(seconds)
        await self.kill()

    def pause(self) -> None:
        os.kill(self.server.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.server.pid, signal.SIGCONT)

    def limit_files(self, size: int | None) -> None:
        """No file of the server's may grow beyond `size` bytes (EFBIG); None: any may."""
        limit = resource.RLIM_INFINITY if size is None else size
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    async def stop(self) -> None:
        """SIGTERM; the server has to end by itself, in time, with exit code 0."""
        self.complain_if_ended()
        self.server.terminate()
        code = await asyncio.to_thread(self.server.wait, seconds=STOP_WITHIN)
        if code != 0:
            self.history.complaints.append(f"after SIGTERM the server ended with {code}: {self.server.log_end(1000)}")

    async def verify(self, *more: str) -> list[str]:
        """What `hubbub verify` finds wrong."""
        command = [sys.executable, "-m", "hubbub", "verify", "--data", str(self.server.data), *more]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await process.communicate()
        return [] if process.returncode == 0 else [f"hubbub verify: {output.decode(errors='replace').strip()}"]

    def complain_if_ended(self) -> None:
        """A server that nobody ended and that is not there is a fault of its own."""
        code = self.server.ended
        if code is not None:
            self.history.complaints.append(f"the server ended by itself with {code}: {self.server.log_end(2000)}")
