"""`python -m bench`: measure Hubbub beside other servers and write down the results."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import channels, fanout, memory, synapse
from bench.build import BENCH, BenchError, Programs, build_programs
from bench.case import ENGINES, Case, Options, Run
from bench.cases import CASES as OWN_CASES
from bench.chart import draw_chart
from bench.machine import describe_machine, measure_sync
from bench.peer import PEERS, versions_of
from bench.processes import LOAD_CORE, SERVER_CORE
from bench.report import Result, panels_of, verdicts_of, write_page
from bench.servers import LIMITS

CASES: Final[tuple[Case, ...]] = (fanout.CASE, channels.CASE, memory.CASE, synapse.CASE, *OWN_CASES)

RESULTS = BENCH / "results"
MOST_CONNECTIONS = 18_000  # descriptors are bounded, and so is the load
MOST_DESCRIPTORS = 1 << 17
MOST_MESSAGES = 10_000_000  # some 15 GB
QUICK = Options(members=20, connections=100, messages=2000, rounds=1, warmup=0.1, seconds=0.3, quick=True)


def main() -> int:
    arguments = _parse_arguments()
    options = _options_of(arguments)
    try:
        result = measure(arguments, options)
    except BenchError as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments.save:
        _save(result)
    if arguments.json:
        print(json.dumps(result, indent=2))
    for line in ["A quick run: its figures mean nothing."] if options.quick else verdicts_of(result, CASES):
        _tell(line)
    return 1 if result["failed"] else 0


def measure(arguments: argparse.Namespace, options: Options) -> Result:
    """All that was asked for, or why a case failed. Every server started here is stopped when it returns or raises."""
    _raise_descriptors()
    before = os.getloadavg()[0]
    _tell("building the load generator and the peers")
    chosen = [case for case in CASES if arguments.only is None or case.name in arguments.only]
    wanted = {name for case in chosen for name in case.peers}
    programs = build_programs(wanted if options.peers is None else wanted.intersection(options.peers), _tell)
    result: Result = {
        "name": arguments.name,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": describe_machine(),
        "peers": _describe_peers(programs),
        "settings": _settings(options),
        "failed": {},
    }
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-", dir=arguments.folder) as folder:
        sync_before = measure_sync(Path(folder))
        for case in chosen:
            try:
                result[case.name] = _measure_case(case, Run(options, programs, Path(folder, case.name), _tell))
            except BenchError as error:
                _tell(f"{case.name} failed: {error}")
                result["failed"][case.name] = str(error)
        result["conditions"] = {
            "load_before": round(before, 1),
            "load_after": round(os.getloadavg()[0], 1),
            "sync_ms_before": sync_before,
            "sync_ms_after": measure_sync(Path(folder)),
        }
    return result


def _measure_case(case: Case, run: Run) -> object:
    run.folder.mkdir()
    began = time.monotonic()
    _tell(f"== {case.name}: {case.about}")
    measured: object = case.measure(run)
    _tell(f"== {case.name} took {time.monotonic() - began:.0f} s")
    return measured


def _describe_peers(programs: Programs) -> dict[str, object]:
    return {
        "built": {name: versions_of(PEERS[name]) for name in programs.peers},
        "missing": dict(programs.missing),
    }


def _settings(options: Options) -> dict[str, object]:
    return {
        "server_core": SERVER_CORE,
        "load_core": LOAD_CORE,
        "limits_raised": dict(LIMITS),
        "rounds": options.rounds,
        "warmup_seconds": options.warmup,
        "seconds": options.seconds,
        "first": options.first,
        "full": options.full,
        "quick": options.quick,
    }


def _raise_descriptors() -> None:
    """As many as are allowed, for the children too."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, MOST_DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _save(result: Result) -> None:
    RESULTS.mkdir(exist_ok=True)
    stem = f"{result['date']}-{result['name']}"
    (RESULTS / f"{stem}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{stem}.svg").write_text(draw_chart(panels_of(result, CASES)), encoding="utf-8")
    (RESULTS / f"{stem}.md").write_text(write_page(result, CASES, f"{stem}.svg"), encoding="utf-8")
    _tell(f"written to bench/results/{stem}.json, .md and .svg")


def _parse_arguments() -> argparse.Namespace:
    cases = "; ".join(f"{case.name} ({case.about})" for case in CASES)
    parser = argparse.ArgumentParser(prog="python -m bench", description=f"{__doc__} Cases: {cases}.")
    parser.add_argument("--only", type=_words([case.name for case in CASES]), help="these cases, with commas between")
    parser.add_argument("--peers", type=_words([*PEERS, "none"]), help="these peers, or none; otherwise all")
    parser.add_argument("--full", action="store_true", help="fan-out to 10, 100, 1,000 and 15,000 members")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes: figures that mean nothing")
    parser.add_argument("--members", type=_bounded(1, MOST_CONNECTIONS), help="of the fan-out's channel (1,000)")
    parser.add_argument("--connections", type=_bounded(10, MOST_CONNECTIONS), help="idle ones, for memory (15,000)")
    parser.add_argument("--messages", type=_bounded(1000, MOST_MESSAGES), help="to search in (1,000,000)")
    parser.add_argument(
        "--engines", type=_words([*ENGINES, "none"]), help="search servers to measure with, or none; else all"
    )
    parser.add_argument("--rounds", type=_bounded(1, 100), help="of the fan-out, each server in turn (5)")
    parser.add_argument("--seconds", type=float, help="measured in each round (3)")
    parser.add_argument("--warmup", type=float, help="seconds before that (0.7)")
    parser.add_argument("--first", action="store_true", help="run before all else on the machine (root)")
    parser.add_argument(
        "--folder", help="where the database is put, on a real disk (else the folder for temporary files)"
    )
    parser.add_argument("--name", default="local", help="of the result files")
    parser.add_argument("--no-save", dest="save", action="store_false", help="write no files")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    return parser.parse_args()


def _options_of(arguments: argparse.Namespace) -> Options:
    """What was said, over what holds otherwise."""
    base = QUICK if arguments.quick else Options()
    peers = arguments.peers and [name for name in arguments.peers if name != "none"]
    engines = arguments.engines and [name for name in arguments.engines if name != "none"]
    return Options(
        members=arguments.members or base.members,
        connections=arguments.connections or base.connections,
        messages=arguments.messages or base.messages,
        rounds=arguments.rounds or base.rounds,
        warmup=base.warmup if arguments.warmup is None else arguments.warmup,
        seconds=base.seconds if arguments.seconds is None else arguments.seconds,
        full=arguments.full,
        quick=arguments.quick,
        first=arguments.first,
        peers=None if peers is None else tuple(peers),
        engines=base.engines if engines is None else tuple(engines),
    )


def _words(known: Sequence[str]) -> Callable[[str], list[str]]:
    def convert(text: str) -> list[str]:
        words = text.split(",")
        for word in words:
            if word not in known:
                raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(known)}")
        return words

    return convert


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
