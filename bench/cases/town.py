"""A data folder with people in it, made through the log's own functions, so that `hubbub verify` finds nothing wrong.

Everybody is in the common channel (`general`), and in one that only a few share: their home. A person may be in many
more channels, and the common one may have history.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.build import BenchError
from hubbub.domain.ids import new_id
from hubbub.domain.intents import AddMember, CreateChannel, CreateUser, PostMessage
from hubbub.protocol.batch import Batch
from hubbub.store import writes
from hubbub.store.apply import apply_intent
from hubbub.store.ledger import Ledger
from hubbub.store.sqlite import Store, open_store

DAY_MS: Final = 86_400_000
AT_ONCE: Final = 2000  # in one transaction
NO_PASSWORD: Final = "!"


@dataclass(frozen=True, slots=True)
class Plan:
    """`home`: people who share one (0: there are none). `channels`: how many each is in besides, out of twice as many,
    drawn by lot, so that no two have the same. `history`: messages in the common channel. `password_hash`: of
    everybody; none matches unless given."""

    users: int
    home: int = 4
    channels: int = 0
    history: int = 0
    password_hash: str = NO_PASSWORD


@dataclass(frozen=True, slots=True)
class Town:
    """`people`: a file of lines `token home`, in the order of the users, who are called member000000 and so on."""

    data: Path
    people: Path
    common: str
    users: int
    first: str  # the first person's session token


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    token: str


def build_town(folder: Path, plan: Plan) -> Town:
    """Make `folder`/data and `folder`/people. Raises `BenchError` when the new store is not as expected."""
    now = time.time_ns() // 1_000_000
    people = [Person(new_id(now), secrets.token_urlsafe(32)) for _ in range(plan.users)]
    homes = [new_id(now) for _ in range(0, plan.users, plan.home)] if plan.home else []
    (folder / "data").mkdir(parents=True)
    common = asyncio.run(_fill(folder / "data", plan, people, homes, now))
    path = folder / "people"
    path.touch(mode=0o600)
    lines = (
        f"{person.token} {homes[place // plan.home] if homes else common}\n" for place, person in enumerate(people)
    )
    path.write_text("".join(lines), encoding="ascii")
    return Town(folder / "data", path, common, plan.users, people[0].token)


async def _fill(data: Path, plan: Plan, people: Sequence[Person], homes: Sequence[str], now: int) -> str:
    store = await open_store(data, on_commit=nobody_listens, clock=lambda: now)
    try:
        for start in range(0, len(people), AT_ONCE):
            part = people[start : start + AT_ONCE]
            await store.writer.submit(add_people, (part, start, plan.password_hash, now))
            await store.writer.submit(add_sessions, (part, now))
        for start in range(0, len(homes), AT_ONCE):
            groups = [
                (f"home{number}", homes[number], people[number * plan.home : (number + 1) * plan.home])
                for number in range(start, min(start + AT_ONCE, len(homes)))
            ]
            await store.writer.submit(add_channels, (groups, now))
        for number, members in enumerate(_draw_members(people, plan.channels)):
            await store.writer.submit(add_channels, ([(f"channel{number}", new_id(now), members)], now))
        common = await store.channels.find_general()
        if common is None:
            raise BenchError("The new store has no channel that everyone joins.")
        await _write_history(store, people, common, plan.history, now)
        return common
    finally:
        await store.close()


def _draw_members(people: Sequence[Person], each: int) -> list[list[Person]]:
    """Who is in which channel, when everybody is in `each`; the same draw every time."""
    lot = random.Random(0)
    channels: list[list[Person]] = [[] for _ in range(2 * each)]
    for person in people:
        for number in lot.sample(range(2 * each), each):
            channels[number].append(person)
    return [members for members in channels if members]


def add_people(ledger: Ledger, wanted: tuple[Sequence[Person], int, str, int]) -> None:
    people, start, password_hash, now = wanted
    for number, person in enumerate(people, start):
        apply_intent(ledger, CreateUser(person.id, f"member{number:06}", password_hash, now))


def add_sessions(ledger: Ledger, wanted: tuple[Sequence[Person], int]) -> None:
    """From `now` for a day."""
    people, now = wanted
    for person in people:
        session = hashlib.sha256(person.token.encode()).digest()
        ledger.cursor.execute(writes.INSERT_SESSION, (session, person.id, now, now + DAY_MS))


def add_channels(ledger: Ledger, wanted: tuple[Sequence[tuple[str, str, Sequence[Person]]], int]) -> None:
    groups, now = wanted
    for name, channel, people in groups:
        maker = people[0].id
        apply_intent(ledger, CreateChannel(maker, channel, name, "", False, now))
        for person in people[1:]:
            apply_intent(ledger, AddMember(maker, channel, person.id, now))


async def _write_history(store: Store, people: Sequence[Person], common: str, count: int, now: int) -> None:
    for start in range(0, count, AT_ONCE):
        part = list(_messages(people, common, range(start, min(start + AT_ONCE, count)), now))
        await store.writer.submit(add_messages, part)


def _messages(people: Sequence[Person], common: str, numbers: range, now: int) -> Iterator[PostMessage]:
    for number in numbers:
        text = f"Message {number} of the history: the quick brown fox jumps over the lazy dog, **again**, :tada:"
        yield PostMessage(people[number % min(10, len(people))].id, common, text, None, now)


def add_messages(ledger: Ledger, intents: Sequence[PostMessage]) -> None:
    for intent in intents:
        apply_intent(ledger, intent)


def nobody_listens(batches: Sequence[Batch]) -> None:
    pass
