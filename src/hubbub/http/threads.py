"""/api/threads, /api/channels/{channel}/messages/{number}/thread: reading threads and following them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, Number, OptionalNumber, Ulid
from hubbub.protocol.events import MessagePosted, UserView
from hubbub.protocol.replies import ThreadNews
from hubbub.service.services import Services

PATH = "/api/channels/{channel:str}/messages/{number:str}/thread"
REFUSALS = refusals("no_such_channel", "not_a_member", "no_such_message")


class ThreadPage(msgspec.Struct, frozen=True, kw_only=True):
    """A thread: the message it hangs on, and a window of its replies, oldest first. `older` and `newer`: there are
    more."""

    root: MessagePosted
    messages: list[MessagePosted]
    older: bool
    newer: bool
    users: list[UserView]


class ThreadList(msgspec.Struct, frozen=True, kw_only=True):
    """The threads one follows; where something was said last comes first."""

    threads: list[ThreadNews]
    users: list[UserView]


class ThreadPosition(Body, frozen=True, kw_only=True):
    """Read up to the message of this number; lower than before marks as unread."""

    number: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


@get("/api/threads", tags=["threads"], summary="The threads one follows")
async def list_threads(services: Given[Services], session: Given[Session]) -> ThreadList:
    news, users = await services.threads.fetch_threads(session)
    return ThreadList(threads=news, users=users)


@get(
    PATH,
    tags=["threads"],
    summary="A window of a thread",
    responses=refusals("bad_request", "no_such_channel", "no_such_message"),
)
async def fetch_thread(
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
    before: OptionalNumber = None,
    after: OptionalNumber = None,
    around: OptionalNumber = None,
    limit: OptionalNumber = None,
) -> ThreadPage:
    """The newest replies, or those before, after or around the message of that number. Of a reply: the thread it is
    in."""
    thread, users = await services.threads.fetch_thread(
        session, channel, number, before=before, after=after, around=around, limit=limit
    )
    return ThreadPage(root=thread.root, messages=thread.lines, older=thread.older, newer=thread.newer, users=users)


@put(f"{PATH}/following", tags=["threads"], summary="Follow a thread", responses=REFUSALS)
async def follow_thread(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    """Whoever begins a thread or writes in it follows it without asking."""
    return changed(await services.threads.follow_thread(session, channel, number, follow=True))


@delete(f"{PATH}/following", status_code=200, tags=["threads"], summary="Follow a thread no more", responses=REFUSALS)
async def unfollow_thread(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    return changed(await services.threads.follow_thread(session, channel, number, follow=False))


@put(f"{PATH}/position", tags=["threads"], summary="Say how far one has read in a thread", responses=REFUSALS)
async def read_thread(
    services: Given[Services], session: Given[Session], channel: Ulid, number: Number, data: JSONBody[ThreadPosition]
) -> Changed:
    """Of a thread one does not follow this is not kept."""
    return changed(await services.threads.read_thread(session, channel, number, data.number))
