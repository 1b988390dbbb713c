"""A data folder with two years of a company's messages, made through the log's own functions."""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.case import Tell
from bench.cases.town import (
    AT_ONCE,
    NO_PASSWORD,
    Person,
    add_channels,
    add_messages,
    add_people,
    add_sessions,
    nobody_listens,
)
from bench.corpus import make_texts
from hubbub.domain.ids import new_id
from hubbub.domain.intents import PostMessage
from hubbub.store.sqlite import Store, open_store

PEOPLE: Final = 200
CHANNELS: Final = 50
MONTHS: Final = 24
MONTH_MS: Final = 2_629_800_000


@dataclass(frozen=True, slots=True)
class Company:
    """`tokens`: the sessions of its people, who are called member000000 and so on, and are all in every channel;
    `channels` by size, the largest first, called room0 and so on."""

    data: Path
    tokens: tuple[str, ...]
    channels: tuple[str, ...]
    messages: int

    @property
    def token(self) -> str:
        """Of somebody who reads everything."""
        return self.tokens[0]


def build_company(
    folder: Path, messages: int, tell: Tell, *, months: int = MONTHS, size: int = PEOPLE, rooms: int = CHANNELS
) -> Company:
    """Make `folder`/data, with `messages` spread evenly over the `months` until now and unevenly over the `rooms`.
    `size`: how many people there are. Nothing is indexed yet."""
    now = time.time_ns() // 1_000_000
    people = [Person(new_id(now), secrets.token_urlsafe(32)) for _ in range(size)]
    channels = tuple(new_id(now) for _ in range(rooms))
    (folder / "data").mkdir(parents=True)
    asyncio.run(_fill(folder / "data", people, channels, messages, (now - months * MONTH_MS, now), tell))
    return Company(folder / "data", tuple(person.token for person in people), channels, messages)


async def _fill(
    data: Path, people: Sequence[Person], channels: Sequence[str], messages: int, times: tuple[int, int], tell: Tell
) -> None:
    store = await open_store(data, on_commit=nobody_listens, clock=lambda: times[1], embedded_search=False)
    try:
        await store.writer.submit(add_people, (people, 0, NO_PASSWORD, times[0]))
        await store.writer.submit(add_sessions, (people, times[1]))
        rooms = [(f"room{number}", channel, people) for number, channel in enumerate(channels)]
        await store.writer.submit(add_channels, (rooms, times[0]))
        await _write(store, _draw(people, channels, messages, times), messages, tell)
    finally:
        await store.close()


async def _write(store: Store, posts: Iterator[PostMessage], messages: int, tell: Tell) -> None:
    written = 0
    while part := list(itertools.islice(posts, AT_ONCE)):
        await store.writer.submit(add_messages, part)
        written += len(part)
        if written % 100_000 == 0:
            tell(f"{written:,} of {messages:,} messages written")


def _draw(
    people: Sequence[Person], channels: Sequence[str], messages: int, times: tuple[int, int]
) -> Iterator[PostMessage]:
    """A few channels have most of the messages, as a few people wrote most of them."""
    lot = random.Random(0)
    authors = lot.choices(people, [1 / (rank + 1) for rank in range(len(people))], k=messages)
    places = lot.choices(channels, [1 / (rank + 1) for rank in range(len(channels))], k=messages)
    since, until = times
    for number, text in enumerate(itertools.islice(make_texts(), messages)):
        at = since + (until - since) * number // messages
        yield PostMessage(authors[number].id, places[number], text, None, at)
