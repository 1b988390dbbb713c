"""The servers under test, each started on the server's processor and listening on a free port of loopback."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from bench.build import BenchError, Programs
from bench.processes import LOAD_CORE, SERVER_CORE, Command, Load, Process, start
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

    @property
    def pid(self) -> int:
        return self.server.pid

    def stop(self) -> None:
        self.load.stop()
        self.server.stop()


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
    line = server.out.readline()  # Hubbub is at http://127.0.0.1:40123
    address = urlsplit(line.rpartition(" ")[2].strip()).netloc
    return _aim(
        stage, "hubbub", server, address, ["-tokens", str(stage.seeded.tokens), "-channel", stage.seeded.channel]
    )


def start_gorilla(stage: Stage) -> Running:
    server = start([stage.programs.gorilla], SERVER_CORE, stage.folder, {"GOMAXPROCS": "1"}, first=stage.first)
    return _aim(stage, "gorilla", server, server.out.readline().strip(), [])


def _aim(stage: Stage, mode: str, server: Process, address: str, options: list[str]) -> Running:
    sources = max(1, -(-stage.members // CONNECTIONS_PER_SOURCE))
    numbers = ["-pid", str(server.pid), "-sources", str(sources)]
    command: Command = [stage.programs.load, "-mode", mode, "-address", address, *numbers, *options]
    try:
        if not address:
            raise BenchError(f"The server {mode} did not start; its own words are above.")
        return Running(mode, server, Load(start(command, LOAD_CORE, stage.folder, {}, first=stage.first)))
    except BaseException:
        server.stop()
        raise
