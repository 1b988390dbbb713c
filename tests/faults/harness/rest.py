"""People rest: nobody begins anything new, everybody finishes and catches up; then what they know is held against what
somebody who fetches afresh is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx
import msgspec

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol.events import AnyEvent, MessagePosted
from hubbub.protocol.replies import Snapshot
from tests.faults.harness.actor import Actor
from tests.faults.harness.history import Answer, History, Kind, Operation
from tests.faults.harness.stage import LOOK_SECONDS, Stage, StuckError, until
from tests.faults.harness.state import differences
from tests.support.client import Person, new_http

CATCH_UP_SECONDS: Final = 60.0
AT_ONCE: Final = 16
# Of the posts that were acknowledged, about one in so many is sent again at the end.
REPEATED: Final = 50


class _Page(msgspec.Struct):
    messages: list[AnyEvent]
    older: bool


class _Log(msgspec.Struct):
    events: list[msgspec.Raw]


@dataclass(slots=True)
class Fresh:
    """What somebody is told who asks the server itself, past every proxy."""

    url: str
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def as_person(self, person: Person) -> httpx.AsyncClient:
        """A client with the person's session."""
        if person.id not in self.clients:
            self.clients[person.id] = new_http(self.url)
            self.clients[person.id].headers["Cookie"] = person.cookie
        return self.clients[person.id]

    async def fetch_snapshot(self, person: Person) -> Snapshot:
        answer = (await self.as_person(person).get("/api/snapshot")).raise_for_status()
        return msgspec.json.decode(answer.content, type=Snapshot)

    async def fetch_messages(self, person: Person, channel: str, lowest: int) -> dict[int, MessagePosted]:
        """The channel's newest messages by number, down to the number `lowest`."""
        found: dict[int, MessagePosted] = {}
        before = ""
        while True:
            path = f"/api/channels/{channel}/messages?limit=100{before}"
            answer = (await self.as_person(person).get(path)).raise_for_status()
            page = msgspec.json.decode(answer.content, type=_Page)
            found |= {line.number: line for line in page.messages if isinstance(line, MessagePosted)}
            if not page.older or (found and min(found) <= lowest):
                return found
            before = f"&before={page.messages[0].seq}"

    async def fetch_log(self, person: Person, channel: str, history: History) -> list[AnyEvent]:
        """The channel's whole log."""
        log: list[AnyEvent] = []
        while True:
            path = f"/api/channels/{channel}/events?after={log[-1].seq if log else 0}"
            answer = (await self.as_person(person).get(path)).raise_for_status()
            page = msgspec.json.decode(answer.content, type=_Log).events
            if not page:
                return log
            log += [history.intern(bytes(event)) for event in page]

    async def send_again(self, person: Person, operation: Operation, stage: Stage) -> None:
        """Once more a post, with its key; its answer is added to the others."""
        body = {"text": operation.text, "key": operation.key}
        operation.sent += 1
        answer = await self.as_person(person).post(f"/api/channels/{operation.channel}/messages", json=body)
        told = answer.json()
        if answer.is_success:
            operation.answers.append(Answer(stage.now(), told["seq"], told["number"]))
        else:
            operation.answers.append(Answer(stage.now(), code=told["code"], retry=answer.status_code >= 500))

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()


@dataclass(slots=True)
class Referee:
    """The first of `actors` is in every channel of `channels`. `unverified` is what `verify` has found wrong so far."""

    stage: Stage
    history: History
    actors: Sequence[Actor]
    fresh: Fresh
    channels: Sequence[str]
    verify: Callable[[], Awaitable[list[str]]]
    unverified: list[str] = field(default_factory=list)

    @property
    def keeper(self) -> Actor:
        return self.actors[0]

    async def rest(self) -> None:
        """Rest, compare, verify beside the running server, and go on."""
        self.stage.rest()
        try:
            await self.compare()
            self.unverified += await self.verify()
        finally:
            self.stage.play()

    async def compare(self) -> None:
        """Everybody's state, once all have finished and caught up."""
        if not await until(lambda: not any(each.busy or each.waiting for each in self.actors), CATCH_UP_SECONDS):
            raise StuckError("somebody has not finished what they began")
        lowest = {
            channel: min(min(actor.state.windows.get(channel) or [1 << 53]) for actor in self.actors)
            for channel in self.channels
        }
        messages = {
            channel: await self.fresh.fetch_messages(self.keeper.person, channel, number)
            for channel, number in lowest.items()
        }
        for actor in self.actors:
            snapshot = await self._caught_up(actor)
            self.history.compared += 1
            found = differences(actor.state, snapshot, messages)
            self.history.differences += [f"{actor.person.name}: {each}" for each in found]

    async def _caught_up(self, actor: Actor) -> Snapshot:
        """A fresh snapshot, once the actor has heard everything up to it, or should have long since."""
        deadline = self.stage.now() + CATCH_UP_SECONDS
        while True:
            snapshot = await self.fresh.fetch_snapshot(actor.person)
            heads = {user_stream(actor.person.id): snapshot.seq}
            heads |= {channel_stream(each.id): each.seq for each in snapshot.channels}
            if actor.state.positions == heads or self.stage.now() > deadline:
                return snapshot
            await asyncio.sleep(LOOK_SECONDS)

    async def send_again(self) -> int:
        """Every post that was given up is sent once more, and many that were acknowledged; how many."""
        people = {actor.person.id: actor.person for actor in self.actors}
        posts = [each for each in self.history.operations if each.kind is Kind.POST]
        open_posts = [each for each in posts if each.accepted is None and not each.refused]
        settled = [each for each in posts if each.accepted is not None]
        again = [*open_posts, *settled[::REPEATED]]
        for begin in range(0, len(again), AT_ONCE):
            sending = again[begin : begin + AT_ONCE]
            await asyncio.gather(
                *[self.fresh.send_again(people[operation.person], operation, self.stage) for operation in sending]
            )
        return len(again)

    async def fetch_logs(self) -> dict[str, list[AnyEvent]]:
        return {
            channel: await self.fresh.fetch_log(self.keeper.person, channel, self.history) for channel in self.channels
        }
