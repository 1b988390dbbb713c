"""The two processes of a run: the server, on a free port of loopback, and its load. Neither outlives the run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from hubbub.bench.crowd import LoadError
from hubbub.bench.load import Failed, Task

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 15.0
# Rates stay limited; what one machine full of people in a hurry would run into is raised. Nobody is pinged meanwhile.
SETTINGS: Final[Mapping[str, str]] = {
    "HUBBUB_LIMITS__COMMANDS_PER_SECOND": "1000000",
    "HUBBUB_LIMITS__COMMANDS_BURST": "1000000",
    "HUBBUB_LIMITS__ADDRESS_COMMANDS_PER_SECOND": "1000000",
    "HUBBUB_LIMITS__ADDRESS_COMMANDS_BURST": "1000000",
    "HUBBUB_LIMITS__CONNECTIONS_PER_ADDRESS": "1000000",
    "HUBBUB_WIRE__PING_SECONDS": "3600",
    "HUBBUB_LOG__LEVEL": "error",
}

Answer = TypeVar("Answer")


@contextlib.contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child in `folder`, where no settings file lies, talked to over pipes; ended at the end."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env={**environ, **SETTINGS}
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()


def _read_line(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    """The next line it writes; b"" when it ends without, or says nothing for so long, which ends it."""
    assert child.stdout is not None
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    try:
        return child.stdout.readline()
    finally:
        timer.cancel()


@contextlib.contextmanager
def running_server(folder: Path) -> Iterator[tuple[int, str, int]]:
    """A server on `folder`/data: its process, host and port. Raises `LoadError` when it does not start."""
    command = [sys.executable, "-m", "hubbub", "serve", "--no-pages", "--host", "127.0.0.1", "--port", "0"]
    with _running([*command, "--data", str(folder / "data")], folder) as child:
        line = _read_line(child, START_SECONDS).decode()  # Hubbub is at http://127.0.0.1:40123
        address = urlsplit(line.rpartition(" ")[2].strip())
        if not address.hostname or not address.port:
            raise LoadError("The server did not start; its own words are above.")
        yield child.pid, address.hostname, address.port


class Load:
    """The other process, as seen from here: one task, one answer."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def ask(self, task: Task, kind: type[Answer], seconds: float) -> Answer:
        """Raises `LoadError` with its own words, or when there is no answer within `seconds`."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(msgspec.json.encode(task) + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError as error:
            raise LoadError("The load's process has ended.") from error
        line = _read_line(self._child, seconds)
        if not line:
            raise LoadError("The load's process gave no answer.")
        try:
            return msgspec.json.decode(line, type=kind)
        except msgspec.ValidationError as error:
            raise LoadError(msgspec.json.decode(line, type=Failed).error) from error


@contextlib.contextmanager
def running_load(host: str, port: int, people: Path) -> Iterator[Load]:
    command = [sys.executable, "-m", "hubbub.bench.load", host, str(port), str(people)]
    with _running(command, people.parent) as child:
        yield Load(child)


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in the machine's, as the system counts it."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(told) * 1024
