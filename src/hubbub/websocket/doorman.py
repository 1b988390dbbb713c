"""Whose socket it is, and where from: the session named by the cookie or, for programs, by a Bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from hubbub.config import Config
from hubbub.domain.accounts import Session
from hubbub.domain.proxies import forwarded_address, is_among, last_of
from hubbub.protocol.cursor import decode_cursor
from hubbub.service.sessions import SessionService
from hubbub.websocket.admission import Admission
from hubbub.websocket.endpoint import Endpoint
from hubbub.websocket.event_endpoint import Reader
from hubbub.websocket.handshake import RequestHead


@dataclass(frozen=True, slots=True)
class Doorman:
    sessions: SessionService
    endpoint: Endpoint
    admission: Admission
    config: Config

    async def authorize(self, head: RequestHead) -> Session:
        """Raises `not_logged_in`, `too_many_connections`, `shutting_down`, and `busy` when too many wait already."""
        self.admission.check()
        # Under https only the cookie that no other host can have set is believed (RFC 6265bis, section 4.1.3.2).
        name = "__Host-session" if self.is_secure(head) else "session"
        session = await self.sessions.authenticate(head.bearer() or head.cookie(name))
        self.endpoint.check_room(session)
        return session

    async def authorize_events(self, head: RequestHead) -> Reader:
        """The same for an event stream, with the positions it is to begin after."""
        session = await self.authorize(head)
        told = head.all("last-event-id") or parse_qs(head.query).get("cursor", [])
        return Reader(session, decode_cursor(told[0]) if told else None)

    def address_of(self, head: RequestHead) -> str:
        """The client's address; a proxy's word for it counts where the proxy is trusted."""
        networks = self.config.trusted_networks
        if not networks or not is_among(head.address, networks):
            return head.address
        return forwarded_address(",".join(head.all("x-forwarded-for")), networks) or head.address

    def is_secure(self, head: RequestHead) -> bool:
        """Whether the visitor came by https, a trusted proxy's word included."""
        if self.config.public_url:
            return self.config.public_url.startswith("https:")
        networks = self.config.trusted_networks
        if networks and is_among(head.address, networks):
            return last_of(",".join(head.all("x-forwarded-proto"))) == "https"
        return head.secure
