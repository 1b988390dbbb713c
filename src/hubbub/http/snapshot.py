"""What pages show: everything (GET /api/snapshot), or one room alone for a page that has the rest."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency as Given

from hubbub.domain.accounts import Session
from hubbub.errors import Refused
from hubbub.http.problems import refusals
from hubbub.http.requests import OptionalNumber, OptionalUlid, Ulid
from hubbub.protocol.replies import RoomView, Snapshot
from hubbub.service.services import Services


@get(
    "/api/snapshot",
    tags=["snapshot"],
    summary="Everything a page shows",
    responses=refusals("bad_request", "not_logged_in", "no_such_channel"),
)
async def fetch_snapshot(
    services: Given[Services],
    session: Given[Session],
    channel: OptionalUlid = None,
    around: OptionalNumber = None,
) -> Snapshot:
    """With `channel` that room is in it too: its newest lines, or those around the message numbered `around`."""
    if around is not None and channel is None:
        raise Refused("bad_request", "around: give the channel too.")
    return await services.channels.fetch_snapshot(session, channel, around)


@get(
    "/api/channels/{channel:str}/room",
    tags=["snapshot"],
    summary="One channel opened",
    responses=refusals("bad_request", "not_logged_in", "no_such_channel", "no_such_message"),
)
async def fetch_room(
    services: Given[Services], session: Given[Session], channel: Ulid, around: OptionalNumber = None
) -> RoomView:
    """As `room` in the snapshot, without the other channels: to go from room to room. Its newest lines, or those around
    the message numbered `around`."""
    return await services.channels.fetch_room(session, channel, around)
