"""Ending the sockets of a session, as the services ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.errors import CloseCode
from hubbub.hub.hub import Hub
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.endpoint import session_of
from hubbub.websocket.link import Link


@dataclass(frozen=True, slots=True)
class SessionSockets:
    hub: Hub[Link, Encoded]

    def end_session(self, user: str, session: bytes) -> None:
        """Close every socket of this session with 4001; its client does not come back without logging in."""
        for link in self.hub.links_of(user):
            if session_of(link).id == session:
                link.close(CloseCode.SESSION_ENDED, "session ended")
