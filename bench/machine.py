"""What a figure was measured on, and with what: nothing that tells whose machine it was."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import subprocess
import time
from importlib.metadata import version
from pathlib import Path


def describe_machine() -> dict[str, object]:
    """Processor, kernel and versions, as they go into the results."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "virtual": "hypervisor" in Path("/proc/cpuinfo").read_text(encoding="utf-8"),
        "kernel": re.split(r"[-+]", platform.release())[0],
        "congestion_control": Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text(encoding="utf-8").strip(),
        "python": platform.python_version(),
        "uvloop": version("uvloop"),
        "sqlite": sqlite3.sqlite_version,
        "go": subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True).stdout.strip(),
        "hubbub": version("hubbub"),
    }


def measure_sync(folder: Path, times: int = 200) -> float:
    """Milliseconds until 4 KiB are on the disk under `folder`, the median: what every commit has to wait for."""
    path = folder / "sync"
    page = bytes(4096)
    taken = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(times):
            began = time.perf_counter()
            os.write(descriptor, page)
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return round(statistics.median(taken) * 1000, 2)


def _cpu_model() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else platform.machine()
