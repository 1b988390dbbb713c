"""Prove that the search server's copy is the log: for each stream as many documents, the same ones, nothing twice.

Both sides are walked once and reduced to a count and a sum of hashes for each family and stream, so that neither has to
fit into memory. A document counts with its index, its id, its version and all it holds: one in the wrong month, an old
text, or a copy too many show.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from hubbub.domain.ids import channel_stream
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.feed import Mark
from hubbub.search.bulk import Operation
from hubbub.search.client import Client
from hubbub.search.copier import Feed
from hubbub.search.documents import make_event_operation, make_message_operation
from hubbub.search.template import FAMILIES, Family, Names

PAGE: Final = 1000
MAX_PROBLEMS: Final = 100
_MODULUS: Final = 1 << 128
_ORDER: Final[dict[Family, list[str]]] = {"messages": ["channel", "number"], "events": ["stream", "seq"]}

Side: TypeAlias = "dict[tuple[Family, str], Sum]"


@dataclass(slots=True)
class Sum:
    """A count, and a hash in which the order does not matter."""

    count: int = 0
    total: int = 0

    def add(self, index: str, id: str, version: int, source: object) -> None:
        content = msgspec.json.encode([index, id, version, source], order="sorted")
        self.count += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(content).digest()[:16])) % _MODULUS


@dataclass(slots=True)
class Proof:
    """What the log says should be there, and each stream in which it is otherwise."""

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


async def prove(client: Client, feed: Feed, names: Names, generation: int) -> Proof:
    """Compare all of the log with all that readers see. What is written meanwhile shows as a difference.

    Raises `StoreError`, and as `Client.request`.
    """
    expected = sum_up_log(feed, names, generation)
    found: Side = defaultdict(Sum)
    for family in FAMILIES:
        async for hit in fetch_all(client, names, family):
            source = hit["_source"]
            stream = source["stream"] if family == "events" else channel_stream(source["channel"])
            found[family, stream].add(hit["_index"], hit["_id"], hit["_version"], source)
    proof = Proof()
    for (family, _), side in expected.items():
        if family == "events":
            proof.events += side.count
        else:
            proof.messages += side.count
    for family, stream in sorted(expected.keys() | found.keys()):
        one, other = expected.get((family, stream), Sum()), found.get((family, stream), Sum())
        if one.count != other.count:
            proof.add(f"{family} of {stream}: the log has {one.count}, the search server {other.count}")
        elif one != other:
            proof.add(f"{family} of {stream}: the same number, but not the same")
    return proof


def sum_up_log(feed: Feed, names: Names, generation: int, progress: Callable[[int], None] | None = None) -> Side:
    """What there should be. Blocks. `progress` is told how many events are behind."""
    side: Side = defaultdict(Sum)
    after: Mark | None = None
    while not (piece := feed.read(after, PAGE)).empty:
        states = {(state.line.channel, state.line.number): state for state in piece.messages}
        for logged in piece.events:
            _count(side["events", logged.stream], make_event_operation(logged, names, generation))
            event = logged.event
            if isinstance(event, MessagePosted):
                state = states[event.channel, event.number]
                _count(side["messages", logged.stream], make_message_operation(state, names, generation))
        after = piece.mark
        if progress:
            progress(piece.behind)
    return side


def _count(side: Sum, operation: Operation) -> None:
    target = msgspec.json.decode(operation.head)["index"]
    side.add(target["_index"], target["_id"], target["version"], msgspec.json.decode(operation.source))


async def fetch_all(client: Client, names: Names, family: Family) -> AsyncIterator[dict[str, Any]]:
    """Every document that readers see, with index, id and version."""
    await client.request("POST", f"/{names.alias(family)}/_refresh")
    body: dict[str, Any] = {
        "size": PAGE,
        "version": True,
        "sort": [{field: "asc"} for field in _ORDER[family]] + [{"_index": "asc"}],
        "track_total_hits": False,
    }
    while True:
        answer = await client.request("POST", f"/{names.alias(family)}/_search", body=body, params=_WHOLE, seconds=60.0)
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        for hit in hits:
            yield hit
        if not hits:
            return
        body["search_after"] = hits[-1]["sort"]


# A part that does not answer must not pass for one in which nothing is.
_WHOLE: Final = {"allow_partial_search_results": "false"}
