"""Moving old messages out of SQL, and reading them from where they are then."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.build import BenchError
from bench.case import Measured, Run, Tell
from bench.cases.company import Company
from bench.cases.scene import start_server
from bench.cases.search_asking import asking, measure_history, size_of
from bench.cases.search_copying import COMPANY, settings_for
from bench.processes import SERVER_CORE, on_core
from hubbub.domain.ids import channel_stream
from hubbub.store.engine import DATABASE
from tests.support.search_servers import SearchServer

DAYS: Final = 90
SLOWEST: Final = 200  # events a second; an archiving that takes longer is given up
LOOK: Final = 15.0  # seconds between two words on how far it is
_SEALED: Final = "SELECT coalesce(sum(last - first + 1), 0) FROM archived"
_LEFT: Final = "SELECT min(seq) FROM events WHERE stream = ?"


def measure_archive(run: Run, company: Company, node: SearchServer, times: int, days: int = DAYS) -> Measured:
    """On a copy of the data, so that the next search server finds everything in SQL again. `node` has all of it."""
    folder = run.folder / "archived"
    shutil.copytree(company.data, folder)
    try:
        before = size_of(folder / DATABASE)
        moved = archive_folder(company, folder, settings_for(node, COMPANY), days, run.tell)
        run.tell(f"{node.name}: {moved['removed']:,} events archived in {moved['seconds']:.0f} s")
        sizes = {"bytes_before": before, "bytes_after": size_of(folder / DATABASE)}
        return {"days": days, **moved, **sizes, "history": _measure_history(run, company, folder, node, times)}
    finally:
        shutil.rmtree(folder)


def archive_folder(
    company: Company, folder: Path, settings: Mapping[str, str], days: int, tell: Tell
) -> dict[str, Any]:
    """Where nobody serves the folder the command does it all itself, and makes the file small."""
    command = [sys.executable, "-m", "hubbub", "archive", "--older-than", f"{days}d", "--data", str(folder), "--json"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    began = time.perf_counter()
    with on_core(SERVER_CORE, first=False):
        child = subprocess.Popen(
            command,
            cwd=folder.parent,
            env={**clean, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
    told = _wait(child, folder, began + 120 + company.messages / SLOWEST, tell)
    seconds = time.perf_counter() - began
    if not told:
        raise BenchError("hubbub archive failed; its own words are above.")
    moved = json.loads(told)
    return {"removed": moved["removed"], "unproven": len(moved["unproven"]), "seconds": round(seconds, 1)}


def _wait(child: subprocess.Popen[bytes], folder: Path, deadline: float, tell: Tell) -> bytes:
    """What it says at its end; tells now and then how far it is."""
    while True:
        try:
            return child.communicate(timeout=LOOK)[0]
        except subprocess.TimeoutExpired:
            if time.perf_counter() > deadline:
                child.kill()
                child.communicate()
                raise BenchError("hubbub archive does not come to an end.") from None
            tell(f"{_count_sealed(folder):,} events proven so far")


def _count_sealed(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as database:
        return int(database.execute(_SEALED).fetchone()[0])


def _measure_history(run: Run, company: Company, folder: Path, node: SearchServer, times: int) -> list[Measured]:
    """Pages of the largest room that are in the archive alone."""
    channel = company.channels[0]
    with contextlib.closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as database:
        upto = int(database.execute(_LEFT, (channel_stream(channel),)).fetchone()[0]) - 1
    server, address = start_server(run, folder, pages=False, settings=settings_for(node, COMPANY))
    try:
        with asking(address, company.token, first=run.options.first) as asker:
            return measure_history(asker, channel, times, where=node.name, upto=upto)
    finally:
        server.stop()
