"""One run: people, proxies, a server and a plan; in the end everything they saw, and the log that is left."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults.harness.cast import cast_actors
from tests.faults.harness.checker import Verdict, check
from tests.faults.harness.evidence import Evidence
from tests.faults.harness.history import History
from tests.faults.harness.machine import Machine, mount_disk
from tests.faults.harness.nemesis import Nemesis
from tests.faults.harness.plan import Scale, make_plan
from tests.faults.harness.rest import Fresh, Referee
from tests.faults.harness.stage import Stage

# Rates are limited, but people here are quick; a nap is soon too long to be resumed, and unsent bytes soon too many.
SETTINGS: Final = {
    "LIMITS__COMMANDS_PER_SECOND": "3000",
    "LIMITS__COMMANDS_BURST": "3000",
    "LIMITS__ADDRESS_COMMANDS_PER_SECOND": "30000",
    "LIMITS__ADDRESS_COMMANDS_BURST": "30000",
    "LIMITS__RESUME_EVENTS": "40",
    "LIMITS__UNSENT_BYTES": str(256 << 10),
    "SHUTDOWN_SECONDS": "4",
}


@dataclass(slots=True, repr=False)
class Result:
    """Everything a report tells. `repeated` posts were sent once more in the end."""

    seed: int
    scale: Scale
    seconds: float
    history: History
    stage: Stage
    done: Mapping[str, int]
    marks: list[tuple[float, str]]
    kills: int
    starts: list[tuple[float, float]]
    repeated: int
    events: int
    verdicts: list[Verdict]

    @property
    def ok(self) -> bool:
        return all(verdict.ok for verdict in self.verdicts)


@dataclass(slots=True, repr=False)
class World:
    """What a run is made of, once it stands."""

    stage: Stage
    history: History
    machine: Machine
    referee: Referee
    nemesis: Nemesis
    living: list[asyncio.Task[None]] = field(default_factory=list)

    def live(self) -> None:
        """Everybody connects, and begins."""
        self.living += [asyncio.create_task(actor.live()) for actor in self.nemesis.actors]
        self.stage.play()

    async def until_over(self, posts: int) -> None:
        """Until every fault has struck and so many posts were acknowledged. Raises whatever went wrong with anybody."""
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            striking = group.create_task(self.nemesis.strike_all())
            troubling = group.create_task(self.nemesis.trouble_all())
            await asyncio.wait([striking, troubling])
            await self.stage.until_posts(posts)
            watching.cancel()

    async def _watch(self) -> None:
        """A person who fails fails the run at once, and not in the end."""
        done, _ = await asyncio.wait(self.living, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    async def end(self) -> None:
        for task in self.living:
            task.cancel()
        await asyncio.gather(*self.living, return_exceptions=True)


async def run(seed: int, scale: Scale, on_start: Callable[[World], None] = lambda world: None) -> Result:
    """Carry out the plan of `seed`. `on_start` is given the world, to show how far it is."""
    async with prepare(seed, scale) as world:
        on_start(world)
        world.live()
        try:
            await world.until_over(scale.posts)
            world.stage.rest()
            await world.referee.compare()
        except Exception as error:
            error.add_note(f"seed {seed}; the server's log ends with\n{world.machine.server.log_end()}")
            raise
        finally:
            await world.end()
        seconds = world.stage.now()
        repeated = await world.referee.send_again()
        # What is left is read after one more start.
        await world.machine.stop()
        unverified = [*world.referee.unverified, *await world.machine.verify("--search")]
        await world.machine.start()
        logs = await world.referee.fetch_logs()
        return Result(
            seed=seed,
            scale=scale,
            seconds=seconds,
            history=world.history,
            stage=world.stage,
            done=world.nemesis.done,
            marks=world.nemesis.marks,
            kills=world.machine.kills,
            starts=world.machine.starts,
            repeated=repeated,
            events=sum(map(len, logs.values())),
            verdicts=check(Evidence(world.history, logs, unverified)),
        )


@asynccontextmanager
async def prepare(seed: int, scale: Scale) -> AsyncIterator[World]:
    """A server with people in its channels; nothing has begun yet. Everything is gone in the end."""
    stage, history = Stage(), History()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hubbub-faults-")))
        disk = stack.enter_context(mount_disk(folder))
        machine = Machine(folder, disk, stage, history, SETTINGS)
        stack.callback(machine.server.kill)
        await machine.start()
        actors, channels = await cast_actors(stack, seed, scale, machine)
        fresh = Fresh(machine.server.url)
        stack.push_async_callback(fresh.close)
        referee = Referee(stage, history, actors, fresh, channels, machine.verify)
        for channel in channels:
            history.before[channel] = len(await fresh.fetch_log(actors[0].person, channel, history))
        nemesis = Nemesis(make_plan(seed, scale, disk=disk is not None), stage, machine, actors, referee.rest)
        stage.restart()
        yield World(stage, history, machine, referee, nemesis)
