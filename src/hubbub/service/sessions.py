"""Logging in and out. The cookie's token has 256 random bits; the store knows only its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.names import name_key
from hubbub.errors import Refused
from hubbub.service.accounts import Hasher
from hubbub.service.ports import Accounts, Clock, Sockets

TOKEN_BYTES = 32
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun: `token` goes to the client, once, and is kept nowhere else."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class SessionService:
    accounts: Accounts
    hasher: Hasher
    sockets: Sockets
    clock: Clock
    days: int

    async def log_in(self, name: str, password: str, old_token: str | None = None) -> NewSession:
        """A new session, and the end of the old one this client had (no session survives a log-in).

        Raises `wrong_credentials`, the same in words and time whether the name is known or not.
        """
        account = await self.accounts.fetch_account(name_key(name.strip()))
        known = account is not None and not account.disabled
        matches = await self.hasher.verify(account.password_hash if account and known else None, password)
        if account is None or not matches:
            raise Refused("wrong_credentials")
        if old_token:
            await self.log_out(old_token)
        return await self.begin(account.id)

    async def begin(self, user: str) -> NewSession:
        """A session for a user who has proven who they are."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self.clock()
        await self.accounts.create_session(session_id(token), user, at=now, expires_at=now + self.days * DAY_MS)
        session = await self.accounts.fetch_session(session_id(token), now=now)
        if session is None:
            raise Refused("wrong_credentials")  # disabled in this very moment
        return NewSession(token, session)

    async def authenticate(self, token: str | None) -> Session:
        """Whose token this is; raises `not_logged_in`."""
        if token and len(token) <= 4 * TOKEN_BYTES:
            session = await self.accounts.fetch_session(session_id(token), now=self.clock())
            if session is not None:
                return session
        raise Refused("not_logged_in")

    async def log_out(self, token: str) -> None:
        """End the session wherever it is open; an unknown token is already out."""
        session = await self.accounts.fetch_session(session_id(token), now=self.clock())
        if session is not None:
            await self.accounts.delete_session(session.id)
            self.sockets.end_session(session.user, session.id)


def session_id(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
