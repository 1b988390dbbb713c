"""The floor under every durable post: one small row, one commit, on the same disk, with nothing of ours around it."""

from __future__ import annotations

import sqlite3
import statistics
import time
from pathlib import Path
from typing import Final, TypeAlias

from bench.processes import SERVER_CORE, on_core

TEXT: Final = "x" * 100
Floor: TypeAlias = dict[str, float]


def measure_commits(folder: Path, seconds: float, *, first: bool) -> Floor:
    """Microseconds a commit takes (p50, p99), one after the other for so long, in SQLite's WAL mode with
    synchronous=FULL; on the server's processor, as the server's writer would."""
    with on_core(SERVER_CORE, first=first):
        taken = _commit(folder / "floor.db", seconds)
    ordered = statistics.quantiles(taken, n=100)
    return {"commits": len(taken), "p50": round(ordered[49], 1), "p99": round(ordered[98], 1)}


def _commit(path: Path, seconds: float) -> list[float]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS posts (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end or len(taken) < 2:
        connection.execute("INSERT INTO posts (text) VALUES (?)", (TEXT,))  # outside a transaction: it commits
        taken.append((time.perf_counter() - began) * 1e6)
    connection.close()
    return taken
