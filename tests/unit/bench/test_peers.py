"""Peers: pinned, and named when they are missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.build import build_programs
from bench.memory import judge_memory, per_connection, slope
from bench.peer import FOLDER, PEERS, Peer, versions_of
from bench.publish import BEGIN, END, publish


@pytest.mark.parametrize("peer", PEERS.values(), ids=list(PEERS))
def test_every_package_of_a_peer_is_pinned(peer: Peer) -> None:
    assert all(re.match(r"\d+\.\d+", version) for version in versions_of(peer).values())


def test_every_package_for_a_peer_in_python_has_a_hash_and_no_address() -> None:
    for pins in FOLDER.glob("*/requirements.txt"):
        text = pins.read_text(encoding="utf-8")
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text)
        assert all("--hash=sha256:" in entry for entry in entries if "==" in entry), pins


def test_a_peer_in_go_has_its_sums() -> None:
    assert all((FOLDER / peer.name / "go.sum").exists() for peer in PEERS.values() if peer.language == "go")


def test_a_line_through_even_growth_has_its_slope() -> None:
    steps = [{"connections": count, "rss": 5000 + 700 * count} for count in (0, 100, 200)]
    assert round(slope(steps, "rss")) == 700
    assert per_connection(steps[2], steps[0], "rss") == 700


@pytest.mark.parametrize(("size", "word"), [(1024, "within"), (1025, "ABOVE")])
def test_memory_is_judged_by_the_greatest_of_its_counts(size: int, word: str) -> None:
    sizes = {"rss": 900, "pss": 900, "private_dirty": size, "kernel": 9000}
    (line,) = judge_memory([{"server": "hubbub", "connections": 100, "bytes_per_connection": sizes}])
    assert word in line


def test_publishing_replaces_the_figures_and_nothing_else(tmp_path: Path) -> None:
    results = tmp_path / "one.json"
    machine = dict.fromkeys(("cpu", "cores", "memory_gib", "kernel", "congestion_control", "python"), "1")
    machine |= dict.fromkeys(("uvloop", "sqlite", "go", "hubbub", "virtual"), "1")
    conditions = dict.fromkeys(("load_before", "load_after", "sync_ms_before", "sync_ms_after"), 1)
    settings = {"server_core": 0, "load_core": 1, "limits_raised": {}, "first": False}
    peers = {"built": {}, "missing": {"floor": "It needs a C compiler (cc)."}}
    result = {"machine": machine, "conditions": conditions, "settings": settings, "peers": peers}
    results.write_text(json.dumps(result), encoding="utf-8")
    document = tmp_path / "page.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    publish(results, document)
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "C, epoll, one send a delivery (nothing stored) could not be built here: It needs a C compiler (cc)." in text


def test_a_peer_that_cannot_be_built_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.build.build_go", lambda module: tmp_path / module)
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[str] = []
    programs = build_programs(["floor"], told.append)
    assert programs.missing == {"floor": "It needs a C compiler (cc)."}
    assert "floor cannot be built here" in told[0]
