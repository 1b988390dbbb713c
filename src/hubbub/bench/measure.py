"""The run: in which order what is measured, with how many people, and for how long.

Invariants: load goes to 127.0.0.1 only; everything made lies in one temporary folder that is gone at the end, however
it comes; what is opened fits into the descriptors there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from hubbub.bench.crowd import LoadError
from hubbub.bench.disk import is_in_memory, measure_commits
from hubbub.bench.latencies import Quantiles
from hubbub.bench.load import Close, DoFanOut, DoPost, DoStorm, Open, Opened
from hubbub.bench.people import People, settle_people
from hubbub.bench.processes import Load, resident_bytes, running_load, running_server
from hubbub.bench.runs import FanOut, Posts, Storm

SPARE_DESCRIPTORS: Final = 200
SETTLE_SECONDS: Final = 1.5
WITHIN: Final = 120.0  # seconds for one task, whatever happens
MISSED: Final = 10
GIB: Final = 1 << 30
BUSY: Final = 0.5  # of the cores

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """`connections` altogether are idle, `crowd` of them are in one channel, `cut` come back in the storm."""

    connections: int = 5000
    crowd: int = 1000
    cut: int = 2000
    senders: tuple[int, ...] = (1, 32, 256)
    seconds: float = 4.0


QUICK: Final = Size(connections=60, crowd=40, cut=15, senders=(1, 8), seconds=0.3)
STEPS: Final = 7


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    hubbub: str
    python: str
    system: str
    cores: int
    descriptors: int


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """`per_second`: how many came in a second, upgrade and greeting included; `gib_holds`: connections in one GiB."""

    connections: int
    per_second: float
    bytes_each: int
    gib_holds: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What `hubbub bench --json` prints. Latencies in milliseconds. `notes` says what makes figures lower or unreal."""

    machine: Machine
    commit: Quantiles
    posts: list[Posts]
    idle: Idle
    storm: Storm
    fan_out: list[FanOut]
    notes: list[str]


def measure(size: Size, folder: Path, tell: Tell) -> Result:
    """The whole run, in a temporary folder inside `folder`; `tell` hears what comes next, STEPS times.

    Raises `LoadError` when it cannot go on; nothing is left running, or on the disk, either way.
    """
    descriptors = raise_descriptor_limit()
    machine = describe_machine(descriptors)
    quick = size == QUICK
    size, notes = fit(size, descriptors)
    if quick:
        notes.append("A quick run shows that it works; its figures mean little.")
    if (busy := os.getloadavg()[0]) > machine.cores * BUSY:
        notes.append(f"The machine was busy before (load average {busy:.1f}): figures are lower than they could be.")
    with contextlib.ExitStack() as stack:
        try:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hubbub-bench-", dir=folder.resolve())))
        except OSError as error:
            raise LoadError(f"Nothing can be written to {folder.resolve()}: {error.strerror}.") from error
        if is_in_memory(home):
            notes.append("The folder is in memory: nothing is ever on a disk. Choose another with --folder.")
        tell("what the disk gives")
        commit = measure_commits(home, size.seconds / 2)
        tell("making people")
        senders, others = max(4, max(size.senders)), size.connections - size.crowd
        people = asyncio.run(settle_people(home, senders=senders, crowd=size.crowd, others=others))
        pid, host, port = stack.enter_context(running_server(home))
        load = stack.enter_context(running_load(host, port, people.file))
        tell("posting")
        posts = _measure_posts(load, size, people)
        tell("connecting")
        idle = _measure_idle(load, pid, people)
        tell("coming back")
        storm = _measure_storm(load, size, people)
        tell("one message to many")
        fan_out = [_measure_fan_out(load, size, people, 1)]
        tell("many messages to many")
        fan_out.append(_measure_fan_out(load, size, people, 64))
    return Result(
        machine=machine,
        commit=commit,
        posts=posts,
        idle=idle,
        storm=storm,
        fan_out=fan_out,
        notes=notes,
    )


def _measure_posts(load: Load, size: Size, people: People) -> list[Posts]:
    load.ask(Open(first=0, count=people.senders), Opened, WITHIN)
    load.ask(DoPost(senders=people.senders, seconds=size.seconds / 4), Posts, WITHIN)  # to warm up
    posts = [load.ask(DoPost(senders=each, seconds=size.seconds), Posts, WITHIN) for each in size.senders]
    load.ask(Close(), Opened, WITHIN)
    return posts


def _measure_idle(load: Load, pid: int, people: People) -> Idle:
    """All of the crowd and the others, over the same process after the senders came, posted and went."""
    load.ask(Open(first=0, count=1), Opened, WITHIN)
    time.sleep(SETTLE_SECONDS)
    before = resident_bytes(pid)
    count = people.crowd + people.others
    opened = load.ask(Open(first=people.senders, count=count), Opened, WITHIN)
    time.sleep(SETTLE_SECONDS)
    each = max(1, (resident_bytes(pid) - before) // count)
    return Idle(connections=count, per_second=round(count / opened.seconds), bytes_each=each, gib_holds=GIB // each)


def _measure_storm(load: Load, size: Size, people: People) -> Storm:
    first = people.senders + people.crowd + people.others - size.cut
    task = DoStorm(first=first, cut=size.cut, channel=people.general, missed=MISSED)
    return load.ask(task, Storm, WITHIN)


def _measure_fan_out(load: Load, size: Size, people: People, at_once: int) -> FanOut:
    task = DoFanOut(
        author=people.senders,
        channel=people.crowd_channel,
        members=people.crowd,
        at_once=at_once,
        seconds=size.seconds,
    )
    return load.ask(task, FanOut, WITHIN)


# --- the machine ------------------------------------------------------------------------------------------------


def raise_descriptor_limit() -> int:
    """As many open files as this process, and those it starts, may have at most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    with contextlib.suppress(ValueError, OSError):  # some systems have a lower bound than they tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


def fit(size: Size, descriptors: int) -> tuple[Size, list[str]]:
    """The size, made smaller where there are too few descriptors for it, and what to say about that."""
    most = max(20, descriptors - SPARE_DESCRIPTORS)
    if max(size.connections + 1, *size.senders) <= most:
        return size, []
    connections = min(size.connections, most - 1)
    smaller = Size(
        connections=connections,
        crowd=min(size.crowd, connections // 2),
        cut=min(size.cut, connections // 3),
        senders=tuple(senders for senders in size.senders if senders <= most),
        seconds=size.seconds,
    )
    return smaller, [
        f"Only {descriptors} open files are allowed, so there were {connections} connections instead of "
        f"{size.connections}; raise the limit with `ulimit -n 20000`."
    ]


def describe_machine(descriptors: int) -> Machine:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(
        hubbub=version("hubbub"),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=cores,
        descriptors=descriptors,
    )
