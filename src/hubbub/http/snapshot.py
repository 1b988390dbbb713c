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
    thread: OptionalNumber = None,
) -> Snapshot:
    """With `channel` that room is in it too: its newest lines, or those around the message numbered `around`. With
    `thread`, the thread of that message too, or around that reply. Where `around` is a reply, its thread is opened
    around it, and the room around the message that hangs on."""
    if channel is None and (around is not None or thread is not None):
        raise Refused("bad_request", "around, thread: give the channel too.")
    return await services.channels.fetch_snapshot(session, channel, around, thread)


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
    the message numbered `around`: of a reply, those it was said between."""
    return await services.channels.fetch_room(session, channel, around)
