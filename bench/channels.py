"""Many small channels: 1,000 people, each in 20 of 1,000 channels over one connection; posts go to each in turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bench.case import Case, Measured, Run
from bench.chart import Panel
from bench.peer import FIELD
from bench.rounds import all_servers, measure_rounds
from bench.seeding import seed
from bench.servers import Stage
from bench.turns import draw_rounds, write_failed, write_rounds

MOST_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """As many people as channels, so that each channel has as many members as each person has channels."""

    people: int
    each: int
    stride: int  # shares no factor with people: two channels have few people in common


LARGE: Final = Spread(people=1000, each=20, stride=47)
SMALL: Final = Spread(people=20, each=4, stride=7)


def measure_channels(run: Run) -> Measured:
    spread = SMALL if run.options.quick else LARGE
    run.tell(f"making {spread.people:,} accounts and channels")
    seeded = seed(run.folder / "seeded", spread.people, seats_of(spread))
    stage = Stage(run.programs, seeded, spread.people, run.options.first)
    options = replace(run.options, rounds=min(run.options.rounds, MOST_ROUNDS))
    with all_servers(stage, run.tell) as field:
        return {"channels": spread.people, "each": spread.each, **measure_rounds(field, options, run.tell)}


def seats_of(spread: Spread) -> list[list[int]]:
    """The channels of each person."""
    people = spread.people
    return [[(person + spread.stride * turn) % people for turn in range(spread.each)] for person in range(people)]


def _title(measured: Measured) -> str:
    return f"{measured['channels']:,} channels of {measured['each']}"


def write_channels(measured: Measured) -> list[str]:
    tables = [part for one in measured["summary"] for part in write_rounds(one, _title(measured))]
    return [*tables, *write_failed(measured)]


def draw_channels(measured: Measured) -> list[Panel]:
    return [draw_rounds(one, _title(measured)) for one in measured["summary"]]


CASE: Final = Case(
    "channels", "posts to many small channels", measure_channels, write_channels, draw_channels, peers=FIELD
)
