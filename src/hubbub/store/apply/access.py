"""Who may touch what, decided where the name is resolved: a channel one may not see is one that is not there."""

from __future__ import annotations

from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.store import writes
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, MemberState, UserState


def resolve_actor(ledger: Ledger, user: str) -> UserState:
    """The acting user; raises `not_logged_in` when there is no such account any more."""
    actor = ledger.find_user(user)
    if actor is None or actor.disabled:
        raise Refused("not_logged_in")
    return actor


def resolve_person(ledger: Ledger, user: str) -> UserState:
    """Somebody to be brought into a channel; raises `no_such_user`, also when their account is disabled."""
    state = ledger.find_user(user)
    if state is None or state.disabled:
        raise Refused("no_such_user")
    return state


def resolve_channel(ledger: Ledger, actor: UserState, channel: str) -> tuple[ChannelState, MemberState | None]:
    """A channel the actor may see, and their place in it. Private ones, and all for guests, are for members only."""
    state = ledger.find_channel(channel)
    if state is None:
        raise Refused("no_such_channel")
    member = ledger.find_member(actor.id, channel)
    if member is None and (state.private or actor.role is Role.GUEST):
        raise Refused("no_such_channel")
    return state, member


def resolve_own_channel(ledger: Ledger, actor: UserState, channel: str) -> tuple[ChannelState, MemberState]:
    """A channel the actor is in; otherwise `not_a_member`, or `no_such_channel` when it may not be seen."""
    state, member = resolve_channel(ledger, actor, channel)
    if member is None:
        raise Refused("not_a_member")
    return state, member


def resolve_root(ledger: Ledger, channel: ChannelState, number: int) -> int:
    """The number of the message on whose thread this one is, itself or what it is a reply to; raises
    `no_such_message`."""
    ledger.flush()
    row = ledger.cursor.execute(writes.FIND_ROOT, (channel.id, number)).fetchone()
    if row is None:
        raise Refused("no_such_message")
    root: int = row[0] if row[1] is None else row[1]
    return root


def resolve_message(ledger: Ledger, channel: ChannelState, number: int) -> MessagePosted:
    """A message of the channel, deleted or not; raises `no_such_message`."""
    line = ledger.fetch_message(channel, number) if 1 <= number <= channel.number else None
    if line is None:
        raise Refused("no_such_message")
    return line
