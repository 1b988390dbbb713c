"""Which faults strike, in which order and after how many acknowledged posts: all of it follows from the seed.

The same seed gives the same plan, and people who make the same choices; how what they do falls together in time is the
machine's, so that a second run meets the same faults but not the same microseconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.faults.harness.proxy import Way


class Blow(StrEnum):
    """What can strike the server."""

    KILL = "SIGKILL"
    KILL_STARTING = "SIGKILL while starting"
    KILL_PAUSED = "SIGKILL while stopped"
    KILL_FULL = "SIGKILL on a full disk"
    PAUSE = "SIGSTOP, SIGCONT"
    TERMINATE = "SIGTERM"
    DISK_FULL = "disk full"
    FILE_LIMIT = "file too large"
    CLOCK = "clock stepped"
    DEAF = "reader that never reads"
    REST = "rest and compare"


class Trouble(StrEnum):
    """What can happen to a person's connections."""

    DELAY = "delay"
    SLOW = "little bandwidth"
    STALL = "stall"
    CUT = "cut in mid-frame"
    CUT_RESET = "cut in mid-frame, then reset"
    RESET = "reset"
    HALF_CLOSE = "half-close"
    REFUSE = "no way through"
    NAP = "asleep"


NEED_DISK: Final = frozenset({Blow.KILL_FULL, Blow.DISK_FULL})
KILLS: Final = {Blow.KILL: 7, Blow.KILL_STARTING: 1, Blow.KILL_PAUSED: 1, Blow.KILL_FULL: 1}
# How many SIGKILLs it takes: one for the server that runs, one for the one that starts.
KILLS_OF: Final = {Blow.KILL_STARTING: 2}
BESIDE: Final = (Blow.PAUSE, Blow.TERMINATE, Blow.DISK_FULL, Blow.FILE_LIMIT, Blow.CLOCK, Blow.DEAF)
# Of ten kills, one such fault of each kind; of twenty, one rest.
BESIDE_SHARE: Final = 10
REST_SHARE: Final = 20
HOUR: Final = 3600.0
TROUBLES: Final = {
    Trouble.DELAY: 3,
    Trouble.SLOW: 2,
    Trouble.STALL: 3,
    Trouble.CUT: 4,
    Trouble.CUT_RESET: 3,
    Trouble.RESET: 5,
    Trouble.HALF_CLOSE: 2,
    Trouble.REFUSE: 2,
    Trouble.NAP: 1,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything: `kills` SIGKILLs, `troubles` network faults, `posts` acknowledged, at least.

    `people` counts clients: some are second devices of the same person.
    """

    posts: int
    kills: int
    troubles: int
    people: int = 10


@dataclass(frozen=True, slots=True)
class Strike:
    """`after` so many acknowledged posts. `amount` runs from 0 to 1 and means what the kind makes of it."""

    after: int
    blow: Blow
    seconds: float
    amount: float


@dataclass(frozen=True, slots=True)
class Mishap:
    """The same for person number `person`, one `way`."""

    after: int
    trouble: Trouble
    person: int
    way: Way
    seconds: float
    amount: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Both in the order of `after`. Between two strikes are `apart` posts, however many a strike itself brought."""

    strikes: tuple[Strike, ...]
    mishaps: tuple[Mishap, ...]
    apart: int


def make_plan(seed: int, scale: Scale, *, disk: bool) -> Plan:
    """`disk`: whether there is one that can be filled."""
    rng = random.Random(f"plan {seed}")
    blows = choose_blows(rng, scale.kills, disk=disk)
    places = spread(rng, len(blows), scale.posts)
    strikes = [
        Strike(after, blow, 0.2 + rng.random() * 0.8, rng.random()) for after, blow in zip(places, blows, strict=True)
    ]
    troubles = rng.choices(list(TROUBLES), list(TROUBLES.values()), k=scale.troubles)
    mishaps = [
        Mishap(
            after, trouble, rng.randrange(scale.people), rng.choice(list(Way)), 0.1 + rng.random() * 0.7, rng.random()
        )
        for after, trouble in zip(spread(rng, scale.troubles, scale.posts), troubles, strict=True)
    ]
    return Plan(tuple(strikes), tuple(mishaps), scale.posts // (2 * len(blows)))


def choose_blows(rng: random.Random, kills: int, *, disk: bool) -> list[Blow]:
    allowed = {blow: weight for blow, weight in KILLS.items() if disk or blow not in NEED_DISK}
    chosen: list[Blow] = []
    while (left := kills - sum(KILLS_OF.get(blow, 1) for blow in chosen)) > 0:
        blow = rng.choices(list(allowed), list(allowed.values()))[0]
        chosen.append(blow if KILLS_OF.get(blow, 1) <= left else Blow.KILL)
    for blow in BESIDE:
        if disk or blow not in NEED_DISK:
            chosen += [blow] * max(1, kills // BESIDE_SHARE)
    chosen += [Blow.REST] * max(1, kills // REST_SHARE)
    rng.shuffle(chosen)
    return chosen


def spread(rng: random.Random, count: int, posts: int) -> list[int]:
    """So many places among the posts: about evenly, in order."""
    return [int((number + rng.random()) * posts / count) for number in range(count)]
