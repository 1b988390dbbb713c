"""Opening a conversation: the one there is, or a new one whose people are in it from its first events on."""

from __future__ import annotations

from hubbub.domain.conversations import MAX_PEOPLE, kind_of_conversation, people_key
from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import Appended, OpenConversation
from hubbub.domain.roles import may_open_conversation
from hubbub.errors import Refused
from hubbub.store.apply.access import resolve_actor, resolve_person
from hubbub.store.apply.channels import begin_channel
from hubbub.store.apply.members import change_membership, check_room_for_channel, join
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, UserState


def append_opening(ledger: Ledger, intent: OpenConversation) -> Appended:
    """Refused: `no_such_user`, `too_many_people`, `forbidden`, `too_many_channels`."""
    actor = resolve_actor(ledger, intent.actor)
    ids = dict.fromkeys([actor.id, *intent.users])
    if len(ids) > MAX_PEOPLE:
        raise Refused("too_many_people")
    people = [actor if id_ == actor.id else resolve_person(ledger, id_) for id_ in ids]
    key = people_key(ids)
    channel = ledger.find_conversation(key)
    if channel is None:
        channel = _begin(ledger, intent, actor, people, key)
    else:
        _bring_back(ledger, channel, actor, intent.at)
    return Appended(channel.stream, channel.seq)


def _begin(
    ledger: Ledger, intent: OpenConversation, actor: UserState, people: list[UserState], key: str
) -> ChannelState:
    if not may_open_conversation(actor.role):
        raise Refused("forbidden")
    kind = kind_of_conversation(len(people))
    if kind == "direct":
        # Whoever is written to by many must not run out of room for it: it counts with who begins.
        if ledger.count_begun(actor.id) >= ledger.limits.channels_per_user:
            raise Refused("too_many_channels")
    else:
        for person in people:
            check_room_for_channel(ledger, person)
    channel = ChannelState(
        intent.channel,
        channel_stream(intent.channel),
        name="",
        topic="",
        private=True,
        created_by=actor.id,
        created_at=intent.at,
        seq=0,
        number=0,
        members=0,
        kind=kind,
        people_key=key,
    )
    begin_channel(ledger, channel, people=people)
    for person in people:
        join(ledger, channel, person, actor, intent.at)
    return channel


def _bring_back(ledger: Ledger, channel: ChannelState, actor: UserState, at: int) -> None:
    """One that was hidden is in the actor's list again."""
    member = ledger.find_member(actor.id, channel.id)
    assert member is not None  # whoever leaves ends the key
    if channel.number < member.hidden_below:
        change_membership(ledger, actor, member, at, hidden_below=0)
