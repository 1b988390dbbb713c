"""A person over all breaks: connects, resumes from their positions, does things, and comes back when it ends.

Posts carry keys and are sent again with the same key until they are answered; a few are given up after a break, so that
there is something nobody was told about. Everything asked, answered and heard goes into the history.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Final

import httpx
import msgspec

from hubbub.errors import CloseCode
from hubbub.protocol.events import MembershipEnded, MembershipStarted
from hubbub.protocol.replies import Snapshot
from tests.faults.harness.history import Answer, History, Kind, Operation, Visit
from tests.faults.harness.line import ANSWER_SECONDS, BROKEN, Frame, Line, open_line
from tests.faults.harness.proxy import Proxy
from tests.faults.harness.stage import Stage
from tests.faults.harness.state import State
from tests.faults.harness.wishes import Wishes, command_of
from tests.support.client import Person

BACKOFF_SECONDS: Final = 0.05
BACKOFF_MOST: Final = 0.4
RETRY_SECONDS: Final = 0.1  # after an answer that said: try again
MOST_WAITING: Final = 20
GIVE_UP: Final = 0.05  # of the posts that a break left without an answer
UNAUTHORIZED: Final = 401


@dataclass(slots=True)
class Actor:
    """`state` is what the person's client knows; `waiting` are posts to be sent again."""

    person: Person
    proxy: Proxy
    stage: Stage
    history: History
    wishes: Wishes
    rng: random.Random
    state: State = field(init=False)
    waiting: list[Operation] = field(default_factory=list)
    epoch: str | None = None
    naps: float = 0.0
    busy: bool = False
    _visit: Visit | None = None
    _loaded: bool = False
    _outdated: asyncio.Event = field(default_factory=asyncio.Event)
    _held: list[bytes] = field(default_factory=list)
    _failures: int = 0

    def __post_init__(self) -> None:
        self.state = State(self.person.id)

    # --- over all breaks ------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._visit_once()
                self._failures = 0
            except BROKEN as error:
                self._notice(error)
            await asyncio.sleep(self.naps + self.rng.random() * min(BACKOFF_MOST, BACKOFF_SECONDS * 2**self._failures))
            self._failures += 1
            self.naps = 0.0

    def _notice(self, error: BaseException) -> None:
        response = getattr(error, "response", None)
        if response is not None and response.status_code == UNAUTHORIZED:
            self.history.complaints.append(f"{self.person.name}'s session ended though nobody ended it")

    async def _visit_once(self) -> None:
        if not self._loaded:
            await self._load()
        async with open_line(self.person, self.rng, self._hear, self._hear_reset) as line:
            positions = self.state.positions
            visit = self._visit = Visit(self.person.id, self.stage.life, self.stage.now(), positions)
            try:
                welcome = await line.greet(positions, self.epoch)
                self.epoch, visit.heads = welcome.epoch, welcome.streams or {}
                self._failures = 0
                self.history.visits.append(visit)
                await self._act(line)
            finally:
                visit.code = line.code
                if line.code == CloseCode.SESSION_ENDED:
                    self.history.complaints.append(f"{self.person.name}'s socket was closed: the session ended")

    async def _load(self) -> None:
        """Fetch everything afresh, then apply what arrived meanwhile."""
        try:
            answer = (await self.person.http.get("/api/snapshot")).raise_for_status()
        except (httpx.HTTPStatusError, httpx.TransportError) as error:
            self._notice(error)
            raise ConnectionError("no snapshot") from error
        snapshot = msgspec.json.decode(answer.content, type=Snapshot)
        self.state.load(snapshot)
        self.epoch = snapshot.epoch
        self._loaded = True
        self._outdated.clear()
        held, self._held = self._held, []
        for payload in held:
            self._apply(payload)

    # --- hearing --------------------------------------------------------------------------------------------------

    def _hear(self, payload: bytes) -> None:
        assert self._visit is not None
        self._visit.heard.append(self.history.intern(payload))
        if self._loaded:
            self._apply(payload)
        else:
            self._held.append(payload)

    def _hear_reset(self, stream: str) -> None:
        assert self._visit is not None
        self._visit.resets.append(stream)
        self._unload()

    def _unload(self) -> None:
        """What is known is not enough: fetch afresh, even while resting."""
        self._loaded = False
        self._outdated.set()

    def _apply(self, payload: bytes) -> None:
        event = self.history.intern(payload)
        try:
            self.state.apply(event)
        except (AssertionError, KeyError) as error:
            self.history.complaints.append(f"{self.person.name} cannot apply {event}: {error!r}")
            self._unload()
        if isinstance(event, MembershipStarted):
            self.wishes.came_in(event.channel.id)
        elif isinstance(event, MembershipEnded):
            self.wishes.went_out(event.channel)

    # --- doing ----------------------------------------------------------------------------------------------------

    async def _act(self, line: Line) -> None:
        while not line.over.is_set():
            if not self._loaded:
                await self._load()
            begins = self.stage.playing and len(self.waiting) < MOST_WAITING
            wanted = [*self.waiting, *(self.wishes.choose(self.state) if begins else ())]
            if wanted:
                self.busy = True
                try:
                    await self._do(line, wanted)
                finally:
                    self.busy = False
                await asyncio.sleep(RETRY_SECONDS if self.waiting else self.wishes.pause())
            else:
                await self._rest(line)

    async def _rest(self, line: Line) -> None:
        """Until there is something to do or to fetch again, or the connection is over."""
        waits = [
            asyncio.create_task(event)
            for event in (line.over.wait(), self.stage.until_playing(), self._outdated.wait())
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()

    async def _do(self, line: Line, wanted: list[Operation]) -> None:
        """Send them all, then wait for all answers. What a break leaves without one waits, or is given up."""
        asked: list[tuple[Operation, asyncio.Future[Frame]]] = []
        try:
            for operation in wanted:
                if not operation.sent:
                    operation.person, operation.began = self.person.id, self.stage.now()
                    self.history.operations.append(operation)
                operation.sent += 1
                self._keep(operation)
                asked.append((operation, await line.ask(command_of(operation))))
            await asyncio.wait([future for _, future in asked], timeout=ANSWER_SECONDS)
        finally:
            for operation, future in asked:
                if future.done() and not future.cancelled():
                    self._take(operation, future.result())
            if line.over.is_set():
                self.waiting = [each for each in self.waiting if self.rng.random() >= GIVE_UP]
        if any(not future.done() for _, future in asked):
            raise TimeoutError("no answer")

    def _keep(self, operation: Operation) -> None:
        if operation.kind is Kind.POST and operation not in self.waiting and operation.accepted is None:
            self.waiting.append(operation)

    def _take(self, operation: Operation, frame: Frame) -> None:
        first = operation.accepted is None
        if frame.type == "ok":
            answer = Answer(self.stage.now(), frame.seq, frame.number)
        else:
            answer = Answer(self.stage.now(), code=frame.code, retry=frame.retry)
        operation.answers.append(answer)
        if operation in self.waiting and not answer.retry:
            self.waiting.remove(operation)
        if answer.code is None and first:
            self.wishes.done(operation)
            if operation.kind is Kind.POST:
                self.stage.count_post()
        elif answer.retry:
            self.stage.retried[answer.code or ""] += 1
