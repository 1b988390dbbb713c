"""/api/channels/{channel}/messages/{number}/previews."""

from __future__ import annotations

from litestar import delete
from litestar.di import NamedDependency as Given

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Number, Ulid
from hubbub.service.services import Services

PATH = "/api/channels/{channel:str}/messages/{number:str}/previews"
REFUSALS = refusals("no_such_channel", "not_a_member", "no_such_message", "not_yours", "already_deleted")


@delete(PATH, status_code=200, tags=["messages"], summary="Take a message's link previews away", responses=REFUSALS)
async def remove_previews(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    return changed(await services.messages.remove_previews(session, channel, number))
