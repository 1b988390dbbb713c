"""A whole product beside us: Matrix Synapse, one core, SQLite. Small, since it is another order of magnitude.

Its members wait for news by /sync, as its clients do, and ask again when they have got some. Hubbub is measured at the
same number of members right after it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import time
from collections.abc import Coroutine, Sequence
from typing import Final, TypeVar
from urllib.parse import quote

from bench.build import BenchError
from bench.case import Case, Measured, Run, write_table
from bench.chart import Bar, Panel
from bench.matrix import Member, connect, register, wait_until_up
from bench.peer import WHOLE, short_of, title_of
from bench.processes import LOAD_CORE, SERVER_CORE, Process, memory_of, on_core, start, wait_until_settled
from bench.seeding import seed
from bench.servers import Stage, start_hubbub

MEMBERS: Final = 200
QUICK_MEMBERS: Final = 10
WARM_UP_MEMBERS: Final = 20
SECONDS: Final = 15.0
WAIT_MS: Final = 120_000
UP_SECONDS: Final = 60.0
AT_ONCE: Final = 4

Answer = TypeVar("Answer")


def measure_synapse(run: Run) -> Measured:
    """None when Synapse was not asked for."""
    if "synapse" not in run.programs.peers:
        return None
    members = QUICK_MEMBERS if run.options.quick else MEMBERS
    seconds = run.options.seconds if run.options.quick else SECONDS
    return {
        "members": members,
        "synapse": _measure_synapse(run, members, seconds),
        "hubbub": _measure_hubbub(run, members, run.options.seconds),
    }


def _measure_hubbub(run: Run, members: int, seconds: float) -> Measured:
    stage = Stage(run.programs, seed(run.folder / "seeded", members), members, run.options.first)
    with start_hubbub(stage) as running:
        running.load.ask("open", members)
        result: Measured = running.load.ask("fanout", 1, run.options.warmup, seconds)
        return {
            "deliveries_per_second": round(result["deliveries_per_second"]),
            "messages": result["messages"],
            "ack_ms": round(result["latency_ack_us"]["p50"] / 1e3, 2),
            "last_ms": round(result["latency_last_us"]["p50"] / 1e3, 2),
        }


def _measure_synapse(run: Run, members: int, seconds: float) -> Measured:
    secret = secrets.token_urlsafe(16)
    command = run.programs.peers["synapse"]
    server = start(command, SERVER_CORE, run.folder, {"SYNAPSE_SECRET": secret}, first=run.options.first)
    try:
        address = server.first_line()
        if not address:
            raise BenchError("Synapse did not start; its own words are above.")
        with on_core(LOAD_CORE, first=run.options.first):
            return asyncio.run(_talk(run, server, address, secret, members, seconds))
    finally:
        server.stop()


async def _talk(run: Run, server: Process, address: str, secret: str, count: int, seconds: float) -> Measured:
    await wait_until_up(address, UP_SECONDS)
    run.tell(f"synapse: making {count} accounts, and a room they are all in")
    members = await _few_at_once([register(address, secret, f"member{number}") for number in range(count)])
    room = await _make_room(members)
    warm = min(WARM_UP_MEMBERS, count // 2)
    await _few_at_once([member.sync(0) for member in members[:warm]])
    before = await _settled(server, run)
    await _few_at_once([member.sync(0) for member in members[warm:]])
    after = await _settled(server, run)
    poster = await connect(address, members[0].token)
    run.tell("synapse: one message at a time")
    result = await _fan_out(members, poster, room, seconds)
    for member in (*members, poster):
        member.close()
    return {**result, "bytes_per_member": round((after - before) / (count - warm)), "resident": after}


async def _settled(server: Process, run: Run) -> int:
    await asyncio.to_thread(wait_until_settled, server.pid, still=0.2 if run.options.quick else 2.0)
    return memory_of(server.pid)["rss"]


async def _few_at_once(wanted: Sequence[Coroutine[None, None, Answer]]) -> list[Answer]:
    """The answers in order: SQLite takes one writer, and more at once only wait."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(coroutine: Coroutine[None, None, Answer]) -> Answer:
        async with room:
            return await coroutine

    return list(await asyncio.gather(*(one(coroutine) for coroutine in wanted)))


async def _make_room(members: Sequence[Member]) -> str:
    """A public room with all of them in it."""
    made = await members[0].ask("POST", "/_matrix/client/v3/createRoom", {"preset": "public_chat"})
    room: str = json.loads(made)["room_id"]
    await _few_at_once([member.ask("POST", f"/_matrix/client/v3/join/{quote(room)}", {}) for member in members[1:]])
    return room


async def _fan_out(members: Sequence[Member], poster: Member, room: str, seconds: float) -> Measured:
    """The poster has a connection of its own: those of the members wait for news."""
    waiting = [asyncio.create_task(member.sync(WAIT_MS)) for member in members]
    acks: list[float] = []
    lasts: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        text = f"{len(acks):012} " + "the quick brown fox jumps over the lazy dog " * 2
        posted = time.monotonic()
        hearing = asyncio.gather(*(_hear(waiting, members, place, text) for place in range(len(members))))
        await poster.send(room, len(acks), text)
        acks.append(time.monotonic() - posted)
        await hearing
        lasts.append(time.monotonic() - posted)
    took = time.monotonic() - began
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return {
        "messages": len(lasts),
        "deliveries_per_second": round(len(lasts) * len(members) / took, 1),
        "ack_ms": round(statistics.median(acks) * 1e3, 2),
        "last_ms": round(statistics.median(lasts) * 1e3, 2),
    }


async def _hear(waiting: list[asyncio.Task[bytes]], members: Sequence[Member], place: int, text: str) -> None:
    """Until this member has the text; then it waits for the next."""
    while True:
        heard = await waiting[place]
        waiting[place] = asyncio.create_task(members[place].sync(WAIT_MS))
        if text.encode() in heard:
            return


def write_synapse(measured: Measured) -> list[str]:
    rows = [
        [
            title_of(name),
            f"**{one['deliveries_per_second']:,}**",
            f"{one['ack_ms']:.1f}",
            f"{one['last_ms']:.1f}",
            f"{one['bytes_per_member']:,}" if "bytes_per_member" in one else "–",
        ]
        for name, one in ((name, measured[name]) for name in ("hubbub", "synapse"))
    ]
    head = ("server", "deliveries/s", "post → acknowledged p50 ms", "post → last p50 ms", "resident bytes a member")
    return [
        f"## A whole product: {measured['members']} members, one message at a time",
        "Synapse's members wait by /sync and ask again after each message, as its clients do, and a post may have to "
        "wait for those who ask. The memory is what the process grew by when they first synced, the caches they filled "
        "included; Hubbub's is in the case of its own.",
        write_table(head, rows),
    ]


def draw_synapse(measured: Measured) -> list[Panel]:
    bars = [
        Bar(short_of(name), one["deliveries_per_second"], f"{one['deliveries_per_second']:,}", name == "hubbub")
        for name, one in ((name, measured[name]) for name in ("hubbub", "synapse"))
    ]
    title = f"Deliveries a second, {measured['members']} members, one message at a time"
    return [Panel(title, "A whole product beside us; one core; more is better", bars)]


CASE: Final = Case("synapse", "a whole product beside us", measure_synapse, write_synapse, draw_synapse, peers=WHOLE)
