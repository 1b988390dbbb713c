"""The servers under test, each started on the server's processor and listening on a free port of loopback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from bench.build import BenchError, Command, Programs
from bench.peer import FIELD, PEERS
from bench.processes import LOAD_CORE, SERVER_CORE, Load, Process, start
from bench.seeding import Seeded

# Limits stay on; those that one poster or one machine full of members would run into are raised.
LIMITS: Final = MappingProxyType(
    {
        "HUBBUB_LIMITS__COMMANDS_PER_SECOND": "1000000",
        "HUBBUB_LIMITS__COMMANDS_BURST": "1000000",
        "HUBBUB_LIMITS__ADDRESS_COMMANDS_PER_SECOND": "1000000",
        "HUBBUB_LIMITS__ADDRESS_COMMANDS_BURST": "1000000",
    }
)
# Connections from one source address: what the server allows by default, and some room.
CONNECTIONS_PER_SOURCE: Final = 1500


@dataclass(slots=True)
class Running:
    """A server, and the load generator that is aimed at it."""

    name: str
    server: Process
    load: Load
    address: str  # host:port

    @property
    def pid(self) -> int:
        return self.server.pid

    def stop(self) -> None:
        self.load.stop()
        self.server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Stage:
    """Where servers are started: the built programs, a seeded folder, for how many members, before all else or not."""

    programs: Programs
    seeded: Seeded
    members: int
    first: bool

    @property
    def folder(self) -> Path:
        """No settings file is here."""
        return self.seeded.tokens.parent


def start_hubbub(stage: Stage) -> Running:
    clean = {name: "" for name in os.environ if name.startswith("HUBBUB_")}
    command: Command = [
        sys.executable,
        "-m",
        "hubbub",
        "serve",
        "--port",
        "0",
        "--data",
        stage.seeded.data,
        "--no-pages",
    ]
    environ = {**clean, **LIMITS, "HUBBUB_LOG__LEVEL": "warning"}
    server = start(command, SERVER_CORE, stage.folder, environ, first=stage.first)
    line = server.first_line()  # Hubbub is at http://127.0.0.1:40123
    address = urlsplit(line.rpartition(" ")[2]).netloc
    tokens: list[str | Path] = ["-tokens", stage.seeded.tokens, "-channels", stage.seeded.channels]
    return _aim(stage, "hubbub", "hubbub", server, address, tokens)


def start_peer(stage: Stage, name: str) -> Running:
    """The peer called `name`, of those that were built."""
    server = start(stage.programs.peers[name], SERVER_CORE, stage.folder, {"GOMAXPROCS": "1"}, first=stage.first)
    return _aim(stage, name, PEERS[name].dialect, server, server.first_line(), [])


def start_server(stage: Stage, name: str) -> Running:
    return start_hubbub(stage) if name == "hubbub" else start_peer(stage, name)


def servers_of(programs: Programs) -> list[str]:
    """Who takes part in the rounds: Hubbub first."""
    return ["hubbub", *(name for name in programs.peers if name in FIELD)]


def _aim(stage: Stage, name: str, dialect: str, server: Process, address: str, words: Sequence[str | Path]) -> Running:
    sources = max(1, -(-stage.members // CONNECTIONS_PER_SOURCE))
    seats: list[str | Path] = ["-seats", stage.seeded.seats] if stage.seeded.seats is not None else []
    command: Command = [
        stage.programs.load,
        *("-mode", dialect, "-address", address, "-pid", str(server.pid), "-sources", str(sources)),
        *seats,
        *words,
    ]
    try:
        if not address:
            raise BenchError(f"The server {name} did not start; its own words are above.")
        load = Load(start(command, LOAD_CORE, stage.folder, {}, first=stage.first))
    except BaseException:
        server.stop()
        raise
    return Running(name, server, load, address)
