"""GET /api/channels/{channel}/events: the log itself, as it was written."""

from __future__ import annotations

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency as Given
from litestar.openapi.datastructures import ResponseSpec

from hubbub.domain.accounts import Session
from hubbub.http.problems import refusals
from hubbub.http.requests import OptionalNumber, Ulid
from hubbub.protocol.events import AnyChannelEvent
from hubbub.service.services import Services


class EventList(msgspec.Struct, frozen=True, kw_only=True):
    """Events by seq without a gap; `head` is the channel's newest seq, so that one knows whether to ask again."""

    events: list[AnyChannelEvent]
    head: int


class RawEventList(msgspec.Struct, frozen=True, kw_only=True):
    """The same, not decoded and encoded again on its way."""

    events: list[msgspec.Raw]
    head: int


@get(
    "/api/channels/{channel:str}/events",
    tags=["events"],
    summary="The events of a channel",
    responses={
        200: ResponseSpec(EventList, description="Oldest first, at most 500.", generate_examples=False),
        **refusals("no_such_channel"),
    },
)
async def list_events(
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    after: OptionalNumber = None,
    limit: OptionalNumber = None,
) -> Response[bytes]:
    """Those with seq > `after`."""
    summary, _ = await services.channels.fetch_channel(session, channel)
    found = await services.messages.fetch_events(session, channel, after or 0, limit)
    head = max([summary.seq, *(seq for seq, _ in found)])
    page = RawEventList(events=[msgspec.Raw(event) for _, event in found], head=head)
    return Response(msgspec.json.encode(page), media_type="application/json")
