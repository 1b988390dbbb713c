"""POST /api/conversations: the conversation of a few people, which is a channel without a name of its own."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.domain.conversations import MAX_PEOPLE
from hubbub.http.channels import ChannelView, view_channel
from hubbub.http.problems import refusals
from hubbub.http.requests import Body
from hubbub.service.services import Services


class NewConversation(Body, frozen=True, kw_only=True):
    """With whom, by id; oneself may be left out. Nobody else: notes to oneself."""

    users: Annotated[list[str], msgspec.Meta(max_length=MAX_PEOPLE)]


@post(
    "/api/conversations",
    status_code=200,
    tags=["channels"],
    summary="The conversation with these people",
    responses=refusals("no_such_user", "too_many_people", "forbidden", "too_many_channels"),
)
async def open_conversation(
    services: Given[Services], session: Given[Session], data: JSONBody[NewConversation]
) -> ChannelView:
    """The one there is, or a new one: two people have one conversation, whoever opens it first."""
    channel, _ = await services.channels.open_conversation(session, data.users)
    return await view_channel(services, session, channel)
