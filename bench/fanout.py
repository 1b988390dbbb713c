"""Fan-out: one poster, one channel, many members."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bench.case import Case, Measured, Run
from bench.chart import Panel
from bench.peer import FIELD
from bench.rounds import all_servers, measure_rounds
from bench.seeding import seed
from bench.servers import Stage
from bench.turns import draw_rounds, judge, write_failed, write_rounds

FULL: Final = (10, 100, 1000, 15_000)
FULL_ROUNDS: Final = 3  # of the sizes that nothing was promised for
PROMISED: Final = 1000  # members
TARGETS: Final = (("gorilla", 1, 1.0), ("centrifuge", 1, 1.4), ("gorilla", 64, 4.0), ("centrifuge", 64, 3.0))


def measure_fanout(run: Run) -> Measured:
    """A list, one for each number of members."""
    options = run.options
    sizes = sorted({*FULL, options.members}) if options.full else [options.members]
    return [_measure_size(run, size) for size in sizes]


def _measure_size(run: Run, members: int) -> Measured:
    options = run.options
    if members not in (options.members, PROMISED):
        options = replace(options, rounds=min(options.rounds, FULL_ROUNDS))
    run.tell(f"making {members:,} accounts")
    stage = Stage(run.programs, seed(run.folder / str(members), members), members, options.first)
    with all_servers(stage, run.tell) as field:
        return {"members": members, **measure_rounds(field, options, run.tell)}


def _title(size: Measured) -> str:
    return f"Fan-out to {size['members']:,} members"


def write_fanout(measured: Measured) -> list[str]:
    parts = []
    for size in measured:
        for one in size["summary"]:
            parts += write_rounds(one, _title(size))
        parts += write_failed(size)
    return parts


def draw_fanout(measured: Measured) -> list[Panel]:
    return [draw_rounds(one, f"{size['members']:,} members") for size in measured for one in size["summary"]]


def judge_fanout(measured: Measured) -> list[str]:
    return [
        line
        for size in measured
        if size["members"] == PROMISED
        for one in size["summary"]
        for line in judge(one, _title(size), TARGETS)
    ]


CASE: Final = Case(
    "fanout",
    "one message to all members of a channel",
    measure_fanout,
    write_fanout,
    draw_fanout,
    judge_fanout,
    peers=FIELD,
)
