"""POST /api/events/cursor: positions as a cursor, for a first GET /api/events?cursor=… (an EventSource sends no body).

GET /api/events itself is no route of ours: its connection leaves the HTTP server, as a WebSocket does. Here it is only
described.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.errors import Refused
from hubbub.http.problems import refusals
from hubbub.http.requests import Body
from hubbub.protocol.cursor import CURSOR_CHARACTERS, encode_cursor

Position = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Positions(Body, frozen=True, kw_only=True):
    """The same as in hello: the last seq of each stream, and the epoch these belong to."""

    epoch: str
    streams: dict[str, Position]


class NewCursor(msgspec.Struct, frozen=True, kw_only=True):
    cursor: str


@post(
    "/api/events/cursor",
    status_code=200,
    tags=["events"],
    summary="Positions as a cursor",
    responses=refusals("not_logged_in", "too_large"),
)
async def make_cursor(session: Given[Session], data: JSONBody[Positions]) -> NewCursor:
    """For `GET /api/events?cursor=…`, which then begins after these positions."""
    cursor = encode_cursor(session.user, data.epoch, data.streams)
    if len(cursor) > CURSOR_CHARACTERS:
        raise Refused("too_large", "These are more streams than anybody can hear.")
    return NewCursor(cursor=cursor)


PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
DESCRIPTION: Final = {
    "/api/events": {
        "get": {
            "tags": ["events"],
            "summary": "Everything one hears, as server-sent events",
            "description": (
                "What the socket sends, for where a proxy lets no WebSocket through; commands are requests then. See "
                "the protocol's reference. `Last-Event-ID` comes before `cursor`."
            ),
            "operationId": "stream_events",
            "parameters": [
                {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
                {"name": "Last-Event-ID", "in": "header", "required": False, "schema": {"type": "string"}},
            ],
            "responses": {
                "200": {
                    "description": "One frame an event, until one side ends it.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}}},
                },
                "401": {"description": "`not_logged_in`", "content": PROBLEM},
                "403": {"description": "`foreign_origin`", "content": PROBLEM},
                "503": {"description": "`busy`, `too_many_connections`, `shutting_down`", "content": PROBLEM},
            },
        }
    }
}
"""What OpenAPI says of GET /api/events."""
