"""Which service function carries out which command. Each of them is a route under /api as well, but for
those that are about the connection itself."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TypeAlias, TypeVar, cast

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended
from hubbub.protocol import commands as c
from hubbub.protocol.replies import Ok
from hubbub.service.messages import Said
from hubbub.service.services import Services

CommandT = TypeVar("CommandT", bound=c.Numbered)
# Done already, or done when what it appends is committed, or work for a task.
Outcome: TypeAlias = Ok | Future[Appended] | Coroutine[object, object, Ok]
CarryOut: TypeAlias = Callable[[Session, c.AnyNumbered, int], Outcome]


def make_dispatch(services: Services) -> Mapping[type[c.Numbered], CarryOut]:
    """Command class → function of (session, command, the connection's id). It raises `Refused`, or what it returns
    does."""
    table: dict[type[c.Numbered], CarryOut] = {}

    def on(kind: type[CommandT], call: Callable[[Session, CommandT, int], Outcome]) -> None:
        table[kind] = cast("CarryOut", call)  # whoever looks it up does so by the command's own class

    messages, channels, presence = services.messages, services.channels, services.presence
    keeping = services.keeping
    on(c.MessagePost, lambda s, m, _: messages.post_message(s, m.channel, said_by(m), m.key))
    on(c.MessageEdit, lambda s, m, _: messages.edit_message(s, m.channel, m.number, m.text))
    on(c.MessageDelete, lambda s, m, _: messages.delete_message(s, m.channel, m.number))
    on(c.PreviewRemove, lambda s, m, _: messages.remove_previews(s, m.channel, m.number))
    on(c.ReactionAdd, lambda s, m, _: messages.add_reaction(s, m.channel, m.number, m.emoji))
    on(c.ReactionRemove, lambda s, m, _: messages.remove_reaction(s, m.channel, m.number, m.emoji))
    on(c.MessagePin, lambda s, m, _: keeping.pin_message(s, m.channel, m.number))
    on(c.MessageUnpin, lambda s, m, _: keeping.unpin_message(s, m.channel, m.number))
    on(c.MessageSave, lambda s, m, _: keeping.save_message(s, m.channel, m.number))
    on(c.MessageUnsave, lambda s, m, _: keeping.unsave_message(s, m.channel, m.number))
    on(c.PollVote, lambda s, m, _: services.polls.vote(s, m.channel, m.number, m.options))
    on(c.PollClose, lambda s, m, _: services.polls.close(s, m.channel, m.number))
    on(c.PositionUpdate, lambda s, m, _: messages.set_position(s, m.channel, m.number))
    threads = services.threads
    on(c.ThreadFollow, lambda s, m, _: threads.follow_thread(s, m.channel, m.number, follow=True))
    on(c.ThreadUnfollow, lambda s, m, _: threads.follow_thread(s, m.channel, m.number, follow=False))
    on(c.ThreadReadTo, lambda s, m, _: threads.read_thread(s, m.channel, m.number, m.position))
    on(c.ChannelUpdate, lambda s, m, _: channels.update_channel(s, m.channel, m.name, m.topic))
    on(c.ChannelJoin, lambda s, m, _: channels.join(s, m.channel))
    on(c.ChannelLeave, lambda s, m, _: channels.leave(s, m.channel))
    on(
        c.MembershipUpdate,
        lambda s, m, _: channels.update_membership(s, m.channel, muted=m.muted, pinned=m.pinned, hidden=m.hidden),
    )
    on(c.NotificationsUpdate, lambda s, m, _: services.notifications.update(s, m.settings))
    on(c.ChannelNotify, lambda s, m, _: services.notifications.set_level(s, m.channel, m.level))
    on(c.MemberAdd, lambda s, m, _: channels.add_member(s, m.channel, m.user))
    on(c.MemberRemove, lambda s, m, _: channels.remove_member(s, m.channel, m.user))

    async def create(session: Session, command: c.ChannelCreate, _: int) -> Ok:
        channel, done = await channels.create_channel(session, command.name, command.topic, command.private)
        return Ok(id=command.id, seq=done.seq, channel=channel)

    async def open_conversation(session: Session, command: c.ConversationOpen, _: int) -> Ok:
        channel, done = await channels.open_conversation(session, command.users)
        return Ok(id=command.id, seq=done.seq, channel=channel)

    async def members(session: Session, command: c.MemberList, _: int) -> Ok:
        return Ok(id=command.id, members=await channels.fetch_members(session, command.channel, command.after))

    async def start_typing(session: Session, command: c.TypingStart, _: int) -> Ok:
        await presence.start_typing(session, command.channel)
        return Ok(id=command.id)

    async def stop_typing(session: Session, command: c.TypingStop, _: int) -> Ok:
        await presence.stop_typing(session, command.channel)
        return Ok(id=command.id)

    def set_status(session: Session, command: c.PresenceSet, connection: int) -> Ok:
        presence.set_status(session, connection, away=command.status == "away")
        return Ok(id=command.id)

    def watch(session: Session, command: c.PresenceWatch, connection: int) -> Ok:
        return Ok(id=command.id, presence=presence.watch(session, connection, command.users))

    async def receipts(session: Session, command: c.ReceiptList, _: int) -> Ok:
        return Ok(id=command.id, positions=await presence.fetch_positions(session, command.channel))

    on(c.ChannelCreate, create)
    on(c.ConversationOpen, open_conversation)
    on(c.MemberList, members)
    on(c.TypingStart, start_typing)
    on(c.TypingStop, stop_typing)
    on(c.PresenceSet, set_status)
    on(c.PresenceWatch, watch)
    on(c.ReceiptList, receipts)
    on(c.Ping, lambda s, m, _: Ok(id=m.id))
    return MappingProxyType(table)


def said_by(post: c.MessagePost) -> str | Said:
    """A text and nothing else, as most posts are, stays a text."""
    if not post.parts and post.reply is None and post.forward is None and post.thread is None:
        return post.text
    return Said(post.text, post.parts, post.reply, post.forward, post.thread)
