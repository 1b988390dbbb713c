"""Coming in: connections a second with upgrade and hello, and log-ins a second, whose floor is the password's hash."""

from __future__ import annotations

import time
from typing import Any, Final

import argon2

from bench.case import Case, Measured, Run, write_table
from bench.cases.scene import Scene, set_scene
from bench.cases.tables import median_of, milliseconds, quantiles
from bench.cases.town import Plan
from bench.processes import SERVER_CORE, on_core
from hubbub.service.passwords import MEMORY_KIB, PASSES

PEOPLE: Final = 2000
AT_ONCE: Final = (1, 64)
LOGIN_CLIENTS: Final = (1, 8)
PASSWORD: Final = "correct-horse-battery"
HASHES: Final = 20


def measure_connect(run: Run) -> Measured:
    """Each number at once: everybody connects, round after round; then log-ins over HTTP."""
    quick = run.options.quick
    hasher = argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
    hashed = hasher.hash(PASSWORD)
    people = 200 if quick else PEOPLE
    with set_scene(run, Plan(people, password_hash=hashed)) as scene:
        connecting = [_connect(run, scene, people, at_once) for at_once in AT_ONCE]
        seconds = 1.0 if quick else run.options.seconds
        logins = [scene.people.ask("login", clients, 0.5, seconds, PASSWORD) for clients in LOGIN_CLIENTS]
        floor = _measure_hash(hasher, hashed, first=run.options.first)
    return {"people": people, "connecting": connecting, "logins": logins, "hash_us": floor}


def _connect(run: Run, scene: Scene, people: int, at_once: int) -> dict[str, Any]:
    rounds = []
    for _ in range(1 if run.options.quick else run.options.rounds):
        rounds.append(scene.people.ask("open", 0, people, at_once))
        scene.people.ask("close")
    measured: dict[str, Any] = median_of(rounds)
    run.tell(f"{at_once} at once: {measured['per_second']:,.0f} connections/s")
    return {"at_once": at_once, **measured}


def _measure_hash(hasher: argon2.PasswordHasher, hashed: str, *, first: bool) -> float:
    """Microseconds that checking one password takes on the server's processor."""
    with on_core(SERVER_CORE, first=first):
        began = time.perf_counter()
        for _ in range(HASHES):
            hasher.verify(hashed, PASSWORD)
        return round((time.perf_counter() - began) / HASHES * 1e6, 1)


def write_connect(measured: Measured) -> list[str]:
    people = measured["people"]
    rows = [
        [
            f"connect, {one['at_once']} at once",
            f"**{one['per_second']:,.0f}**",
            quantiles(one["took_us"]),
            f"{one['server_cpu_seconds'] / people * 1e6:,.0f}",
        ]
        for one in measured["connecting"]
    ]
    rows += [
        [
            f"log in, {one['clients']} at once",
            f"**{one['per_second']:,.0f}**",
            quantiles(one["whole_us"]),
            f"{one['server_cpu_us_per_answer']:,.0f}",
        ]
        for one in measured["logins"]
    ]
    return [
        "## Coming in",
        f"{people:,} people with a session connect: TCP, upgrade, hello and its answer. Logging in checks a password, "
        f"and a bare argon2id hash with our parameters takes {milliseconds(measured['hash_us'])} ms of that core.",
        write_table(("what", "a second", "p50 / p99 ms", "CPU µs each"), rows),
    ]


CASE: Final = Case(
    name="connect",
    about="connections and log-ins a second",
    measure=measure_connect,
    paragraphs=write_connect,
)
