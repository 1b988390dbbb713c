"""/api/channels/{channel}/messages/{number}/poll: voting, and closing."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, put
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.domain.new_parts import MAX_OPTIONS
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, Number, Ulid
from hubbub.protocol.commands import Option
from hubbub.service.services import Services

PATH = "/api/channels/{channel:str}/messages/{number:str}/poll"
REFUSALS = ("no_such_channel", "not_a_member", "no_such_message", "already_deleted", "no_poll")


class Vote(Body, frozen=True, kw_only=True):
    """By the places of the options, from 0; none withdraws the vote."""

    options: Annotated[list[Option], msgspec.Meta(max_length=MAX_OPTIONS)]


@put(
    PATH + "/vote",
    tags=["polls"],
    summary="Vote, change or withdraw a vote",
    responses=refusals(*REFUSALS, "poll_closed", "bad_vote", "too_many_votes"),
)
async def vote(
    services: Given[Services], session: Given[Session], channel: Ulid, number: Number, data: JSONBody[Vote]
) -> Changed:
    return changed(await services.polls.vote(session, channel, number, data.options))


@delete(
    PATH, status_code=200, tags=["polls"], summary="Close one's own poll", responses=refusals(*REFUSALS, "not_yours")
)
async def close_poll(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    """Its votes stay, and no more are taken."""
    return changed(await services.polls.close(session, channel, number))
