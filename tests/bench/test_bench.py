"""The bench still runs, with the peers that are quick to build. Its figures mean nothing here and are not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.__main__ import CASES
from bench.chart import draw_chart
from bench.report import panels_of, write_page

ROOT = Path(__file__).parents[2]
SERVERS = {"hubbub", "gorilla", "floor"}


def run(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json", "--no-save", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_every_server_delivers_to_one_channel_and_to_many_and_is_written_about() -> None:
    result = run("--only", "fanout,channels", "--peers", "gorilla,floor")
    assert result["peers"]["missing"] == {}
    for measured in (*result["fanout"], result["channels"]):
        for one in measured["summary"]:
            assert set(one["servers"]) == SERVERS
            assert set(one["ratios"]) == SERVERS - {"hubbub"}
            assert all(server["deliveries_per_second"] > 0 for server in one["servers"].values())
    page = write_page(result, CASES, "picture.svg")
    assert "Fan-out to 20 members" in page
    assert "20 channels of 4" in page
    assert draw_chart(panels_of(result, CASES)).startswith("<svg")


def test_the_load_generators_own_tests_pass() -> None:
    done = subprocess.run(["go", "test", "./..."], cwd=ROOT / "bench/load", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
