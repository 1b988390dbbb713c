"""Memory: what one idle, authenticated connection in one channel takes of the server's user space."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import TypeAlias

from bench.processes import descriptors_of, memory_of, wait_for_descriptors, wait_until_settled
from bench.servers import Running

WARM_UP_CONNECTIONS = 500
STEPS = 5
POST_SECONDS = 2

Tell: TypeAlias = Callable[[str], None]
Sizes: TypeAlias = dict[str, int]


def measure_memory(running: Running, connections: int, tell: Tell) -> dict[str, object]:
    """Memory at 0 … `connections` connections, in steps, and again after messages have reached every one of them.

    The zero is taken after WARM_UP_CONNECTIONS were opened, written to and closed, so that what is loaded or allocated
    once is in it.
    """
    before = descriptors_of(running.pid)
    running.load.ask("open", min(WARM_UP_CONNECTIONS, connections))
    running.load.ask("fanout", 1, 0, 0.5)
    running.load.ask("close")
    wait_for_descriptors(running.pid, before)
    steps = [_settled(running, 0, tell)]
    for step in range(1, STEPS + 1):
        count = connections * step // STEPS
        running.load.ask("open", count)
        steps.append(_settled(running, count, tell))
    posted = running.load.ask("fanout", 1, 0, POST_SECONDS)
    after = _settled(running, connections, tell)
    running.load.ask("close")
    wait_for_descriptors(running.pid, before)
    closed = _settled(running, 0, tell)
    return {
        "server": running.name,
        "connections": connections,
        "steps": steps,
        "bytes_per_connection": {kind: _per_connection(steps[-1], steps[0], kind) for kind in _kinds(steps[0])},
        "slope": {kind: round(_slope(steps, kind)) for kind in _kinds(steps[0])},
        "after_messages": {
            "messages": posted["messages"],
            "bytes_per_connection": {kind: _per_connection(after, steps[0], kind) for kind in _kinds(after)},
        },
        "after_closing": closed,
    }


def _settled(running: Running, connections: int, tell: Tell) -> Sizes:
    wait_until_settled(running.pid)
    sizes = memory_of(running.pid)
    tell(f"{running.name}: {connections} idle connections, {sizes['rss'] / 2**20:.1f} MiB resident")
    return {"connections": connections, **sizes}


def _kinds(sizes: Sizes) -> list[str]:
    return [kind for kind in sizes if kind != "connections"]


def _per_connection(sizes: Sizes, zero: Sizes, kind: str) -> int:
    return round((sizes[kind] - zero[kind]) / sizes["connections"])


def _slope(steps: list[Sizes], kind: str) -> float:
    """Bytes a connection by least squares over all steps: near the plain difference when growth is linear."""
    return statistics.linear_regression([step["connections"] for step in steps], [step[kind] for step in steps]).slope
