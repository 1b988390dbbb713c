"""People: registering, looking up. Passwords are hashed with argon2id on threads of their own, never on the loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hubbub.domain.accounts import Session
from hubbub.domain.ids import new_id
from hubbub.domain.intents import CreateUser
from hubbub.domain.names import check_user_name, name_key
from hubbub.domain.roles import Role
from hubbub.domain.texts import check_password
from hubbub.errors import Refused
from hubbub.protocol.events import UserView
from hubbub.service.ports import Accounts, Clock, Log

MAX_LOOKED_UP = 100


class Hasher(Protocol):
    """Password hashing that does not block the loop; `busy` when too many are waiting."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it matches; None takes as long and is False."""
        ...


@dataclass(frozen=True, slots=True)
class AccountService:
    """`open_registration` false: only an administrator's command makes accounts (invitations come later)."""

    log: Log
    accounts: Accounts
    hasher: Hasher
    clock: Clock
    open_registration: bool

    async def register(self, name: str, password: str) -> UserView:
        """A new account by its owner-to-be. The first one on a server may always be made: somebody has to.

        Raises `registration_closed`, `bad_name`, `bad_password`, `name_taken`.
        """
        if not self.open_registration and await self.accounts.count_users():
            raise Refused("registration_closed")
        return await self.create(name, password)

    async def create(self, name: str, password: str, role: Role | None = None) -> UserView:
        """An account made by whoever runs the server; raises as `register`, but is never closed."""
        name = check_user_name(name)
        check_password(password, name)
        if await self.accounts.fetch_account(name_key(name)):  # before the expensive part; the log decides
            raise Refused("name_taken")
        hashed = await self.hasher.hash(password)
        at = self.clock()
        user = new_id(at)
        await self.log.append(CreateUser(user, name, hashed, at, role))
        return UserView(id=user, name=name)

    async def fetch_users(self, session: Session, ids: Sequence[str]) -> list[UserView]:
        """Names for ids; those not known are left out. At most 100 at a time (`bad_request`)."""
        if len(ids) > MAX_LOOKED_UP:
            raise Refused("bad_request", f"At most {MAX_LOOKED_UP} ids at a time.")
        return await self.accounts.fetch_users(ids)

    async def find_users(self, session: Session, prefix: str, limit: int = 20) -> list[UserView]:
        return await self.accounts.find_users(name_key(prefix.strip()), max(1, min(limit, MAX_LOOKED_UP)))
