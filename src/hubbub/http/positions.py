"""PUT /api/channels/{channel}/position: how far one has read."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import put
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, Ulid
from hubbub.service.services import Services


class NewPosition(Body, frozen=True, kw_only=True):
    """Read up to this message; 0 for nothing, lower than before to mark as unread."""

    number: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


@put(
    "/api/channels/{channel:str}/position",
    tags=["positions"],
    summary="Say how far one has read",
    responses=refusals("no_such_channel", "not_a_member"),
)
async def set_position(
    services: Given[Services], session: Given[Session], channel: Ulid, data: JSONBody[NewPosition]
) -> Changed:
    return changed(await services.messages.set_position(session, channel, data.number))
