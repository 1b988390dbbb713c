"""The endpoint of GET /api/events: its reader is greeted at once, with what a hello would have said in the request."""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.errors import CloseCode, Refused
from hubbub.protocol.commands import Hello
from hubbub.protocol.cursor import Cursor
from hubbub.service.ports import Clock
from hubbub.telemetry import connection_context, get_logger
from hubbub.websocket.endpoint import Endpoint, Spawn, session_of
from hubbub.websocket.greeting import Greeter
from hubbub.websocket.link import Handler, Link


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opens an event stream, and after which positions it is to begin; None: at the heads."""

    session: Session
    cursor: Cursor | None


class EventEndpoint(Handler):
    def __init__(self, endpoint: Endpoint, greeter: Greeter, *, clock: Clock, spawn: Spawn) -> None:
        self._endpoint = endpoint
        self._greeter = greeter
        self._clock = clock
        self._spawn = spawn
        self._logger = get_logger(__name__)
        self.open = 0
        """Event streams that are open now."""

    def on_open(self, link: Link) -> None:
        reader = link.session
        assert isinstance(reader, Reader)
        link.session = reader.session
        self.open += 1
        self._endpoint.on_open(link)
        self._spawn(self._greet(link, reader))

    def on_walk(self, link: Link) -> None:
        """Nobody sends a command here, at which a session would be found to have expired."""
        if session_of(link).expires_at <= self._clock():
            link.close(CloseCode.SESSION_ENDED, "session expired")

    def on_close(self, link: Link, code: int) -> None:
        self.open -= 1
        self._endpoint.on_close(link, code)

    def sizes(self) -> dict[str, int]:
        """For metrics and tests."""
        return {"event_streams": self.open}

    async def _greet(self, link: Link, reader: Reader) -> None:
        with connection_context(str(link.id)):
            try:
                await self._greeter.greet(link, reader.session, reader.cursor or Hello())
            except Refused as refused:
                if refused.code != "busy":
                    self._logger.warning("an event stream was not begun", user=reader.session.user, code=refused.code)
                link.close(CloseCode.TRY_AGAIN_LATER, refused.code)
            except Exception:
                self._logger.exception("an event stream failed", user=reader.session.user)
                link.close(CloseCode.INTERNAL, "internal error")
