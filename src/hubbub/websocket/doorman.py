"""Whose socket it is: the session named by the cookie or, for programs, by a Bearer token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.service.sessions import SessionService
from hubbub.websocket.endpoint import Endpoint
from hubbub.websocket.handshake import RequestHead


@dataclass(frozen=True, slots=True)
class Doorman:
    """`is_secure` says whether the visitor came by https, a proxy's word included where it is to be believed."""

    sessions: SessionService
    endpoint: Endpoint
    is_secure: Callable[[RequestHead], bool]

    async def authorize(self, head: RequestHead) -> Session:
        """Raises `not_logged_in`, `too_many_connections`, `shutting_down`."""
        # Under https only the cookie that no other host can have set is believed (RFC 6265bis, section 4.1.3.2).
        name = "__Host-session" if self.is_secure(head) else "session"
        session = await self.sessions.authenticate(head.bearer() or head.cookie(name))
        self.endpoint.check_room(session)
        return session
