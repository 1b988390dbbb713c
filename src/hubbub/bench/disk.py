"""What the disk gives: the time of one commit, with nothing of ours around it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final

from hubbub.bench.latencies import Latencies, Quantiles

TEXT: Final = "x" * 100
MOUNTS: Final = Path("/proc/self/mounts")


def measure_commits(folder: Path, seconds: float) -> Quantiles:
    """One small row a commit, one after the other, in SQLite's WAL mode with synchronous=FULL, as the store has it."""
    latencies = Latencies()
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            connection.execute("INSERT INTO posts (text) VALUES (?)", (TEXT,))  # outside a transaction: it commits
            latencies.add(time.perf_counter() - began)
    finally:
        connection.close()
    return latencies.quantiles()


def is_in_memory(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether the folder lies on no disk at all, so that commits cost nothing. False where one cannot know."""
    if not mounts.exists():
        return False
    here, best, kind = str(folder.resolve()), "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, type_, *_ = line.split(" ")
        if (here == place or here.startswith(place.rstrip("/") + "/")) and len(place) >= len(best):
            best, kind = place, type_
    return kind in ("tmpfs", "ramfs")
