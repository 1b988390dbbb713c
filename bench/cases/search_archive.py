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
from pathlib import Path
from typing import Any, Final

from bench.build import BenchError
from bench.case import Measured, Run
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
_LEFT: Final = "SELECT min(seq) FROM events WHERE stream = ?"


def measure_archive(run: Run, company: Company, node: SearchServer, times: int, days: int = DAYS) -> Measured:
    """On a copy of the data, so that the next search server finds everything in SQL again. `node` has all of it."""
    folder = run.folder / "archived"
    shutil.copytree(company.data, folder)
    try:
        before = size_of(folder / DATABASE)
        moved = _archive(company, folder, node, days)
        run.tell(f"{node.name}: {moved['removed']:,} events archived in {moved['seconds']:.0f} s")
        sizes = {"bytes_before": before, "bytes_after": size_of(folder / DATABASE)}
        return {"days": days, **moved, **sizes, "history": _measure_history(run, company, folder, node, times)}
    finally:
        shutil.rmtree(folder)


def _archive(company: Company, folder: Path, node: SearchServer, days: int) -> dict[str, Any]:
    """Where nobody serves the folder the command does it all itself, and makes the file small."""
    command = [sys.executable, "-m", "hubbub", "archive", "--older-than", f"{days}d", "--data", str(folder), "--json"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    began = time.perf_counter()
    with on_core(SERVER_CORE, first=False):
        done = subprocess.run(
            command,
            cwd=folder.parent,
            env={**clean, **settings_for(node, COMPANY)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=120 + company.messages / SLOWEST,
            check=False,
        )
    seconds = time.perf_counter() - began
    if not done.stdout:
        raise BenchError("hubbub archive failed; its own words are above.")
    moved = json.loads(done.stdout)
    return {"removed": moved["removed"], "unproven": len(moved["unproven"]), "seconds": round(seconds, 1)}


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
