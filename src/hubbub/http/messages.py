"""/api/channels/{channel}/messages: history, posting, editing, deleting."""

from __future__ import annotations

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.domain.new_parts import Forwarded, NewParts
from hubbub.domain.scalars import Number as MessageNumber
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, Number, OptionalNumber, Ulid
from hubbub.protocol.events import Line, UserView
from hubbub.protocol.history import MessageHistory
from hubbub.service.messages import Said
from hubbub.service.services import Services


class NewMessage(Body, frozen=True, kw_only=True):
    """With a `key` (a UUID does) the message is stored once, however often it is sent. With `parts` the text may be
    empty; with `forward`, none of the two may be given. With `thread` it is a reply in the thread of that message."""

    text: str = ""
    key: str | None = None
    parts: NewParts = msgspec.field(default_factory=list)
    reply: MessageNumber | None = None
    forward: Forwarded | None = None
    thread: MessageNumber | None = None


class MessageChange(Body, frozen=True, kw_only=True):
    text: str


class MessageList(msgspec.Struct, frozen=True, kw_only=True):
    """Lines oldest first: messages, and system lines (without `number`). `older` and `newer`: there are more."""

    messages: list[Line]
    older: bool
    newer: bool
    users: list[UserView]


@get(
    "/api/channels/{channel:str}/messages",
    tags=["messages"],
    summary="A window of a channel's history",
    responses=refusals("bad_request", "no_such_channel", "no_such_message"),
)
async def list_messages(
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    before: OptionalNumber = None,
    after: OptionalNumber = None,
    around: OptionalNumber = None,
    limit: OptionalNumber = None,
) -> MessageList:
    """The newest, or those before or after the seq given, or around the message of that number."""
    found = await services.messages.fetch_lines(
        session, channel, before=before, after=after, around=around, limit=limit
    )
    return MessageList(messages=found.lines, older=found.older, newer=found.newer, users=found.users)


@post(
    "/api/channels/{channel:str}/messages",
    tags=["messages"],
    summary="Post a message",
    responses=refusals(
        "no_such_channel",
        "not_a_member",
        "bad_text",
        "text_too_long",
        "bad_key",
        "bad_part",
        "no_such_file",
        "file_not_ready",
        "no_such_message",
        "already_deleted",
        "bad_forward",
        "store_failed",
        "busy",
    ),
)
async def post_message(
    services: Given[Services], session: Given[Session], channel: Ulid, data: JSONBody[NewMessage]
) -> Changed:
    said = Said(data.text, data.parts, data.reply, data.forward, data.thread)
    return changed(await services.messages.post_message(session, channel, said, data.key))


@patch(
    "/api/channels/{channel:str}/messages/{number:str}",
    tags=["messages"],
    summary="Edit one's own message",
    responses=refusals(
        "no_such_channel", "no_such_message", "not_yours", "already_deleted", "bad_text", "text_too_long"
    ),
)
async def edit_message(
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
    data: JSONBody[MessageChange],
) -> Changed:
    return changed(await services.messages.edit_message(session, channel, number, data.text))


@delete(
    "/api/channels/{channel:str}/messages/{number:str}",
    status_code=200,
    tags=["messages"],
    summary="Delete a message",
    responses=refusals("no_such_channel", "no_such_message", "not_yours", "already_deleted"),
)
async def delete_message(services: Given[Services], session: Given[Session], channel: Ulid, number: Number) -> Changed:
    """Its text is gone for ever, from every earlier event too; its place stays."""
    return changed(await services.messages.delete_message(session, channel, number))


@get(
    "/api/channels/{channel:str}/messages/{number:str}/history",
    tags=["messages"],
    summary="What a message has said",
    responses=refusals(
        "no_such_channel", "not_a_member", "no_such_message", "already_deleted", "history_off", "archive_unavailable"
    ),
)
async def fetch_history(
    services: Given[Services], session: Given[Session], channel: Ulid, number: Number
) -> MessageHistory:
    """Its first text, and what each edit made of it; nothing of one that was deleted."""
    return await services.messages.fetch_history(session, channel, number)
