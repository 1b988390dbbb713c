"""The servers Hubbub is measured beside: what they are, how they are built and spoken to. Their code is in peers/NAME.

Of those that take part in the rounds none asks who a member is, and none writes to a disk. Each is what its library's
documents would lead one to write, with compression off (as Hubbub's is for small messages) and TCP_NODELAY on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

FOLDER: Final = Path(__file__).parent / "peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """`title` is for tables, `short` for bars; `dialect` is the load generator's word; `packages` are named in the
    results with their versions, read from the pinned dependencies."""

    name: str
    title: str
    short: str
    language: Literal["c", "go", "python"]
    dialect: str = "plain"  # "matrix": a whole product over HTTP, which takes no part in the rounds
    packages: tuple[str, ...] = ()


def _by_name(*peers: Peer) -> Mapping[str, Peer]:
    return MappingProxyType({peer.name: peer for peer in peers})


PEERS: Final = _by_name(
    Peer(
        "gorilla", "Go, gorilla's chat shape (nothing stored)", "Go, gorilla hub", "go", "plain", ("gorilla/websocket",)
    ),
    Peer(
        "centrifuge",
        "Go, centrifuge (history in memory)",
        "Go, centrifuge",
        "go",
        "centrifuge",
        ("centrifugal/centrifuge",),
    ),
    Peer("picows", "Python, picows (nothing stored)", "Python, picows", "python", "plain", ("picows", "uvloop")),
    Peer(
        "websockets",
        "Python, websockets' broadcast (nothing stored)",
        "Python, websockets",
        "python",
        "plain",
        ("websockets", "uvloop"),
    ),
    Peer(
        "fastapi",
        "Python, FastAPI's ConnectionManager (nothing stored)",
        "Python, FastAPI",
        "python",
        "plain",
        ("fastapi", "uvicorn", "websockets", "httptools", "uvloop"),
    ),
    Peer("floor", "C, epoll, one send a delivery (nothing stored)", "C, the floor", "c"),
    Peer(
        "synapse",
        "Matrix Synapse on SQLite (a whole product)",
        "Synapse",
        "python",
        "matrix",
        ("matrix-synapse", "twisted"),
    ),
)

HUBBUB_TITLE: Final = "Hubbub (every message committed)"
HUBBUB_SHORT: Final = "Hubbub, stored"


WHOLE: Final = tuple(peer.name for peer in PEERS.values() if peer.dialect == "matrix")
FIELD: Final = tuple(name for name in PEERS if name not in WHOLE)


def title_of(name: str) -> str:
    return HUBBUB_TITLE if name == "hubbub" else PEERS[name].title if name in PEERS else name


def short_of(name: str) -> str:
    return HUBBUB_SHORT if name == "hubbub" else PEERS[name].short if name in PEERS else name


def versions_of(peer: Peer) -> dict[str, str]:
    """The versions of its packages, as they are pinned."""
    pins = FOLDER / peer.name / ("go.mod" if peer.language == "go" else "requirements.txt")
    text = pins.read_text(encoding="utf-8") if peer.packages else ""
    return {package: _version(text, package) for package in peer.packages}


def _version(pins: str, package: str) -> str:
    found = re.search(rf"(?m)(?:^|[\s/]){re.escape(package)}(?:==| v)(\S+)", pins)
    return found[1] if found else "?"
