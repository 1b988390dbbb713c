"""Logging in and out. The cookie's token has 256 random bits; the store knows only its SHA-256.

Invariants:
- `authenticate` answers for this very moment of the loop: no ending that was carried out before, even while the store
  was being asked, is missed. Whoever registers what they open before they wait again is closed by a later ending.
- What is remembered of sessions is forgotten in the same moment in which they end.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from hubbub.domain.accounts import Session
from hubbub.domain.names import name_key
from hubbub.errors import Refused
from hubbub.service.accounts import Hasher
from hubbub.service.ports import Accounts, Clock, Sockets

TOKEN_BYTES = 32
DAY_MS = 86_400_000
# A page asks several things in a row, and a cut socket comes back; beyond these the store is fast enough.
REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun: `token` goes to the client, once, and is kept nowhere else."""

    token: str
    session: Session


@dataclass(slots=True)
class Remembered:
    """The sessions last asked for; `endings` counts those that have ended since the start."""

    sessions: OrderedDict[bytes, Session] = field(default_factory=OrderedDict)
    endings: int = 0

    def find(self, session: bytes, now: int) -> Session | None:
        known = self.sessions.get(session)
        if known is None or known.expires_at <= now:
            return None
        self.sessions.move_to_end(session)
        return known

    def add(self, session: Session) -> None:
        self.sessions[session.id] = session
        if len(self.sessions) > REMEMBERED:
            self.sessions.popitem(last=False)

    def end(self, session: bytes) -> None:
        self.endings += 1
        self.sessions.pop(session, None)


@dataclass(frozen=True, slots=True)
class SessionService:
    accounts: Accounts
    hasher: Hasher
    sockets: Sockets
    clock: Clock
    days: int
    remembered: Remembered = field(default_factory=Remembered)

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
        session = None
        if token and len(token) <= 4 * TOKEN_BYTES:
            id_ = session_id(token)
            session = self.remembered.find(id_, self.clock()) or await self._fetch(id_)
        if session is None:
            raise Refused("not_logged_in")
        return session

    async def _fetch(self, session: bytes) -> Session | None:
        """What the store says, asked again while sessions end meanwhile: it may have been asked before the ending."""
        while True:
            endings = self.remembered.endings
            found = await self.accounts.fetch_session(session, now=self.clock())
            if self.remembered.endings == endings:
                break
        if found is not None:
            self.remembered.add(found)
        return found

    async def log_out(self, token: str) -> None:
        """End the session wherever it is open; an unknown token is already out."""
        session = await self.accounts.fetch_session(session_id(token), now=self.clock())
        if session is not None:
            await self.accounts.delete_session(session.id)
            self.remembered.end(session.id)
            self.sockets.end_session(session.user, session.id)


def session_id(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
