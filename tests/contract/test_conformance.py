"""Autobahn's 517 cases (run by kosoku) against an echo endpoint over the real stack, on both link paths.

The counts are recorded in docs/conformance.md; the test holds the record to what it measures.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).resolve().parents[2]
CASES = 517
PATHS = ("poller", "transport")
HEAVY = ("9.*", "12.*", "13.*")
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


@asynccontextmanager
async def echo_server(path: str) -> AsyncIterator[int]:
    """The port of a running echo server; it ends when its standard input does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.contract.echo_server", "--path", path),
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await asyncio.wait_for(process.stdout.readline(), 60))
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            raise


async def run_suite(path: str, reports: Path) -> Counter[str]:
    """How many cases ended how, all of them or none being bad.

    Limits, and compression of a gigabyte, come last and few at once: the suite gives up on a case that is slow.
    """
    async with echo_server(path) as port:
        cases = await run_cases(port, reports / "quick", "8", *(word for name in HEAVY for word in ("-x", name)))
        cases |= await run_cases(port, reports / "heavy", "3", *(word for name in HEAVY for word in ("-i", name)))
    return Counter(result["behavior"] for result in cases.values())


async def run_cases(port: int, reports: Path, parallel: str, *chosen: str) -> dict[str, dict[str, str]]:
    kosoku = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "kosoku"),
        *("-m", "fuzzingclient", "-p", parallel, "-o", str(reports), *chosen, f"127.0.0.1:{port}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await kosoku.communicate()
    assert kosoku.returncode == 0, output.decode()[-4000:]
    cases: dict[str, dict[str, str]]
    (cases,) = json.loads((reports / "index.json").read_text()).values()
    bad = [case for case, result in cases.items() if not {result["behavior"], result["behaviorClose"]} <= GOOD]
    assert not bad, output.decode()[-4000:]
    return cases


def recorded(path: str) -> Counter[str]:
    """The row of docs/conformance.md: path, cases, OK, non-strict, informational, and what failed."""
    table = (ROOT / "docs" / "conformance.md").read_text()
    row = re.search(rf"^\| `{path}` \|(.+)\|$", table, re.MULTILINE)
    assert row is not None, f"docs/conformance.md has no row for {path}"
    _, ok, non_strict, informational, _, _ = (int(cell) for cell in row[1].split("|"))
    return +Counter({"OK": ok, "NON-STRICT": non_strict, "INFORMATIONAL": informational})


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
async def test_every_case_of_the_suite_passes(path: str, tmp_path: Path) -> None:
    counts = await run_suite(path, tmp_path)
    assert sum(counts.values()) == CASES
    assert counts == recorded(path)
