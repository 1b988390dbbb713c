"""/api/channels/{channel}/messages/{number}/reactions/{emoji}."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar import delete, put
from litestar.di import NamedDependency as Given
from litestar.params import PathParameter

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Number, Ulid
from hubbub.service.services import Services

PATH = "/api/channels/{channel:str}/messages/{number:str}/reactions/{emoji:str}"
REFUSALS = refusals("no_such_channel", "no_such_message", "already_deleted", "bad_emoji", "too_many_reactions")

Emoji: TypeAlias = Annotated[str, PathParameter(max_length=64, description="One emoji, percent-encoded UTF-8.")]


@put(PATH, tags=["reactions"], summary="React to a message", responses=REFUSALS)
async def add_reaction(
    services: Given[Services], session: Given[Session], channel: Ulid, number: Number, emoji: Emoji
) -> Changed:
    return changed(await services.messages.add_reaction(session, channel, number, emoji))


@delete(PATH, status_code=200, tags=["reactions"], summary="Take a reaction back", responses=REFUSALS)
async def remove_reaction(
    services: Given[Services], session: Given[Session], channel: Ulid, number: Number, emoji: Emoji
) -> Changed:
    return changed(await services.messages.remove_reaction(session, channel, number, emoji))
