"""`python -m bench`: measure Hubbub beside a known server and write down the results."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.build import BENCH, BenchError, build_programs
from bench.chart import draw_chart
from bench.fanout import measure_fanout
from bench.machine import describe_machine, measure_sync
from bench.memory import measure_memory
from bench.processes import LOAD_CORE, SERVER_CORE
from bench.report import Result, panels_of, verdicts_of, write_page
from bench.seeding import seed
from bench.servers import LIMITS, Stage, start_gorilla, start_hubbub

RESULTS = BENCH / "results"
MOST_CONNECTIONS = 18_000  # descriptors are bounded, and so is the load


def main() -> int:
    options = _parse_options()
    try:
        result = measure(options)
    except BenchError as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    if options.save:
        _save(result)
    if options.json:
        print(json.dumps(result, indent=2))
    for line in verdicts_of(result):
        _tell(line)
    return 0


def measure(options: argparse.Namespace) -> Result:
    """All that was asked for; every server started here is stopped when it returns or raises."""
    before = os.getloadavg()[0]
    _tell("building the load generator and the peer")
    programs = build_programs()
    result: Result = {
        "name": options.name,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": describe_machine(),
        "settings": {
            "server_core": SERVER_CORE,
            "load_core": LOAD_CORE,
            "limits_raised": dict(LIMITS),
            "rounds": options.rounds,
            "warmup_seconds": options.warmup,
            "seconds": options.seconds,
            "first": options.first,
        },
    }
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-", dir=options.folder) as folder:
        sync_before = measure_sync(Path(folder))
        if options.only in (None, "fanout"):
            _tell(f"making {options.members} accounts")
            stage = Stage(programs, seed(Path(folder, "fanout"), options.members), options.members, options.first)
            result["fanout"] = _measure_fanout(stage, options)
        if options.only in (None, "memory"):
            _tell(f"making {options.connections} accounts")
            stage = Stage(
                programs, seed(Path(folder, "memory"), options.connections), options.connections, options.first
            )
            result["memory"] = _measure_memory(stage)
        result["conditions"] = {
            "load_before": round(before, 1),
            "load_after": round(os.getloadavg()[0], 1),
            "sync_ms_before": sync_before,
            "sync_ms_after": measure_sync(Path(folder)),
        }
    return result


def _measure_fanout(stage: Stage, options: argparse.Namespace) -> dict[str, object]:
    with contextlib.ExitStack() as stack:
        servers = []
        for start in (start_hubbub, start_gorilla):
            running = start(stage)
            stack.callback(running.stop)
            servers.append(running)
        return measure_fanout(
            servers,
            members=options.members,
            rounds=options.rounds,
            warmup=options.warmup,
            seconds=options.seconds,
            tell=_tell,
        )


def _measure_memory(stage: Stage) -> list[dict[str, object]]:
    measured = []
    for start in (start_hubbub, start_gorilla):
        running = start(stage)
        try:
            measured.append(measure_memory(running, stage.members, _tell))
        finally:
            running.stop()
    return measured


def _save(result: Result) -> None:
    RESULTS.mkdir(exist_ok=True)
    stem = f"{result['date']}-{result['name']}"
    (RESULTS / f"{stem}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{stem}.svg").write_text(draw_chart(panels_of(result)), encoding="utf-8")
    (RESULTS / f"{stem}.md").write_text(write_page(result, f"{stem}.svg"), encoding="utf-8")
    _tell(f"written to bench/results/{stem}.json, .md and .svg")


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=("fanout", "memory"), help="measure one thing")
    parser.add_argument("--members", type=_bounded(1, MOST_CONNECTIONS), default=1000, help="of the fan-out's channel")
    parser.add_argument(
        "--connections", type=_bounded(10, MOST_CONNECTIONS), default=15_000, help="idle ones, for memory"
    )
    parser.add_argument("--rounds", type=_bounded(1, 100), default=7, help="of the fan-out, each server in turn")
    parser.add_argument("--seconds", type=float, default=4.0, help="measured in each round")
    parser.add_argument("--warmup", type=float, default=1.0, help="seconds before that")
    parser.add_argument("--first", action="store_true", help="run before all else on the machine (root)")
    parser.add_argument(
        "--folder", help="where the database is put, on a real disk (else the folder for temporary files)"
    )
    parser.add_argument("--name", default="local", help="of the result files")
    parser.add_argument("--no-save", dest="save", action="store_false", help="write no files")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    return parser.parse_args()


def _bounded(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"expected {least} to {most}")
        return number

    return convert


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
