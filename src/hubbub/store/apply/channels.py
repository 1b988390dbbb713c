"""New channels, their names and topics."""

from __future__ import annotations

from collections.abc import Iterable

from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import Appended, CreateChannel, UpdateChannel
from hubbub.domain.names import name_key
from hubbub.domain.roles import Role, may_change_channel, may_create_channel
from hubbub.errors import Refused
from hubbub.protocol.events import ChannelCreated, ChannelRenamed, TopicChanged
from hubbub.store.apply.access import resolve_actor, resolve_channel
from hubbub.store.apply.members import check_room_for_channel, join
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, UserState


def append_channel(ledger: Ledger, intent: CreateChannel) -> Appended:
    """Refused: `forbidden`, `name_taken`, `too_many_channels`."""
    actor = resolve_actor(ledger, intent.actor)
    if not may_create_channel(actor.role):
        raise Refused("forbidden")
    if not intent.private and ledger.is_public_name_taken(name_key(intent.name)):
        raise Refused("name_taken")
    check_room_for_channel(ledger, actor)
    channel = open_channel(
        ledger, actor, intent.channel, intent.name, intent.topic, intent.at, private=intent.private, everyone=False
    )
    return Appended(channel.stream, channel.seq)


def open_channel(
    ledger: Ledger,
    creator: UserState,
    channel: str,
    name: str,
    topic: str,
    at: int,
    *,
    private: bool,
    everyone: bool,
) -> ChannelState:
    """Create a channel with its creator as the first member; all checks were made."""
    state = ChannelState(
        channel, channel_stream(channel), name, topic, private, creator.id, at, seq=0, number=0, members=0
    )
    begin_channel(ledger, state, everyone=everyone)
    join(ledger, state, creator, creator, at)
    return state


def begin_channel(
    ledger: Ledger, state: ChannelState, *, everyone: bool = False, people: Iterable[UserState] = ()
) -> None:
    """The row of a new channel and the first event of its log; of a conversation, with its `people`."""
    ledger.insert_channel(state, name_key(state.name), everyone=everyone)
    event = ChannelCreated(
        seq=1,
        at=state.created_at,
        channel=state.id,
        by=state.created_by,
        name=state.name,
        topic=state.topic,
        private=state.private,
        kind=state.kind,
        people=[person.id for person in people],
    )
    ledger.append_channel_event(state, event)
    ledger.append_line(event)


def append_changes(ledger: Ledger, intent: UpdateChannel) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `forbidden`, `name_taken`, `direct_conversation`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, member = resolve_channel(ledger, actor, intent.channel)
    if channel.kind == "direct":
        raise Refused("direct_conversation")
    if not may_change_channel(actor.role, member=member is not None):
        raise Refused("forbidden" if member or actor.role is Role.GUEST else "not_a_member")
    name = intent.name if intent.name is not None and intent.name != channel.name else None
    if name is not None:
        key = name_key(name)
        if not channel.private and key != name_key(channel.name) and ledger.is_public_name_taken(key):
            raise Refused("name_taken")
        ledger.rename_channel(channel, name, key)
        renamed = ChannelRenamed(seq=channel.seq + 1, at=intent.at, channel=channel.id, by=actor.id, name=name)
        ledger.append_channel_event(channel, renamed)
        ledger.append_line(renamed)
    if intent.topic is not None and intent.topic != channel.topic:
        ledger.change_topic(channel, intent.topic)
        changed = TopicChanged(seq=channel.seq + 1, at=intent.at, channel=channel.id, by=actor.id, topic=intent.topic)
        ledger.append_channel_event(channel, changed)
        ledger.append_line(changed)
    return Appended(channel.stream, channel.seq)
