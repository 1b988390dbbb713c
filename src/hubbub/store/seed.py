"""Many users in one channel at once, for load tests: through the log's own functions, so that `verify` stays clean.

No password: their hash is one nothing matches. Invitations and limits of rates do not apply.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from hubbub.domain.ids import new_id
from hubbub.domain.intents import AddMember, CreateChannel, CreateUser
from hubbub.store import writes
from hubbub.store.apply import apply_intent
from hubbub.store.ledger import Ledger
from hubbub.store.sqlite import Store

NO_PASSWORD: Final = "!"
SESSION_MS: Final = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class SeededUser:
    """`token` is what the cookie `session`, or `Authorization: Bearer`, carries."""

    id: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class SeededRoom:
    """`channel` has all `users` as members; the first of them made it."""

    channel: str
    users: list[SeededUser]


async def seed_room(store: Store, users: int, *, name: str = "load", private: bool = False) -> SeededRoom:
    """Make `users` users with a session each, in one new channel, in one transaction.

    Names are `<name>-1`, `<name>-2` …, so seeding twice needs two names. All are in `general` too, as everybody is.
    Raises `Refused` as the intents do (`name_taken`).
    """
    now = store.clock()
    people = [SeededUser(new_id(now), f"{name}-{i}", secrets.token_urlsafe(32)) for i in range(1, users + 1)]
    room = SeededRoom(new_id(now), people)
    await store.writer.submit(_seed, (room, name, private, now))
    return room


def _seed(ledger: Ledger, wanted: tuple[SeededRoom, str, bool, int]) -> None:
    room, name, private, now = wanted
    for person in room.users:
        apply_intent(ledger, CreateUser(person.id, person.name, NO_PASSWORD, now))
        session = hashlib.sha256(person.token.encode()).digest()
        ledger.cursor.execute(writes.INSERT_SESSION, (session, person.id, now, now + SESSION_MS))
    maker = room.users[0].id
    apply_intent(ledger, CreateChannel(maker, room.channel, name, "", private, now))
    for person in room.users[1:]:
        apply_intent(ledger, AddMember(maker, room.channel, person.id, now))
