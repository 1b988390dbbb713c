"""/api/channels/{channel}/members: who is in a channel, joining, leaving, adding and removing."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from litestar import delete, get, patch, put
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody, PathParameter

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, OptionalUlid, Ulid
from hubbub.protocol.events import UserView
from hubbub.service.services import Services

UlidOrMe: TypeAlias = Annotated[
    str, PathParameter(pattern="^([0-7][0-9A-HJKMNP-TV-Z]{25}|me)$", description="A user, or `me`.")
]


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    members: list[UserView]


class MembershipChange(Body, frozen=True, kw_only=True):
    """What is left out stays as it is. `hidden`: out of one's list until the next message."""

    muted: bool | None = None
    pinned: bool | None = None
    hidden: bool | None = None


@get(
    "/api/channels/{channel:str}/members",
    tags=["members"],
    summary="Members in the order they joined",
    responses=refusals("no_such_channel"),
)
async def list_members(
    services: Given[Services], session: Given[Session], channel: Ulid, after: OptionalUlid = None
) -> MemberList:
    """At most 200; give the last one's id as `after` for the next ones."""
    return MemberList(members=await services.channels.fetch_members(session, channel, after))


@put(
    "/api/channels/{channel:str}/members/{user:str}",
    tags=["members"],
    summary="Join, or add somebody",
    responses=refusals(
        "no_such_channel", "no_such_user", "forbidden", "too_many_channels", "direct_conversation", "too_many_people"
    ),
)
async def add_member(services: Given[Services], session: Given[Session], channel: Ulid, user: UlidOrMe) -> Changed:
    return changed(await services.channels.add_member(session, channel, session.user if user == "me" else user))


@delete(
    "/api/channels/{channel:str}/members/{user:str}",
    status_code=200,
    tags=["members"],
    summary="Leave, or remove somebody",
    responses=refusals("no_such_channel", "not_a_member", "forbidden", "last_owner", "direct_conversation"),
)
async def remove_member(services: Given[Services], session: Given[Session], channel: Ulid, user: UlidOrMe) -> Changed:
    return changed(await services.channels.remove_member(session, channel, session.user if user == "me" else user))


@patch(
    "/api/channels/{channel:str}/membership",
    tags=["members"],
    summary="Mute, pin or hide a channel for oneself",
    responses=refusals("no_such_channel", "not_a_member"),
)
async def update_membership(
    services: Given[Services], session: Given[Session], channel: Ulid, data: JSONBody[MembershipChange]
) -> Changed:
    return changed(
        await services.channels.update_membership(
            session, channel, muted=data.muted, pinned=data.pinned, hidden=data.hidden
        )
    )
