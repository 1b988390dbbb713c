"""The quick gate: style, types, layers, generated files, unit tests. Under two minutes on two cores.

    tools/check                     every step
    tools/check ruff mypy           these steps
    tools/check --skip unit         all but these
    tools/check --json              one JSON object on standard output instead of lines

Each step is a command of its own, run with as many beside it as there are cores. The exit code is 0 only when every
step's was.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# An address in a lock file ties every install to one host; a local registry's would not even resolve elsewhere.
ADDRESS = re.compile(r"\b(?:https?|git\+\w+)://\S+\.(?:whl|tgz|tar\.gz|zip)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """`command` runs in the checkout's root; it passes when it exits with 0."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    ok: bool
    seconds: float
    output: str


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def npm(*arguments: str) -> tuple[str, ...]:
    return python("tools/build_web.py", "--run", *arguments)


def present(*names: str) -> tuple[str, ...]:
    """Those of `names` that are Python files or hold some."""
    return tuple(name for name in names if name.endswith(".py") or any((ROOT / name).rglob("*.py")))


def steps() -> tuple[Step, ...]:
    """Longest first, so that the last one running is a short one."""
    typed = present("src", "tests", "tools", "bench", "hatch_build.py")
    return (
        Step("unit", python("-m", "pytest", "-q", "-m", "not slow", "tests/unit")),
        Step("mypy", python("-m", "mypy", *typed)),
        Step("web types", npm("run", "typecheck")),
        Step("web lint", npm("run", "lint")),
        Step("web unit", npm("run", "test")),
        Step("layers", (str(BIN / "lint-imports"), "--no-cache")),
        Step("generated", python("tools/gen_protocol.py", "--check")),
        Step("settings", python("-m", "tools.gen_configuration", "--check")),
        Step("metrics", python("-m", "tools.gen_metrics", "--check")),
        Step("ruff", (str(BIN / "ruff"), "check", *typed)),
        Step("format", (str(BIN / "ruff"), "format", "--check", *typed)),
        Step("locks", python("tools/check.py", "--locks")),
    )


def run(step: Step) -> Result:
    started = time.monotonic()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "FORCE_COLOR": "0"}
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    return Result(step.name, done.returncode == 0, round(time.monotonic() - started, 1), output)


def run_all(chosen: Sequence[Step], report: Callable[[Result], None]) -> list[Result]:
    results = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for future in as_completed([pool.submit(run, step) for step in chosen]):
            results.append(future.result())
            report(results[-1])
    return results


def show(result: Result) -> None:
    print(f"{'ok    ' if result.ok else 'FAILED'} {result.name:<10} {result.seconds:6.1f} s", flush=True)
    if not result.ok:
        print("\n".join(f"    {line}" for line in result.output.rstrip().splitlines()), flush=True)


def check_locks() -> int:
    """Refuses lock files that hold download addresses."""
    locks = [*ROOT.glob("lock/*.txt"), *ROOT.glob("web/package-lock.json")]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in locks
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := ADDRESS.search(line))
    ]
    print("\n".join(found[:20]))
    return 1 if found else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check the whole checkout quickly.")
    names = [step.name for step in steps()]
    parser.add_argument("names", nargs="*", metavar="STEP", help=f"one of: {', '.join(names)} (default: all)")
    parser.add_argument("--skip", action="append", default=[], choices=names, help="leave this step out")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--locks", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.locks:
        return check_locks()
    if unknown := set(given.names) - set(names):
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    chosen = [step for step in steps() if step.name not in given.skip and step.name in (given.names or names)]
    started = time.monotonic()
    results = run_all(chosen, (lambda _: None) if given.json else show)
    failed = [result.name for result in results if not result.ok]
    seconds = round(time.monotonic() - started, 1)
    if given.json:
        print(json.dumps({"ok": not failed, "seconds": seconds, "steps": [asdict(result) for result in results]}))
    else:
        print(f"{len(results) - len(failed)} steps passed, {len(failed)} failed, in {seconds} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
