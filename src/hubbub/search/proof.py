"""Prove that the search server's copy is the log: every event and message there once, as the log has it, and nothing
more.

Both sides are walked once, in one order, side by side, so that neither has to fit into memory. A document counts with
its index, its id, its version and all it holds: one in the wrong month, an old text, or a copy too many show.

The log is proven up to where it was when the walk began, and both go on meanwhile. What the copy has from behind that
is left out; anything else that differs is only suspected, and looked at again, in the log and in the copy as they are
then; what still differs is a problem. So however much is posted during the walk, few are suspected.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

import msgspec

from hubbub.domain.ids import channel_stream
from hubbub.protocol.feed import LoggedEvent, MessageState
from hubbub.search.bulk import Operation
from hubbub.search.client import Client
from hubbub.search.documents import make_event_operation, make_message_operation
from hubbub.search.template import FAMILIES, Family, Names

PAGE: Final = 1000
MAX_PROBLEMS: Final = 100
# More than this are not looked at again.
MAX_SUSPECTS: Final = 2000
_KEY: Final[dict[Family, tuple[str, str]]] = {"messages": ("channel", "number"), "events": ("stream", "seq")}
# A part that does not answer must not pass for one in which nothing is.
_WHOLE: Final = {"allow_partial_search_results": "false"}

Key: TypeAlias = tuple[str, int]
"""Channel and number, or stream and seq."""


class Piece(Protocol):
    @property
    def events(self) -> Sequence[LoggedEvent]: ...

    @property
    def messages(self) -> Sequence[MessageState]: ...


class Log(Protocol):
    """The log up to where it is when a walk begins; every method blocks, and raises `StoreError`,
    `archive_unavailable`."""

    def count(self) -> tuple[int, int]: ...

    def fetch_heads(self) -> dict[str, int]: ...

    def read(self) -> Iterator[Piece]: ...

    def refresh(self) -> None: ...

    def find_event(self, stream: str, seq: int) -> LoggedEvent | None: ...

    def find_message(self, channel: str, number: int) -> MessageState | None: ...


@dataclass(slots=True)
class Proof:
    """How many were compared, and where the copy is otherwise."""

    events: int = 0
    messages: int = 0
    problems: list[str] = field(default_factory=list)
    problem_count: int = 0

    @property
    def ok(self) -> bool:
        return self.problem_count == 0

    def add(self, problem: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


class _Walk:
    """The documents of one family, in the order of their keys, held against what there should be."""

    def __init__(self, client: Client, names: Names, family: Family, heads: Mapping[str, int] | None) -> None:
        """`heads`: the newest seq of each stream when the walk began; None: nothing comes behind them."""
        self._family = family
        self._heads = heads
        self._hits = fetch_all(client, names, family)
        self._next: dict[str, Any] | None = None
        self._begun = False
        self.suspects: dict[Key, str] = {}
        self.more = 0
        """Suspects too many."""

    async def expect(self, key: Key, operation: Operation) -> None:
        if not self._begun:
            self._begun = True
            await self._step()
        while self._next is not None and _key_of(self._next) < key:
            self._suspect_hit(self._next, "in no log")
            await self._step()
        if self._next is None or _key_of(self._next) > key:
            self._suspect(key, "missing")
            return
        if not is_same(self._next, operation):
            self._suspect_hit(self._next, "another")
        while (again := await self._step()) is not None and _key_of(again) == key:
            self._suspect(key, "there twice")

    async def end(self) -> None:
        if not self._begun:
            await self._step()
        while self._next is not None:
            self._suspect_hit(self._next, "in no log")
            await self._step()

    async def _step(self) -> dict[str, Any] | None:
        self._next = await anext(self._hits, None)
        return self._next

    def _suspect_hit(self, hit: dict[str, Any], why: str) -> None:
        """Unless what made it so came behind the heads: a message's version is the seq of its last change."""
        name, place = key = _key_of(hit)
        stream, seq = (name, place) if self._family == "events" else (channel_stream(name), int(hit["_version"]))
        if self._heads is None or seq <= self._heads.get(stream, 0):
            self._suspect(key, why)

    def _suspect(self, key: Key, why: str) -> None:
        if len(self.suspects) < MAX_SUSPECTS or key in self.suspects:
            self.suspects[key] = why
        else:
            self.more += 1


class Proving:
    """`settle`: returns when the copy may be expected to have all of the log as it is then; None: nothing is written
    meanwhile, and what differs does. `progress` is told how many events are done, of how many."""

    def __init__(
        self,
        client: Client,
        log: Log,
        names: Names,
        generation: int,
        *,
        settle: Callable[[], Awaitable[None]] | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._client = client
        self._log = log
        self._names = names
        self._generation = generation
        self._settle = settle
        self._progress = progress

    async def run(self, *, looks: int = 3) -> Proof:
        """Suspects are looked at up to so many times more. Raises as `Log`, and as `Client.request`."""
        proof = Proof()
        heads = await asyncio.to_thread(self._log.fetch_heads) if self._settle is not None else None
        walks: dict[Family, _Walk] = {family: _Walk(self._client, self._names, family, heads) for family in FAMILIES}
        await self._walk(walks, proof)
        for family, walk in walks.items():
            suspects = walk.suspects
            for _ in range(looks if self._settle is not None else 0):
                if suspects:
                    suspects = await self._look_again(family, suspects)
            for problem in tell(family, suspects):
                proof.add(problem)
            if walk.more:
                proof.add(f"{family}: {walk.more} more")
        return proof

    async def _walk(self, walks: dict[Family, _Walk], proof: Proof) -> None:
        total, _ = await asyncio.to_thread(self._log.count)
        pieces = self._log.read()
        while (piece := await asyncio.to_thread(self._take, pieces)) is not None:
            events, messages = piece
            for key, operation in events:
                await walks["events"].expect(key, operation)
            for key, operation in messages:
                await walks["messages"].expect(key, operation)
            proof.events += len(events)
            proof.messages += len(messages)
            self._progress(proof.events, total)
        for walk in walks.values():
            await walk.end()

    def _take(self, pieces: Iterator[Piece]) -> tuple[list[tuple[Key, Operation]], list[tuple[Key, Operation]]] | None:
        piece = next(pieces, None)
        if piece is None:
            return None
        events = [((event.stream, event.event.seq), self._make_event(event)) for event in piece.events]
        messages = [((state.line.channel, state.line.number), self._make_message(state)) for state in piece.messages]
        return events, messages

    def _make_event(self, event: LoggedEvent) -> Operation:
        return make_event_operation(event, self._names, self._generation)

    def _make_message(self, state: MessageState) -> Operation:
        return make_message_operation(state, self._names, self._generation)

    async def _look_again(self, family: Family, suspects: dict[Key, str]) -> dict[Key, str]:
        """Those that differ still."""
        assert self._settle is not None
        await asyncio.to_thread(self._log.refresh)
        expected = await asyncio.to_thread(lambda: {key: self._find(family, key) for key in sorted(suspects)})
        await self._settle()
        await self._client.request("POST", f"/{self._names.alias(family)}/_refresh", missing=True, seconds=60.0)
        return {key: why for key, why in suspects.items() if not await self._is_right(family, key, expected[key])}

    def _find(self, family: Family, key: Key) -> Operation | None:
        if family == "events":
            event = self._log.find_event(*key)
            return self._make_event(event) if event is not None else None
        state = self._log.find_message(*key)
        return self._make_message(state) if state is not None else None

    async def _is_right(self, family: Family, key: Key, operation: Operation | None) -> bool:
        terms = [{"term": {name: value}} for name, value in zip(_KEY[family], key, strict=True)]
        body = {"query": {"bool": {"filter": terms}}, "version": True, "size": 10}
        path = f"/{self._names.alias(family)}/_search"
        answer = await self._client.request("POST", path, body=body, params=_WHOLE, missing=True)
        hits: list[dict[str, Any]] = answer["hits"]["hits"] if "hits" in answer else []
        if operation is None:
            return not hits
        return len(hits) == 1 and is_same(hits[0], operation)


def is_same(hit: dict[str, Any], operation: Operation) -> bool:
    target = msgspec.json.decode(operation.head)["index"]
    place = (target["_index"], target["_id"], target["version"])
    return (hit["_index"], hit["_id"], hit["_version"]) == place and hit["_source"] == msgspec.json.decode(
        operation.source
    )


def tell(family: Family, suspects: dict[Key, str]) -> Iterable[str]:
    """A line for each stream and kind of difference."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for (name, place), why in suspects.items():
        kinds.setdefault((name, why), []).append(place)
    for (name, why), places in sorted(kinds.items()):
        stream = name if family == "events" or not name else channel_stream(name)
        what = f"{places[0]} is" if len(places) == 1 else f"{len(places)} (the first is {places[0]}) are"
        yield f"search server: {family} of {stream}: {what} {why}"


def _key_of(hit: dict[str, Any]) -> Key:
    name, place, *_ = hit["sort"]
    return str(name), int(place)


async def fetch_all(client: Client, names: Names, family: Family) -> AsyncIterator[dict[str, Any]]:
    """Every document that readers see, with index, id and version, in the order of the keys."""
    await client.request("POST", f"/{names.alias(family)}/_refresh", missing=True, seconds=60.0)
    order: list[dict[str, Any]] = [{name: "asc"} for name in _KEY[family]]
    body: dict[str, Any] = {
        "size": PAGE,
        "version": True,
        "sort": [*order, {"_index": "asc"}],
        "track_total_hits": False,
    }
    path = f"/{names.alias(family)}/_search"
    while True:
        answer = await client.request("POST", path, body=body, params=_WHOLE, seconds=60.0, missing=True)
        hits: list[dict[str, Any]] = answer["hits"]["hits"] if "hits" in answer else []
        for hit in hits:
            yield hit
        if not hits:
            return
        body["search_after"] = hits[-1]["sort"]
