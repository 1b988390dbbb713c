"""/api/saved: messages one has saved for oneself."""

from __future__ import annotations

from litestar import delete, get, put
from litestar.di import NamedDependency as Given

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Number, OptionalNumber, Ulid
from hubbub.protocol.kept import SavedList
from hubbub.service.services import Services

PATH = "/api/saved/{channel:str}/{number:str}"


@get("/api/saved", tags=["saved"], summary="What one has saved", responses=refusals("bad_request"))
async def list_saved(services: Given[Services], session: Given[Session], before: OptionalNumber = None) -> SavedList:
    """A page, the newest first. `before`: the `next` of the page before it."""
    return await services.keeping.fetch_saved(session, before)


@put(
    PATH,
    tags=["saved"],
    summary="Save a message",
    responses=refusals("no_such_channel", "no_such_message", "already_deleted", "too_many_saved"),
)
async def save_message(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    return changed(await services.keeping.save_message(session, channel, number))


@delete(PATH, status_code=200, tags=["saved"], summary="Save a message no more", responses=refusals())
async def unsave_message(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    return changed(await services.keeping.unsave_message(session, channel, number))
