"""/api/channels: the channels one is in and could join, making and changing them."""

from __future__ import annotations

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, Ulid
from hubbub.protocol.events import ChannelSummary
from hubbub.service.services import Services


class NewChannel(Body, frozen=True, kw_only=True):
    name: str
    topic: str = ""
    private: bool = False


class ChannelChange(Body, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    name: str | None = None
    topic: str | None = None


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, and whether one is in it."""

    channel: ChannelSummary
    member: bool


class ChannelList(msgspec.Struct, frozen=True, kw_only=True):
    channels: list[ChannelView]


@get("/api/channels", tags=["channels"], summary="My channels, then public ones", responses=refusals("not_logged_in"))
async def list_channels(services: Given[Services], session: Given[Session]) -> ChannelList:
    found = await services.channels.fetch_channels(session)
    return ChannelList(channels=[ChannelView(channel=channel, member=member) for channel, member in found])


@post(
    "/api/channels",
    tags=["channels"],
    summary="Make a channel",
    responses=refusals("forbidden", "bad_channel_name", "bad_topic", "name_taken", "too_many_channels"),
)
async def create_channel(services: Given[Services], session: Given[Session], data: JSONBody[NewChannel]) -> ChannelView:
    """Whoever makes a channel is its first member."""
    channel, _ = await services.channels.create_channel(session, data.name, data.topic, data.private)
    return await view_channel(services, session, channel)


@get("/api/channels/{channel:str}", tags=["channels"], summary="One channel", responses=refusals("no_such_channel"))
async def fetch_channel(services: Given[Services], session: Given[Session], channel: Ulid) -> ChannelView:
    return await view_channel(services, session, channel)


@patch(
    "/api/channels/{channel:str}",
    tags=["channels"],
    summary="Rename a channel or set its topic",
    responses=refusals(
        "no_such_channel", "forbidden", "bad_channel_name", "bad_topic", "name_taken", "direct_conversation"
    ),
)
async def update_channel(
    services: Given[Services], session: Given[Session], channel: Ulid, data: JSONBody[ChannelChange]
) -> Changed:
    return changed(await services.channels.update_channel(session, channel, data.name, data.topic))


async def view_channel(services: Services, session: Session, channel: str) -> ChannelView:
    summary, member = await services.channels.fetch_channel(session, channel)
    return ChannelView(channel=summary, member=member)
