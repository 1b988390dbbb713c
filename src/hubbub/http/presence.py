"""Typing, presence and receipts over HTTP: what a socket command does for whoever has none."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency as Given
from litestar.params import QueryParameter

from hubbub.domain.accounts import Session
from hubbub.domain.ids import is_id
from hubbub.errors import Refused
from hubbub.http.problems import refusals
from hubbub.http.requests import Ulid
from hubbub.protocol.replies import Status
from hubbub.service.services import Services

MAX_IDS = 27_000  # characters: a thousand ULIDs and the commas, the most that `limits.presence_watch` can be


class PresenceList(msgspec.Struct, frozen=True, kw_only=True):
    """For each person asked for, whether they are there."""

    presence: dict[str, Status]


class PositionList(msgspec.Struct, frozen=True, kw_only=True):
    """For each member, the number of the newest message they have read; empty where there are too many members."""

    positions: dict[str, int]


@put(
    "/api/channels/{channel:str}/typing",
    status_code=204,
    tags=["presence"],
    summary="Say that one is writing",
    responses=refusals("no_such_channel", "not_a_member"),
)
async def start_typing(services: Given[Services], session: Given[Session], channel: Ulid) -> None:
    """To be repeated every `typing_seconds` / 2 while one is; posting in the channel ends it too."""
    await services.presence.start_typing(session, channel)


@delete(
    "/api/channels/{channel:str}/typing",
    status_code=204,
    tags=["presence"],
    summary="Say that one is writing no more",
    responses=refusals("no_such_channel", "not_a_member"),
)
async def stop_typing(services: Given[Services], session: Given[Session], channel: Ulid) -> None:
    await services.presence.stop_typing(session, channel)


@get(
    "/api/presence",
    tags=["presence"],
    summary="Who is there",
    responses=refusals("bad_request"),
)
async def fetch_presence(
    services: Given[Services],
    session: Given[Session],
    users: Annotated[str, QueryParameter(max_length=MAX_IDS, description="ULIDs, comma between.")],
) -> PresenceList:
    """At most `presence_watch` people at a time. Who is in no channel with the user looks offline.

    Being there oneself, being away, and being told of changes belong to a connection: the socket's, or the event
    stream's.
    """
    wanted = [id for id in users.split(",") if id]
    if not all(map(is_id, wanted)):
        raise Refused("bad_request", "users: one of them is no ULID.")
    return PresenceList(presence=await services.presence.fetch_presence(session, wanted))


@get(
    "/api/channels/{channel:str}/receipts",
    tags=["presence"],
    summary="How far members have read",
    responses=refusals("no_such_channel", "not_a_member"),
)
async def list_receipts(services: Given[Services], session: Given[Session], channel: Ulid) -> PositionList:
    """Nobody's where the channel has more than `receipt_members` members."""
    return PositionList(positions=await services.presence.fetch_positions(session, channel))
