"""/api/channels/{channel}/pins: what is pinned in a channel."""

from __future__ import annotations

from litestar import delete, get, put
from litestar.di import NamedDependency as Given

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Number, Ulid
from hubbub.protocol.kept import PinList
from hubbub.service.services import Services

PATH = "/api/channels/{channel:str}/pins"


@get(PATH, tags=["pins"], summary="A channel's pinned messages", responses=refusals("no_such_channel"))
async def list_pins(services: Given[Services], session: Given[Session], channel: Ulid) -> PinList:
    """All of them, the newest pin first, as far as they are not deleted."""
    return await services.keeping.fetch_pins(session, channel)


@put(
    PATH + "/{number:str}",
    tags=["pins"],
    summary="Pin a message",
    responses=refusals("no_such_channel", "not_a_member", "no_such_message", "already_deleted", "too_many_pins"),
)
async def pin_message(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    return changed(await services.keeping.pin_message(session, channel, number))


@delete(
    PATH + "/{number:str}",
    status_code=200,
    tags=["pins"],
    summary="Take a pin away",
    responses=refusals("no_such_channel", "not_a_member", "no_such_message"),
)
async def unpin_message(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    return changed(await services.keeping.unpin_message(session, channel, number))
