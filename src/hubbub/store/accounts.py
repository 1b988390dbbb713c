"""The port `Accounts` on SQLite: people and their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.domain.accounts import Account, Session
from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.protocol.events import UserView
from hubbub.store import writes
from hubbub.store.gathering import Gathering
from hubbub.store.ledger import Ledger
from hubbub.store.names import fetch_names
from hubbub.store.readers import Readers
from hubbub.store.schema import sessions, users
from hubbub.store.statements import compile_sql
from hubbub.store.writer import Writer

_ACCOUNT: Final = compile_sql(
    select(users.c.id, users.c.name, users.c.role, users.c.password_hash, users.c.disabled_at).where(
        users.c.name_key == bindparam("name_key")
    ),
    "name_key",
)
# Ids are no text, so that each_of does not take them; a place nobody needs holds NULL.
SESSIONS_AT_ONCE: Final = 16
_PLACES: Final = [f"session{number}" for number in range(SESSIONS_AT_ONCE)]
_SESSIONS: Final = compile_sql(
    select(sessions.c.id, users.c.id, users.c.name, users.c.role, sessions.c.expires_at)
    .select_from(sessions.join(users))
    .where(sessions.c.id.in_([bindparam(place) for place in _PLACES]))
    .where(users.c.disabled_at.is_(None)),
    *_PLACES,
)
_FOUND: Final = compile_sql(
    select(users.c.id, users.c.name)
    .where(users.c.name_key >= bindparam("first"), users.c.name_key < bindparam("beyond"))
    .where(users.c.disabled_at.is_(None))
    .order_by(users.c.name_key)
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "first",
    "beyond",
    "limit",
)
_COUNT: Final = compile_sql(select(literal("count(*)")).select_from(users))
# After every name that has the prefix; surrogates do not occur in names.
_LAST_CHARACTER: Final = "\U0010ffff"


class SqliteAccounts:
    """People and their sessions."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers
        self._sessions = Gathering(self._fetch_sessions, SESSIONS_AT_ONCE)

    async def fetch_account(self, name_key: str) -> Account | None:
        async with self._readers.statement() as reader:
            row = await reader.fetch_one(_ACCOUNT, (name_key,))
        if row is None:
            return None
        user, name, role, password_hash, disabled_at = row
        return Account(user, name, Role(role), password_hash, disabled_at is not None)

    async def fetch_users(self, ids: Sequence[str]) -> list[UserView]:
        """Those of `ids` that exist, in no particular order."""
        async with self._readers.statement() as reader:
            return await fetch_names(reader, ids)

    async def find_users(self, prefix_key: str, limit: int) -> list[UserView]:
        """People whose name begins so (by name key), in the order of their names."""
        async with self._readers.statement() as reader:
            rows = await reader.fetch_all(_FOUND, (prefix_key, prefix_key + _LAST_CHARACTER, limit))
        return [UserView(id=user, name=name) for user, name in rows]

    async def count_users(self) -> int:
        async with self._readers.statement() as reader:
            row = await reader.fetch_one(_COUNT)
        return int(row[0]) if row else 0

    async def create_session(self, session: bytes, user: str, *, at: int, expires_at: int) -> None:
        """Refused: `no_such_user`. The user's expired sessions go at the same time."""
        await self._writer.submit(_insert_session, (session, user, at, expires_at))

    async def fetch_session(self, session: bytes, *, now: int) -> Session | None:
        """None when unknown, expired, or its user disabled."""
        found = await self._sessions.fetch(session)
        return found if found is not None and found.expires_at > now else None

    async def _fetch_sessions(self, wanted: Sequence[bytes]) -> dict[bytes, Session]:
        places = [*wanted, *[None] * (SESSIONS_AT_ONCE - len(wanted))]
        async with self._readers.statement() as reader:
            rows = await reader.fetch_all(_SESSIONS, places)
        return {id_: Session(id_, user, name, Role(role), until) for id_, user, name, role, until in rows}

    async def delete_session(self, session: bytes) -> None:
        await self._writer.submit(_delete_session, session)

    async def delete_sessions_of(self, user: str, *, but: bytes | None = None) -> list[bytes]:
        """Delete the user's sessions (except `but`) and return their ids."""
        return await self._writer.submit(_delete_sessions, (user, but))


def _insert_session(ledger: Ledger, row: tuple[bytes, str, int, int]) -> None:
    _, user, at, _ = row
    state = ledger.find_user(user)
    if state is None or state.disabled:
        raise Refused("no_such_user")
    ledger.cursor.execute(writes.DELETE_EXPIRED, (user, at))
    ledger.cursor.execute(writes.INSERT_SESSION, row)


def _delete_session(ledger: Ledger, session: bytes) -> None:
    ledger.cursor.execute(writes.DELETE_SESSION, (session,))


def _delete_sessions(ledger: Ledger, wanted: tuple[str, bytes | None]) -> list[bytes]:
    user, but = wanted
    found = [row[0] for row in ledger.cursor.execute(writes.FIND_SESSIONS, (user,)) if row[0] != but]
    ledger.cursor.executemany(writes.DELETE_SESSION, [(session,) for session in found])
    return found
