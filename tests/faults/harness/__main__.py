"""`make faults`: the long run. Everything it starts, it ends; everything it writes is in a temporary folder."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.faults.harness.plan import Scale
from tests.faults.harness.report import publish, tell
from tests.faults.harness.run import Result, World, run
from tests.faults.harness.summary import summarize

REFRESH_SECONDS = 0.5
LINE_SECONDS = 30.0
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when every invariant held."""
    given = _parser().parse_args(arguments)
    seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    scale = Scale(given.posts, given.kills, given.network_faults, given.people)
    console = Console(stderr=True)
    console.print(f"seed {seed}")
    try:
        result = asyncio.run(run_shown(seed, scale, console))
    except KeyboardInterrupt:
        return INTERRUPTED
    summary = summarize(result)
    if given.publish:
        publish(summary)
    print(json.dumps(summary) if given.json else tell(summary))
    return 0 if summary["ok"] else 1


async def run_shown(seed: int, scale: Scale, console: Console) -> Result:
    """The run, with a bar for each of its sizes; without a terminal, a line now and then."""
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        showing: list[asyncio.Task[None]] = []
        try:
            return await run(
                seed, scale, lambda world: showing.append(asyncio.create_task(show(world, scale, progress)))
            )
        finally:
            for task in showing:
                task.cancel()


async def show(world: World, scale: Scale, progress: Progress) -> None:
    """Until it is cancelled."""
    wanted = {"posts": scale.posts, "SIGKILLs": scale.kills, "network faults": scale.troubles}
    bars = {name: progress.add_task(name, total=total) for name, total in wanted.items()}
    said = 0.0
    while True:
        done = {
            "posts": len(world.stage.acknowledged),
            "SIGKILLs": world.machine.kills,
            "network faults": world.nemesis.troubles_done,
        }
        for name, count in done.items():
            progress.update(bars[name], completed=count)
        if not progress.console.is_terminal and world.stage.now() >= said + LINE_SECONDS:
            said = world.stage.now()
            progress.console.print(f"{said:.0f} s: " + ", ".join(f"{count:,} {name}" for name, count in done.items()))
        await asyncio.sleep(REFRESH_SECONDS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description="Strike a server, and see what it keeps.")
    parser.add_argument("--seed", type=int, help="of an earlier run: the same faults again")
    parser.add_argument("--kills", type=int, default=200, help="SIGKILLs (default %(default)s)")
    parser.add_argument("--network-faults", type=int, default=1000, help="(default %(default)s)")
    parser.add_argument("--posts", type=int, default=100_000, help="acknowledged posts, at least (default %(default)s)")
    parser.add_argument("--people", type=int, default=10, help="clients; some are second devices (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("--publish", action="store_true", help="write the results into docs/faults.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
