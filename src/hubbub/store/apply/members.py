"""Joining and leaving: an event in the channel's log and one in the user's own, in the same transaction."""

from __future__ import annotations

from hubbub.domain.conversations import MAX_PEOPLE
from hubbub.domain.intents import AddMember, Appended, RemoveMember, UpdateMembership
from hubbub.domain.roles import may_add_member, may_join_public_channel, may_remove_member
from hubbub.errors import Refused
from hubbub.protocol.batch import Touch
from hubbub.protocol.events import MemberJoined, MemberLeft, MembershipChanged, MembershipEnded, MembershipStarted
from hubbub.store.apply.access import resolve_actor, resolve_channel, resolve_own_channel, resolve_person
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, MemberState, UserState


def append_join(ledger: Ledger, intent: AddMember) -> Appended:
    """Refused: `no_such_channel`, `no_such_user`, `forbidden`, `not_a_member`, `too_many_channels`,
    `direct_conversation`, `too_many_people`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, place = resolve_channel(ledger, actor, intent.channel)
    if intent.actor == intent.user:
        user = actor
        allowed = may_join_public_channel(actor.role)
    else:
        if place is None:
            raise Refused("not_a_member")
        user = resolve_person(ledger, intent.user)
        allowed = may_add_member(actor.role)
    if ledger.find_member(user.id, channel.id) is not None:
        return Appended(channel.stream, channel.seq)
    if channel.kind == "direct":
        raise Refused("direct_conversation")
    if not allowed:
        raise Refused("forbidden")
    if channel.kind == "group" and channel.members >= MAX_PEOPLE:
        raise Refused("too_many_people")
    check_room_for_channel(ledger, user)
    ledger.end_people_key(channel)
    join(ledger, channel, user, actor, intent.at)
    return Appended(channel.stream, channel.seq)


def check_room_for_channel(ledger: Ledger, user: UserState) -> None:
    """Raises `too_many_channels` when the user cannot be in one more."""
    if ledger.count_channels(user.id) >= ledger.limits.channels_per_user:
        raise Refused("too_many_channels")


def join(ledger: Ledger, channel: ChannelState, user: UserState, by: UserState, at: int) -> None:
    """Put `user` in; all checks were made. Their read position starts at the newest message."""
    joined = MemberJoined(seq=channel.seq + 1, at=at, channel=channel.id, by=by.id, user=user.view)
    channel.members += 1
    ledger.append_channel_event(channel, joined, touch=Touch(user.id, joined=True))
    ledger.append_line(joined)
    member = MemberState(
        user.id,
        channel.id,
        joined_seq=channel.seq,
        joined_user_seq=user.seq + 1,
        position=channel.number,
        position_seq=channel.seq,
    )
    ledger.insert_member(member)
    started = MembershipStarted(
        seq=user.seq + 1,
        at=at,
        user=user.id,
        channel=ledger.summarize(channel, member),
        channel_seq=channel.seq,
    )
    # Found again by the seq of the joining when a message it shows is deleted.
    ledger.append_user_event(user, started, about=channel.seq)


def append_leave(ledger: Ledger, intent: RemoveMember) -> Appended:
    """Refused: `no_such_channel`, `no_such_user`, `not_a_member`, `forbidden`, `direct_conversation`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, place = resolve_channel(ledger, actor, intent.channel)
    own = intent.actor == intent.user
    if channel.kind == "direct" and place is not None:
        if not own:
            raise Refused("direct_conversation")
        change_membership(ledger, actor, place, intent.at, hidden_below=channel.number + 1)
        return Appended(channel.stream, channel.seq)
    if not own and not may_remove_member(actor.role, creator=channel.created_by == actor.id):
        raise Refused("forbidden" if place else "not_a_member")
    user = actor if own else ledger.find_user(intent.user)
    if user is None:
        raise Refused("no_such_user")
    member = ledger.find_member(user.id, channel.id)
    if member is None:
        raise Refused("not_a_member")
    _leave(ledger, channel, member, user, actor, intent.at)
    return Appended(channel.stream, channel.seq)


def _leave(ledger: Ledger, channel: ChannelState, member: MemberState, user: UserState, by: UserState, at: int) -> None:
    left = MemberLeft(seq=channel.seq + 1, at=at, channel=channel.id, by=by.id, user=user.view)
    channel.members -= 1
    ledger.end_people_key(channel)
    ledger.append_channel_event(channel, left, touch=Touch(user.id, joined=False))
    ledger.append_line(left)
    ledger.delete_member(member)
    ended = MembershipEnded(seq=user.seq + 1, at=at, user=user.id, channel=channel.id, channel_seq=channel.seq)
    ledger.append_user_event(user, ended)


def append_membership(ledger: Ledger, intent: UpdateMembership) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, member = resolve_own_channel(ledger, actor, intent.channel)
    hidden_below = member.hidden_below
    # Hidden already, or come back by a message: nothing to change.
    if intent.hidden is not None and intent.hidden != (channel.number < hidden_below):
        hidden_below = channel.number + 1 if intent.hidden else 0
    change_membership(
        ledger, actor, member, intent.at, muted=intent.muted, pinned=intent.pinned, hidden_below=hidden_below
    )
    return Appended(actor.stream, actor.seq)


def change_membership(
    ledger: Ledger,
    user: UserState,
    member: MemberState,
    at: int,
    *,
    muted: bool | None = None,
    pinned: bool | None = None,
    hidden_below: int,
) -> None:
    """What the user has made of their place, and an event of it in their own log if that is new."""
    before = (member.muted, member.pinned, member.hidden_below)
    after = (member.muted if muted is None else muted, member.pinned if pinned is None else pinned, hidden_below)
    if after == before:
        return
    member.muted, member.pinned, member.hidden_below = after
    changed = MembershipChanged(
        seq=user.seq + 1,
        at=at,
        user=user.id,
        channel=member.channel,
        muted=member.muted,
        pinned=member.pinned,
        hidden_below=hidden_below,
    )
    ledger.append_user_event(user, changed)
    ledger.update_membership(member)
