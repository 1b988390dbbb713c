"""A data folder with many users, each with a session, all in the channel everyone joins: made through the store."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.build import BenchError
from hubbub.domain.ids import new_id
from hubbub.domain.intents import CreateUser
from hubbub.protocol.batch import Batch
from hubbub.service.sessions import session_id
from hubbub.store.sqlite import Store, open_store

AT_ONCE = 256
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Seeded:
    data: Path
    tokens: Path  # one session token a line, in the order of the users
    channel: str


def seed(folder: Path, users: int) -> Seeded:
    """Make `folder`/data and `folder`/tokens with `users` people. Nobody can log in by password: it is no hash."""
    tokens = [secrets.token_urlsafe(32) for _ in range(users)]
    (folder / "data").mkdir(parents=True)
    channel = asyncio.run(_fill(folder / "data", tokens))
    path = folder / "tokens"
    path.touch(mode=0o600)
    path.write_text("\n".join(tokens) + "\n", encoding="ascii")
    return Seeded(folder / "data", path, channel)


async def _fill(data: Path, tokens: Sequence[str]) -> str:
    store = await open_store(data, on_commit=_nobody_listens, clock=_now)
    try:
        for start in range(0, len(tokens), AT_ONCE):
            part = tokens[start : start + AT_ONCE]
            await asyncio.gather(*(_add(store, start + place, token) for place, token in enumerate(part)))
        channel = await store.channels.find_general()
        if channel is None:
            raise BenchError("The new store has no channel that everyone joins.")
        return channel
    finally:
        await store.close()


async def _add(store: Store, number: int, token: str) -> None:
    now = _now()
    user = new_id(now)
    await store.log.append(CreateUser(user=user, name=f"member{number:06}", password_hash="none", at=now))
    await store.accounts.create_session(session_id(token), user, at=now, expires_at=now + DAY_MS)


def _nobody_listens(batches: Sequence[Batch]) -> None:
    pass


def _now() -> int:
    return time.time_ns() // 1_000_000
