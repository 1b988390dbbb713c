"""Who lives on the bench's server: senders in rooms of four, and a crowd. Nobody has a password."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hubbub.bench.crowd import LoadError
from hubbub.protocol.batch import Batch
from hubbub.store.seed import seed_room
from hubbub.store.sqlite import open_store

ROOM: Final = 4


@dataclass(frozen=True, slots=True)
class People:
    """Guests are numbered: first `senders`, then the `crowd`, who have a channel of their own, then the `others`."""

    file: Path
    general: str
    crowd_channel: str
    senders: int
    crowd: int
    others: int


async def settle_people(folder: Path, *, senders: int, crowd: int, others: int) -> People:
    """Make `folder`/data and `folder`/people (a line `token home` each)."""
    (folder / "data").mkdir()
    store = await open_store(folder / "data", on_commit=_nobody_listens, clock=_now)
    try:
        rooms = [await seed_room(store, ROOM, name=f"room{number}") for number in range(senders // ROOM)]
        rooms.append(await seed_room(store, crowd, name="crowd"))
        rooms.append(await seed_room(store, others, name="others"))
        general = await store.channels.find_general()
    finally:
        await store.close()
    if general is None:
        raise LoadError("The new store has no channel that everyone joins.")
    path = folder / "people"
    path.touch(mode=0o600)
    path.write_text("".join(f"{user.token} {room.channel}\n" for room in rooms for user in room.users), "ascii")
    return People(path, general, rooms[-2].channel, senders, crowd, others)


def _nobody_listens(batches: Sequence[Batch]) -> None:
    pass


def _now() -> int:
    return time.time_ns() // 1_000_000
