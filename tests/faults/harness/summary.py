"""What a run came to, as one JSON object."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from tests.faults.harness.history import Kind
from tests.faults.harness.plan import Blow, Trouble
from tests.faults.harness.run import Result


class VerdictSummary(TypedDict):
    name: str
    problems: list[str]


class Summary(TypedDict):
    """Times are in seconds. `asked`: the options that give the same plan. `operations`: kind → (begun, acknowledged).
    `unanswered`: commands that a break left without an answer. `back`: from the last acknowledgement before a start to
    the first after it. `timeline`: acknowledgements in each of equally long parts. `marks`: when what struck."""

    ok: bool
    seed: int
    asked: str
    date: str
    machine: dict[str, object]
    seconds: float
    clients: int
    people: int
    kills: int
    network_faults: int
    faults: dict[str, int]
    acknowledged: int
    operations: dict[str, tuple[int, int]]
    unanswered: int
    sent_again: int
    retried: dict[str, int]
    connections: int
    resumed: int
    resets: int
    events: int
    heard: int
    compared: int
    starts: int
    start_median: float
    start_longest: float
    back_median: float
    back_longest: float
    verdicts: list[VerdictSummary]
    timeline: list[int]
    marks: list[tuple[float, str]]


PARTS = 180


def summarize(result: Result) -> Summary:
    history, scale = result.history, result.scale
    begun = Counter(operation.kind.value for operation in history.operations)
    accepted = Counter(operation.kind.value for operation in history.operations if operation.accepted)
    back = times_back(result)
    return Summary(
        ok=result.ok,
        seed=result.seed,
        asked=f"--seed {result.seed} --kills {scale.kills} --network-faults {scale.troubles} --posts {scale.posts} "
        f"--people {scale.people}",
        date=datetime.now(UTC).date().isoformat(),
        machine=describe_machine(),
        seconds=round(result.seconds, 1),
        clients=scale.people,
        people=len(history.people),
        kills=result.kills,
        network_faults=sum(result.done.get(trouble, 0) for trouble in Trouble),
        faults={str(each): result.done[each] for each in (*Blow, *Trouble) if each in result.done},
        acknowledged=len(history.acknowledged),
        operations={kind: (begun[kind], accepted[kind]) for kind in Kind if begun[kind]},
        unanswered=sum(operation.sent - len(operation.answers) for operation in history.operations),
        sent_again=result.repeated,
        retried=dict(result.stage.retried),
        connections=len(history.visits),
        resumed=max(0, len(history.visits) - scale.people),
        resets=sum(len(visit.resets) for visit in history.visits),
        events=result.events,
        heard=sum(len(visit.heard) for visit in history.visits),
        compared=history.compared,
        starts=len(result.starts),
        start_median=round(statistics.median(took for _, took in result.starts), 2),
        start_longest=round(max(took for _, took in result.starts), 2),
        back_median=round(statistics.median(back), 2) if back else 0.0,
        back_longest=round(max(back), 2) if back else 0.0,
        verdicts=[VerdictSummary(name=each.name, problems=list(each.problems)) for each in result.verdicts],
        timeline=bucket(result.stage.acknowledged, result.seconds),
        marks=[(round(at, 2), str(what)) for at, what in result.marks],
    )


def times_back(result: Result) -> list[float]:
    """For each start during the run, from the last acknowledgement before it to the first after it."""
    acknowledged = result.stage.acknowledged
    places = [bisect_right(acknowledged, began) for began, _ in result.starts[1:]]
    return [acknowledged[place] - acknowledged[place - 1] for place in places if 0 < place < len(acknowledged)]


def bucket(times: Sequence[float], seconds: float) -> list[int]:
    """How many of `times` fall into each of PARTS equal parts."""
    counts = Counter(min(int(at / max(seconds, 0.001) * PARTS), PARTS - 1) for at in times)
    return [counts[part] for part in range(PARTS)]


def describe_machine() -> dict[str, object]:
    """What it ran on; nothing that tells whose machine it was."""
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "cpu": found[1] if found else platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": re.split(r"[-+]", platform.release())[0],
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "hubbub": version("hubbub"),
    }
