"""A data folder with many users, each with a session, made through the store: all in the channel that everyone joins,
or spread over many channels."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.build import BenchError
from hubbub.domain.ids import new_id
from hubbub.domain.intents import AddMember, CreateChannel, CreateUser
from hubbub.protocol.batch import Batch
from hubbub.service.sessions import session_id
from hubbub.store.sqlite import Store, open_store

AT_ONCE = 256
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Seeded:
    """`tokens`, `channels`: files of session tokens and of channels' ids, one a line, in their order. `seats`: a file
    with the numbers of the channels of one user a line; None: all are in the first."""

    data: Path
    tokens: Path
    channels: Path
    channel: str  # the first one's id
    seats: Path | None = None


def seed(folder: Path, users: int, seats: Sequence[Sequence[int]] | None = None) -> Seeded:
    """Make `folder`/data with `users` people, and the files beside it. Nobody can log in by password: it is no hash.

    `seats`: the numbers of the channels each person is in, from 0 without a gap, besides the one everyone joins.
    """
    tokens = [secrets.token_urlsafe(32) for _ in range(users)]
    (folder / "data").mkdir(parents=True)
    channels = asyncio.run(_fill(folder / "data", tokens, seats))
    (folder / "tokens").touch(mode=0o600)
    for name, lines in (("tokens", tokens), ("channels", channels)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="ascii")
    if seats is not None:
        (folder / "seats").write_text("".join(" ".join(map(str, one)) + "\n" for one in seats), encoding="ascii")
    return Seeded(
        folder / "data",
        folder / "tokens",
        folder / "channels",
        channels[0],
        folder / "seats" if seats is not None else None,
    )


async def _fill(data: Path, tokens: Sequence[str], seats: Sequence[Sequence[int]] | None) -> list[str]:
    store = await open_store(data, on_commit=_nobody_listens, clock=_now)
    try:
        users = await _all(_add_user(store, number, token) for number, token in enumerate(tokens))
        if seats is not None:
            return await _add_channels(store, users, seats)
        channel = await store.channels.find_general()
        if channel is None:
            raise BenchError("The new store has no channel that everyone joins.")
        return [channel]
    finally:
        await store.close()


async def _add_user(store: Store, number: int, token: str) -> str:
    now = _now()
    user = new_id(now)
    await store.log.append(CreateUser(user=user, name=f"member{number:06}", password_hash="none", at=now))
    await store.accounts.create_session(session_id(token), user, at=now, expires_at=now + DAY_MS)
    return user


async def _add_channels(store: Store, users: Sequence[str], seats: Sequence[Sequence[int]]) -> list[str]:
    members: dict[int, list[str]] = {}
    for user, numbers in zip(users, seats, strict=True):
        for number in numbers:
            members.setdefault(number, []).append(user)
    return await _all(_add_channel(store, number, members[number]) for number in range(len(members)))


async def _add_channel(store: Store, number: int, members: Sequence[str]) -> str:
    now = _now()
    channel = new_id(now)
    await store.log.append(CreateChannel(members[0], channel, f"channel{number:04}", "", False, now))
    for member in members[1:]:
        await store.log.append(AddMember(member, channel, member, now))
    return channel


async def _all(wanted: Iterable[Awaitable[str]]) -> list[str]:
    """The answers in order, a bounded number of them awaited at once, so that commits are shared."""
    answers: list[str] = []
    for part in _parts(wanted):
        answers += await asyncio.gather(*part)
    return answers


def _parts(wanted: Iterable[Awaitable[str]]) -> Iterator[list[Awaitable[str]]]:
    rest = iter(wanted)
    while part := list(itertools.islice(rest, AT_ONCE)):
        yield part


def _nobody_listens(batches: Sequence[Batch]) -> None:
    pass


def _now() -> int:
    return time.time_ns() // 1_000_000
