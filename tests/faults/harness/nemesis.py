"""Carries out a plan: strikes at the server one after the other, mishaps of connections beside them and each other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.faults.harness.actor import Actor
from tests.faults.harness.machine import Machine
from tests.faults.harness.plan import HOUR, Blow, Mishap, Plan, Strike, Trouble
from tests.faults.harness.proxy import Connection, Way
from tests.faults.harness.stage import Stage, until

# How much more the disk takes, and how large a file may become: from nothing to some transactions.
ROOM_BYTES: Final = 64 << 10
FILE_BYTES: Final = 256 << 10
SLOW_BYTES: Final = 20_000
DELAY_SECONDS: Final = 0.2
STARTING_SECONDS: Final = 1.5
NAP_SECONDS: Final = 3.0
# More than the kernel takes for one connection (4 MiB), so that the server itself has to hold the rest, or let go.
SHOUTS: Final = 300
DEAF_SECONDS: Final = 4.0
PATIENCE_SECONDS: Final = 30.0


@dataclass(slots=True)
class Nemesis:
    """`done` counts what struck; `marks` has when, for the picture; `rest` compares everybody's state."""

    plan: Plan
    stage: Stage
    machine: Machine
    actors: Sequence[Actor]
    rest: Callable[[], Awaitable[None]]
    done: Counter[str] = field(default_factory=Counter)
    marks: list[tuple[float, str]] = field(default_factory=list)
    _struck_at: int = 0

    async def strike_all(self) -> None:
        """Every strike in its turn. Raises StuckError when nothing goes on any more."""
        strikes: dict[Blow, Callable[[Strike], Awaitable[None]]] = {
            Blow.KILL: self._kill,
            Blow.KILL_STARTING: self._kill_starting,
            Blow.KILL_PAUSED: self._kill_paused,
            Blow.KILL_FULL: self._kill_full,
            Blow.PAUSE: self._pause,
            Blow.TERMINATE: self._terminate,
            Blow.DISK_FULL: self._fill_disk,
            Blow.FILE_LIMIT: self._limit_files,
            Blow.CLOCK: self._step_clock,
            Blow.DEAF: self._stop_reading,
            Blow.REST: self._rest,
        }
        for strike in self.plan.strikes:
            await self.stage.until_posts(strike.after)
            # Never at once after the one before: people have to come back, and be busy again.
            await self.stage.until_posts(self._struck_at + self.plan.apart)
            self._count(strike.blow)
            await strikes[strike.blow](strike)
            self._struck_at = len(self.stage.acknowledged)
            self.machine.complain_if_ended()

    async def trouble_all(self) -> None:
        """Every mishap in its turn, each in a task of its own; returns when all are over."""
        async with asyncio.TaskGroup() as group:
            for mishap in self.plan.mishaps:
                await self.stage.until_posts(mishap.after)
                group.create_task(self._trouble(mishap))

    @property
    def troubles_done(self) -> int:
        """How many connections something has happened to."""
        return sum(self.done[trouble] for trouble in Trouble)

    def _count(self, what: str) -> None:
        self.done[what] += 1
        self.marks.append((self.stage.now(), what))

    # --- the server -----------------------------------------------------------------------------------------------

    async def _kill(self, _: Strike) -> None:
        await self.machine.kill()
        await self.machine.start()

    async def _kill_starting(self, strike: Strike) -> None:
        await self.machine.kill()
        await self.machine.kill_while_starting(strike.amount * STARTING_SECONDS)
        await self.machine.start()

    async def _kill_paused(self, strike: Strike) -> None:
        self.machine.pause()
        await asyncio.sleep(strike.seconds)
        await self.machine.kill()
        await self.machine.start()

    async def _kill_full(self, strike: Strike) -> None:
        with self._full_disk(strike):
            await asyncio.sleep(strike.seconds)
            await self.machine.kill()
        await self.machine.start()

    async def _pause(self, strike: Strike) -> None:
        self.machine.pause()
        try:
            await asyncio.sleep(2 * strike.seconds)
        finally:
            self.machine.resume()

    async def _terminate(self, _: Strike) -> None:
        await self.machine.stop()
        await self.machine.start()

    async def _fill_disk(self, strike: Strike) -> None:
        with self._full_disk(strike):
            await asyncio.sleep(strike.seconds)

    @contextmanager
    def _full_disk(self, strike: Strike) -> Iterator[None]:
        disk = self.machine.disk
        assert disk is not None, "planned only where there is one"
        disk.fill(int(strike.amount * ROOM_BYTES))
        try:
            yield
        finally:
            disk.free()

    async def _limit_files(self, strike: Strike) -> None:
        self.machine.limit_files(int(strike.amount * FILE_BYTES))
        try:
            await asyncio.sleep(strike.seconds)
        finally:
            self.machine.limit_files(None)

    async def _step_clock(self, strike: Strike) -> None:
        """To as much as an hour before or after the true time, for a while, then right again."""
        self.machine.clock.set((2 * strike.amount - 1) * HOUR)
        await asyncio.sleep(strike.seconds)
        self.machine.clock.set(0)

    async def _stop_reading(self, strike: Strike) -> None:
        """One reads no more while another fills the room with long messages."""
        deaf, loud = self._two(strike)
        connection = await self._socket_of(deaf)
        if connection is None:
            return
        flowing = connection.pipes[Way.DOWN].flowing
        flowing.clear()
        loud.wishes.shouting = SHOUTS
        await asyncio.sleep(DEAF_SECONDS * strike.seconds)
        flowing.set()

    async def _rest(self, _: Strike) -> None:
        await self.rest()

    def _two(self, strike: Strike) -> tuple[Actor, Actor]:
        place = int(strike.amount * len(self.actors)) % len(self.actors)
        return self.actors[place], self.actors[(place + 1) % len(self.actors)]

    # --- connections ----------------------------------------------------------------------------------------------

    async def _trouble(self, mishap: Mishap) -> None:
        actor = self.actors[mishap.person]
        connection = await self._socket_of(actor)
        if connection is None:
            return
        self._count(mishap.trouble)
        pipe = connection.pipes[mishap.way]
        match mishap.trouble:
            case Trouble.DELAY:
                pipe.delay = mishap.amount * DELAY_SECONDS
                await asyncio.sleep(mishap.seconds)
                pipe.delay = 0.0
            case Trouble.SLOW:
                pipe.bytes_per_second = SLOW_BYTES
                await asyncio.sleep(mishap.seconds)
                pipe.bytes_per_second = None
            case Trouble.STALL:
                pipe.flowing.clear()
                await asyncio.sleep(2 * mishap.seconds)
                pipe.flowing.set()
            case Trouble.CUT | Trouble.CUT_RESET:
                connection.reset_when_cut = mishap.trouble is Trouble.CUT_RESET
                pipe.cut_at = mishap.amount
            case Trouble.HALF_CLOSE:
                connection.half_close(mishap.way)
            case Trouble.RESET | Trouble.REFUSE | Trouble.NAP:
                await self._break_off(actor, connection, mishap)

    async def _break_off(self, actor: Actor, connection: Connection, mishap: Mishap) -> None:
        """A reset; and nobody gets through for a while, or the person sleeps until they have missed a lot."""
        actor.naps = NAP_SECONDS * mishap.seconds if mishap.trouble is Trouble.NAP else 0.0
        actor.proxy.refusing = mishap.trouble is Trouble.REFUSE
        connection.end(abrupt=True)
        if actor.proxy.refusing:
            await asyncio.sleep(mishap.seconds)
            actor.proxy.refusing = False

    async def _socket_of(self, actor: Actor) -> Connection | None:
        """The person's WebSocket; waits for one, but not for ever: there may be none until the end of the run."""
        await until(lambda: actor.proxy.find_socket() is not None, PATIENCE_SECONDS)
        return actor.proxy.find_socket()
