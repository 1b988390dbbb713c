"""GET /api/channels/{channel}/days/{day}: where a day begins among the messages."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency as Given
from litestar.params import PathParameter, QueryParameter

from hubbub.domain.accounts import Session
from hubbub.http.problems import refusals
from hubbub.http.requests import Ulid
from hubbub.service.services import Services


class DayPlace(msgspec.Struct, frozen=True, kw_only=True):
    """`number`: of the first message on that day or after it; null when there is none."""

    number: int | None


@get(
    "/api/channels/{channel:str}/days/{day:str}",
    tags=["messages"],
    summary="The first message of a day",
    responses=refusals("bad_request", "no_such_channel"),
)
async def find_day(
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    day: Annotated[str, PathParameter(max_length=10, description="As 2026-11-03.")],
    zone: Annotated[
        str | None, QueryParameter(required=False, description="In which the day begins: an IANA name; UTC if none.")
    ] = None,
) -> DayPlace:
    """The message's number is its permalink, and what `around` takes."""
    return DayPlace(number=await services.channels.find_day(session, channel, day, zone))
