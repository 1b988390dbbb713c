"""A real `hubbub serve` as a child process, on a free port of 127.0.0.1, with a data folder of its own.

Readiness is asked for, with a deadline; nothing sleeps for a fixed time. Standard output and error go to one log file,
whose end every failure shows.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

READY_SECONDS = 60.0
STOP_SECONDS = 20.0


class ServerError(Exception):
    """The server did not start, or did not stop; the message ends with its log."""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`settings` are `HUBBUB_` variables without the prefix: {"LIMITS__ENABLED": "false"}."""

    def __init__(
        self,
        data: Path,
        *,
        pages: bool = False,
        settings: Mapping[str, str] | None = None,
        port: int | None = None,
        trusted: ssl.SSLContext | None = None,
        program: Sequence[str] = ("-m", "hubbub"),
    ) -> None:
        """`trusted`: it speaks TLS, with a certificate this context believes. `program`: what Python runs."""
        self.data = data
        self.port = port or free_port()
        self.log = data.parent / f"{data.name}.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")},
            "HUBBUB_PAGES__ENABLED": str(pages).lower(),
            "HUBBUB_LOG__FORMAT": "json",
            # No test asks the world what its links lead to.
            "HUBBUB_PREVIEWS__ENABLED": "false",
            **{f"HUBBUB_{name}": value for name, value in (settings or {}).items()},
        }
        self._pages = pages
        self._trusted = trusted
        self._program = tuple(program)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}" if self._trusted else f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/socket"

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def ended(self) -> int | None:
        """The exit code of a server that ended by itself; None while it runs, or was never started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> Self:
        """Starts it and returns when it is ready; raises ServerError with the log otherwise."""
        self.spawn()
        try:
            self.wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def spawn(self) -> None:
        """Starts it, and does not wait until it is ready."""
        command = [sys.executable, *self._program, "serve", "--port", str(self.port), "--data", str(self.data)]
        with self.log.open("ab") as log:
            # A process group of its own, so that a kill takes Node along.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment, start_new_session=True
            )

    def stop(self, *, seconds: float = STOP_SECONDS) -> int:
        """SIGTERM; the exit code. Killed, and a ServerError, when it takes longer than `seconds`."""
        process = self._running()
        process.terminate()
        return self.wait(seconds=seconds)

    def wait(self, *, seconds: float = STOP_SECONDS) -> int:
        """The exit code of a server that was told to stop."""
        process = self._running()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise ServerError(f"it did not stop within {seconds} s\n{self.log_end()}") from error
        finally:
            self.kill()

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        self._running().terminate()

    def kill(self) -> None:
        """SIGKILL to it and whatever it started; harmless when it has ended."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def log_end(self, size: int = 4000) -> str:
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._process is not None and self._process.poll() is None:
                self.stop()
        finally:
            self.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerError("it is not running")
        return self._process

    def wait_until_ready(self) -> None:
        """Returns when it answers, its pages too where it has some; raises ServerError with the log otherwise."""
        deadline = time.monotonic() + READY_SECONDS
        paths = ["/healthz", "/login"] if self._pages else ["/healthz"]
        # Without TLS no certificate is needed, and reading all there are takes a tenth of a second.
        with httpx.Client(base_url=self.url, verify=self._trusted or False, trust_env=False, timeout=5.0) as client:
            while not all(answers(client, path) for path in paths):
                if self._running().poll() is not None:
                    raise ServerError(f"it ended with {self._running().returncode}\n{self.log_end()}")
                if time.monotonic() > deadline:
                    raise ServerError(f"it was not ready in time\n{self.log_end()}")
                time.sleep(0.05)  # between two questions; the deadline decides


def answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
