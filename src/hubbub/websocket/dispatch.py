"""Which service function carries out which command. Each of them is a route under /api as well."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TypeAlias, TypeVar, cast

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended
from hubbub.protocol import commands as c
from hubbub.protocol.replies import Ok
from hubbub.service.services import Services

CommandT = TypeVar("CommandT", bound=c.Numbered)
# Done already, or done when what it appends is committed, or work for a task.
Outcome: TypeAlias = Ok | Future[Appended] | Coroutine[object, object, Ok]
CarryOut: TypeAlias = Callable[[Session, c.AnyNumbered], Outcome]


def make_dispatch(services: Services) -> Mapping[type[c.Numbered], CarryOut]:
    """Command class → function of (session, command). It raises `Refused`, or what it returns does."""
    table: dict[type[c.Numbered], CarryOut] = {}

    def on(kind: type[CommandT], call: Callable[[Session, CommandT], Outcome]) -> None:
        table[kind] = cast("CarryOut", call)  # whoever looks it up does so by the command's own class

    messages, channels = services.messages, services.channels
    on(c.MessagePost, lambda s, m: messages.post_message(s, m.channel, m.text, m.key))
    on(c.MessageEdit, lambda s, m: messages.edit_message(s, m.channel, m.number, m.text))
    on(c.MessageDelete, lambda s, m: messages.delete_message(s, m.channel, m.number))
    on(c.ReactionAdd, lambda s, m: messages.add_reaction(s, m.channel, m.number, m.emoji))
    on(c.ReactionRemove, lambda s, m: messages.remove_reaction(s, m.channel, m.number, m.emoji))
    on(c.PositionUpdate, lambda s, m: messages.set_position(s, m.channel, m.number))
    on(c.ChannelUpdate, lambda s, m: channels.update_channel(s, m.channel, m.name, m.topic))
    on(c.ChannelJoin, lambda s, m: channels.join(s, m.channel))
    on(c.ChannelLeave, lambda s, m: channels.leave(s, m.channel))
    on(c.MemberAdd, lambda s, m: channels.add_member(s, m.channel, m.user))
    on(c.MemberRemove, lambda s, m: channels.remove_member(s, m.channel, m.user))

    async def create(session: Session, command: c.ChannelCreate) -> Ok:
        channel, done = await channels.create_channel(session, command.name, command.topic, command.private)
        return Ok(id=command.id, seq=done.seq, channel=channel)

    async def members(session: Session, command: c.MemberList) -> Ok:
        return Ok(id=command.id, members=await channels.fetch_members(session, command.channel, command.after))

    on(c.ChannelCreate, create)
    on(c.MemberList, members)
    on(c.Ping, lambda s, m: Ok(id=m.id))
    return MappingProxyType(table)
