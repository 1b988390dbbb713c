"""Whatever is done in whatever order, archived or not, disturbed or not: everybody reads what a store without an
archive would show, and nothing of what was deleted."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from hubbub.store.verify import Report
from tests.support.archive_memory import messages_in, open_in_memory
from tests.support.archive_model import HAPPENINGS, MONTH, Disturbance, Room, open_room
from tests.support.archive_world import ArchiveWorld, open_archive_world
from tests.support.search_servers import SearchServer as Node
from tests.support.search_servers import SearchServers, new_prefix

Opening: TypeAlias = Callable[[Path], AbstractAsyncContextManager[Room]]

disturbances = st.lists(st.tuples(st.integers(1, 16), st.sampled_from(sorted(HAPPENINGS))), max_size=3)
which = st.integers(0, 50)


class InReality:
    """The real follower and a real search server: each step is all there is to do."""

    def __init__(self, archived: ArchiveWorld) -> None:
        self._archived = archived

    async def step(self, limit: int) -> None:
        await self.catch_up()

    async def break_off(self, limit: int, only: int) -> None:
        pass

    async def save(self) -> None:
        pass

    async def show(self) -> None:
        self._archived.copied.refresh()

    async def catch_up(self) -> None:
        await self._archived.copied.caught_up(self._archived.search)
        await self._archived.marked()

    def everything(self) -> str:
        return self._archived.copied.everything()

    def messages(self) -> dict[tuple[str, int], tuple[bool, str]]:
        return messages_in([hit["_source"] for hit in json.loads(self.everything())])

    async def verify(self) -> Report:
        return await self._archived.verify()


def open_in_reality(node: Node) -> Opening:
    @asynccontextmanager
    async def opening(directory: Path) -> AsyncIterator[Room]:
        async with open_archive_world(directory, node, new_prefix()) as archived:
            room = await open_room(archived.world, archived.switch)
            room.transport = InReality(archived)
            yield room

    return opening


class Machine(RuleBasedStateMachine):
    """One room; `opening` makes it."""

    opening: ClassVar[Opening]

    @initialize()
    def begin(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="hubbub-model-"))
        self.runner = asyncio.Runner()
        self.opened = type(self).opening(self.directory)
        self.room: Room = self.run_(self.opened.__aenter__())

    def run_(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    def do(self, doing: Coroutine[Any, Any, None], plan: list[Disturbance], focus: int | None = None) -> None:
        async def done() -> None:
            async with self.room.disturbed(plan, focus):
                await doing

        self.run_(done())

    @rule(count=st.integers(1, 6))
    def post(self, count: int) -> None:
        for _ in range(count):
            self.run_(self.room.post())

    @rule(which=which)
    def retry(self, which: int) -> None:
        self.run_(self.room.retry(which))

    @rule(which=which, plan=disturbances)
    def edit(self, which: int, plan: list[Disturbance]) -> None:
        if number := self.room.pick(which):
            self.do(self.room.edit(number), plan, number)

    @rule(which=which, plan=disturbances)
    def delete(self, which: int, plan: list[Disturbance]) -> None:
        if number := self.room.pick(which):
            self.do(self.room.delete(number), plan, number)

    @rule(which=which, plan=disturbances)
    def like(self, which: int, plan: list[Disturbance]) -> None:
        if number := self.room.pick(which):
            self.do(self.room.like(number), plan, number)

    @rule(which=which, plan=disturbances)
    def answer(self, which: int, plan: list[Disturbance]) -> None:
        if number := self.room.pick(which):
            self.do(self.room.answer(number), plan, number)

    @rule(which=which)
    def come_or_go(self, which: int) -> None:
        self.run_(self.room.come_or_go(which))

    @rule()
    def a_month_passes(self) -> None:
        self.room.world.now += MONTH

    @rule(limit=st.integers(1, 12))
    def copy(self, limit: int) -> None:
        self.run_(self.room.transport.step(limit))

    @rule(limit=st.integers(1, 12), only=st.integers(0, 8))
    def copying_breaks_off(self, limit: int, only: int) -> None:
        self.run_(self.room.transport.break_off(limit, only))

    @rule()
    def save(self) -> None:
        self.run_(self.room.transport.save())

    @rule()
    def show(self) -> None:
        self.run_(self.room.transport.show())

    @rule(plan=disturbances)
    def archive(self, plan: list[Disturbance]) -> None:
        self.do(self.room.archive(), plan)

    @rule(plan=disturbances)
    def catch_up_and_archive(self, plan: list[Disturbance]) -> None:
        self.run_(self.room.transport.catch_up())
        self.do(self.room.archive(), plan)

    @rule(plan=disturbances)
    def restore(self, plan: list[Disturbance]) -> None:
        self.do(self.room.restore(), plan)

    @rule(limit=st.integers(1, 20))
    def read_pages(self, limit: int) -> None:
        self.run_(self.room.read_pages(limit))

    @rule(limit=st.integers(1, 20))
    def read_events(self, limit: int) -> None:
        self.run_(self.room.read_events(limit))

    @precondition(lambda self: self.room.texts)
    @rule(which=which)
    def read_around(self, which: int) -> None:
        self.run_(self.room.read_around(which % len(self.room.texts) + 1))

    def teardown(self) -> None:
        if not hasattr(self, "opened"):
            return
        error: BaseException | None = None
        try:
            self.run_(self.room.check_all())
        except BaseException as failed:
            error = failed
            raise
        finally:
            self.run_(self.opened.__aexit__(type(error) if error else None, error, None))
            self.runner.close()
            shutil.rmtree(self.directory, ignore_errors=True)


def try_it(opening: Opening, *, examples: int, steps: int) -> None:
    machine = type("Opened", (Machine,), {"opening": staticmethod(opening)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )


def test_an_archived_room_is_what_it_would_be() -> None:
    try_it(open_in_memory, examples=25, steps=30)


@pytest.mark.slow
def test_it_is_with_a_real_search_server(search_servers: SearchServers) -> None:
    try_it(open_in_reality(search_servers.elasticsearch), examples=3, steps=20)
