"""Builds the Go programs of the bench; Go's own cache makes a second time quick."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent
TARGET = BENCH.parent / "build" / "bench"


class BenchError(Exception):
    """The bench cannot go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Programs:
    load: Path
    gorilla: Path


def build_programs() -> Programs:
    """The programs, fresh. Raises `BenchError` when Go is missing or does not build them."""
    if shutil.which("go") is None:
        raise BenchError("The bench needs Go 1.24 or newer (the load generator and the peer are written in it).")
    TARGET.mkdir(parents=True, exist_ok=True)
    return Programs(load=_build("load"), gorilla=_build("peers/gorilla"))


def _build(module: str) -> Path:
    program = TARGET / Path(module).name
    done = subprocess.run(
        ["go", "build", "-trimpath", "-o", str(program), "."], cwd=BENCH / module, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise BenchError(f"go build in bench/{module} failed:\n{done.stderr.strip()}")
    return program
