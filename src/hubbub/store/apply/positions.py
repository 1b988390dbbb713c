"""Read positions. They are the reader's own: an event of the user's stream, never of the channel's."""

from __future__ import annotations

from hubbub.domain.intents import Appended, SetPosition
from hubbub.protocol.events import PositionSet
from hubbub.store.apply.access import resolve_actor, resolve_own_channel
from hubbub.store.ledger import Ledger


def append_position(ledger: Ledger, intent: SetPosition) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`. Numbers beyond the newest message mean the newest."""
    actor = resolve_actor(ledger, intent.actor)
    channel, member = resolve_own_channel(ledger, actor, intent.channel)
    number = max(0, min(intent.number, channel.number))
    if number != member.position:
        moved = PositionSet(
            seq=actor.seq + 1,
            at=intent.at,
            user=actor.id,
            channel=channel.id,
            number=number,
            channel_seq=channel.seq,
        )
        ledger.append_user_event(actor, moved)
        member.position = number
        member.position_seq = channel.seq
        ledger.mark(member)
        ledger.note_move(actor, channel, member)
    return Appended(actor.stream, actor.seq, number)
