"""Builds the bench's programs under build/bench: Go's, C's, and a virtual environment for each peer in Python."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bench.peer import PEERS, Peer

BENCH = Path(__file__).parent
TARGET = BENCH.parent / "build" / "bench"

Command: TypeAlias = Sequence[str | Path]


class BenchError(Exception):
    """The bench cannot go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Programs:
    load: Path
    peers: Mapping[str, Command]  # what starts each, in the order they are shown
    missing: Mapping[str, str]  # those that cannot be built here, and why


def build_programs(names: Collection[str], tell: Callable[[str], None]) -> Programs:
    """The load generator and the peers called `names`, fresh. A second time is quick.

    Raises `BenchError` when the generator cannot be built; a peer that cannot is named in `missing`.
    """
    load = build_go("load")
    peers: dict[str, Command] = {}
    missing: dict[str, str] = {}
    for peer in PEERS.values():
        if peer.name not in names:
            continue
        try:
            peers[peer.name] = _BUILDERS[peer.language](peer)
        except BenchError as error:
            missing[peer.name] = str(error)
            tell(f"{peer.name} cannot be built here and is left out: {error}")
    return Programs(load, peers, missing)


def build_go(module: str) -> Path:
    """The program of a folder below bench/. Raises `BenchError` when Go is missing or does not build it."""
    if shutil.which("go") is None:
        raise BenchError("It needs Go 1.24 or newer.")
    program = _target(Path(module).name)
    _run(["go", "build", "-trimpath", "-o", str(program), "."], BENCH / module)
    return program


def _build_go_peer(peer: Peer) -> Command:
    return [build_go(f"peers/{peer.name}")]


def _build_c_peer(peer: Peer) -> Command:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise BenchError("It needs a C compiler (cc).")
    program = _target(peer.name)
    _run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(program), "main.c"], BENCH / "peers" / peer.name)
    return [program]


def _build_python_peer(peer: Peer) -> Command:
    """Its own environment, made anew when its dependencies have changed."""
    folder = BENCH / "peers" / peer.name
    requirements = folder / "requirements.txt"
    environment = _target(f"{peer.name}-venv")
    stamp = environment / "stamp"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        venv.create(environment, clear=True, with_pip=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        _run(
            [*pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(requirements)], folder
        )
        stamp.write_text(wanted, encoding="ascii")
    return [environment / "bin" / "python", folder / "server.py"]


_BUILDERS: Mapping[str, Callable[[Peer], Command]] = {
    "go": _build_go_peer,
    "c": _build_c_peer,
    "python": _build_python_peer,
}


def _target(name: str) -> Path:
    TARGET.mkdir(parents=True, exist_ok=True)
    return TARGET / name


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{command[0]} in {folder.name} failed:\n{done.stderr.strip()[-2000:]}")
