"""Hubbub on one processor with a town's people in it, and the load `people` on the other."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from bench.build import BenchError, build_go
from bench.case import Run
from bench.cases.town import Plan, Town, build_town
from bench.processes import LOAD_CORE, SERVER_CORE, Load, Process, start

# Connections from one source address: what the server allows by default, and some room.
CONNECTIONS_PER_SOURCE: Final = 1500
# Limits stay on; those that people in such a hurry would run into are raised.
LIMITS: Final = MappingProxyType(
    {
        "HUBBUB_LIMITS__COMMANDS_PER_SECOND": "1000000",
        "HUBBUB_LIMITS__COMMANDS_BURST": "1000000",
        "HUBBUB_LIMITS__ADDRESS_COMMANDS_PER_SECOND": "1000000",
        "HUBBUB_LIMITS__ADDRESS_COMMANDS_BURST": "1000000",
    }
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server that answers, whose `people` are ready to do what they are told."""

    town: Town
    server: Process
    people: Load

    @property
    def pid(self) -> int:
        return self.server.pid


@contextlib.contextmanager
def set_scene(
    run: Run, plan: Plan, *, folder: str = "town", pages: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[Scene]:
    """Build the town and start both; stop both at the end. `settings`: more HUBBUB_ variables."""
    program = build_go("load/people")
    run.tell(f"making {plan.users:,} accounts")
    town = build_town(run.folder / folder, plan)
    with contextlib.ExitStack() as stack:
        server, address = start_server(run, town.data, pages=pages, settings=settings or {})
        stack.callback(server.stop)
        people = _start_people(run, program, town, server.pid, address)
        stack.callback(people.stop)
        yield Scene(town, server, people)


def start_server(run: Run, data: Path, *, pages: bool, settings: Mapping[str, str]) -> tuple[Process, str]:
    """Hubbub on its processor, and where it listens (host:port). Raises `BenchError` when it does not start."""
    clean = {name: "" for name in os.environ if name.startswith("HUBBUB_")}
    command: list[str | Path] = [
        *(sys.executable, "-m", "hubbub", "serve"),
        *("--port", "0", "--data", data, "--pages" if pages else "--no-pages"),
    ]
    environ = {**clean, **LIMITS, "HUBBUB_LOG__LEVEL": "warning", **settings}
    server = start(command, SERVER_CORE, run.folder, environ, first=run.options.first)
    line = server.out.readline()  # Hubbub is at http://127.0.0.1:40123
    if not line:
        server.stop()
        raise BenchError("Hubbub did not start; its own words are above.")
    return server, urlsplit(line.rpartition(" ")[2].strip()).netloc


def _start_people(run: Run, program: Path, town: Town, pid: int, address: str) -> Load:
    sources = max(1, -(-town.users // CONNECTIONS_PER_SOURCE))
    command: list[str | Path] = [
        *(program, "-address", address, "-people", town.people, "-common", town.common),
        *("-pid", str(pid), "-sources", str(min(200, sources))),
    ]
    return Load(start(command, LOAD_CORE, run.folder, {}, first=run.options.first))
