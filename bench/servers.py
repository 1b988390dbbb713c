"""The servers under test, each started on the server's processor and listening on a free port of loopback."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from bench.build import BenchError, Programs
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

    @property
    def pid(self) -> int:
        return self.server.pid

    def stop(self) -> None:
        self.load.stop()
        self.server.stop()


def start_hubbub(programs: Programs, seeded: Seeded, members: int, *, realtime: bool) -> Running:
    clean = {name: "" for name in os.environ if name.startswith("HUBBUB_")}
    server = start(
        [sys.executable, "-m", "hubbub", "serve", "--port", "0", "--data", seeded.data, "--no-pages"],
        SERVER_CORE,
        realtime=realtime,
        environ={**clean, **LIMITS, "HUBBUB_LOG__LEVEL": "warning"},
        talk=False,
    )
    address = urlsplit(server.out.readline().rpartition(" ")[2].strip()).netloc
    options = ["-tokens", str(seeded.tokens), "-channel", seeded.channel]
    return _aim("hubbub", server, address, programs, members, options, realtime=realtime)


def start_gorilla(programs: Programs, members: int, *, realtime: bool) -> Running:
    server = start([programs.gorilla], SERVER_CORE, realtime=realtime, environ={"GOMAXPROCS": "1"}, talk=False)
    return _aim("gorilla", server, server.out.readline().strip(), programs, members, [], realtime=realtime)


def _aim(
    mode: str, server: Process, address: str, programs: Programs, members: int, options: list[str], *, realtime: bool
) -> Running:
    if not address:
        server.stop()
        raise BenchError(f"The server {mode} did not start; its own words are above.")
    sources = max(1, -(-members // CONNECTIONS_PER_SOURCE))
    command = [programs.load, "-mode", mode, "-address", address, "-pid", str(server.pid), "-sources", str(sources)]
    load = start([*command, *options], LOAD_CORE, realtime=realtime, talk=True)
    return Running(mode, server, Load(load))
