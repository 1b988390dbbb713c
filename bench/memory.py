"""Memory: what one idle connection in one channel takes of the server's user space, and of the kernel."""

from __future__ import annotations

import statistics
from typing import Final, TypeAlias

from bench.build import BenchError
from bench.case import Case, Measured, Run, write_table
from bench.chart import Bar, Panel
from bench.peer import FIELD, short_of, title_of
from bench.processes import descriptors_of, kernel_memory, memory_of, wait_for_descriptors, wait_until_settled
from bench.seeding import seed
from bench.servers import Running, Stage, servers_of, start_server

WARM_UP_CONNECTIONS: Final = 500
STEPS: Final = 3
POST_SECONDS: Final = 2
STILL_SECONDS: Final = 2.0  # that memory has stood still when it is read
SPARE_DESCRIPTORS: Final = 16  # a server may open for itself after it said that it listens
BOUND: Final = 1024  # bytes an idle connection may take

Sizes: TypeAlias = dict[str, int]


def measure_memory(run: Run) -> Measured:
    """A list, one for each server: they are started one after the other."""
    connections = run.options.connections
    run.tell(f"making {connections:,} accounts")
    stage = Stage(run.programs, seed(run.folder / "seeded", connections), connections, run.options.first)
    measured = []
    for name in servers_of(run.programs):
        try:
            with start_server(stage, name) as running:
                measured.append(_Watch(running, run).measure(connections))
        except BenchError as error:
            if name == "hubbub":
                raise
            run.tell(f"{name} is out: {error}")
            measured.append({"server": name, "failed": str(error)})
    return measured


class _Watch:
    """One server's memory."""

    def __init__(self, running: Running, run: Run) -> None:
        self._running = running
        self._tell = run.tell
        self._quick = run.options.quick
        self._descriptors = descriptors_of(running.pid) + SPARE_DESCRIPTORS

    def measure(self, connections: int) -> Measured:
        """At 0 … `connections` connections, in steps, and again after messages have reached every one of them.

        The zero is taken after WARM_UP_CONNECTIONS were opened, written to and closed, so that what is loaded or
        allocated once is in it.
        """
        load = self._running.load
        load.ask("open", min(WARM_UP_CONNECTIONS, connections))
        load.ask("fanout", 1, 0, 0.5)
        self._close()
        steps = [self._settled(0)]
        for step in range(1, STEPS + 1):
            count = connections * step // STEPS
            load.ask("open", count)
            steps.append(self._settled(count))
        posted = load.ask("fanout", 1, 0, 0.1 if self._quick else POST_SECONDS)
        after = self._settled(connections)
        self._close()
        kinds = _kinds(after)
        return {
            "server": self._running.name,
            "connections": connections,
            "steps": steps,
            "bytes_per_connection": {kind: per_connection(steps[-1], steps[0], kind) for kind in kinds},
            "slope": {kind: round(slope(steps, kind)) for kind in kinds},
            "after_messages": {
                "messages": posted["messages"],
                "bytes_per_connection": {kind: per_connection(after, steps[0], kind) for kind in kinds},
            },
            "after_closing": self._settled(0),
        }

    def _close(self) -> None:
        self._running.load.ask("close")
        wait_for_descriptors(self._running.pid, self._descriptors)

    def _settled(self, connections: int) -> Sizes:
        wait_until_settled(self._running.pid, still=0.2 if self._quick else STILL_SECONDS)
        sizes = memory_of(self._running.pid)
        self._tell(f"{self._running.name}: {connections:,} idle connections, {sizes['rss'] / 2**20:.1f} MiB resident")
        return {"connections": connections, **sizes, "kernel": kernel_memory()}


def _kinds(sizes: Sizes) -> list[str]:
    return [kind for kind in sizes if kind != "connections"]


def per_connection(sizes: Sizes, zero: Sizes, kind: str) -> int:
    return round((sizes[kind] - zero[kind]) / sizes["connections"])


def slope(steps: list[Sizes], kind: str) -> float:
    """Bytes a connection by least squares over all steps: near the plain difference when growth is linear."""
    return statistics.linear_regression([step["connections"] for step in steps], [step[kind] for step in steps]).slope


HEAD: Final = (
    "server",
    "resident",
    "proportional",
    "private",
    "slope",
    "after messages to all",
    "kernel, both ends",
)


def write_memory(measured: Measured) -> list[str]:
    failed = [f"{title_of(one['server'])} failed: {one['failed']}" for one in measured if "failed" in one]
    measured = [one for one in measured if "failed" not in one]
    rows = [
        [
            title_of(one["server"]),
            *(f"{one['bytes_per_connection'][kind]:,}" for kind in ("rss", "pss", "private_dirty")),
            f"{one['slope']['rss']:,}",
            f"{one['after_messages']['bytes_per_connection']['rss']:,}",
            f"{one['bytes_per_connection']['kernel']:,}",
        ]
        for one in measured
    ]
    counts = [step["connections"] for step in measured[0]["steps"]]
    steps = [[title_of(one["server"]), *(f"{step['rss'] / 2**20:.1f}" for step in one["steps"])] for one in measured]
    return [
        f"## Memory of an idle connection, {measured[0]['connections']:,} of them",
        "Bytes of user space for each connection, over what the same process takes with none (after a warm-up); and of "
        "the kernel, counted over the whole machine, so for the server's socket and the generator's:",
        write_table(HEAD, rows),
        "Resident MiB of the whole process as connections are added:",
        write_table(("connections", *(f"{count:,}" for count in counts)), steps),
        *failed,
    ]


def draw_memory(measured: Measured) -> list[Panel]:
    bars = [
        Bar(short_of(one["server"]), max(0, per["rss"]), f"{per['rss']:,} B", one["server"] == "hubbub")
        for one in measured
        if "failed" not in one
        for per in [one["bytes_per_connection"]]
    ]
    count = measured[0]["connections"]
    return [Panel(f"Memory of an idle connection, {count:,} of them", "User space; less is better", bars)]


def judge_memory(measured: Measured) -> list[str]:
    return [
        f"Memory: {size:,} bytes an idle connection, {'within' if size <= BOUND else 'ABOVE'} the bound of {BOUND:,}"
        for one in measured
        if one["server"] == "hubbub"
        for size in [max(one["bytes_per_connection"][kind] for kind in ("rss", "pss", "private_dirty"))]
    ]


CASE: Final = Case("memory", "idle connections", measure_memory, write_memory, draw_memory, judge_memory, peers=FIELD)
