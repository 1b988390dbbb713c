"""What somebody wants to be told of: theirs alone, an event of their own log."""

from __future__ import annotations

from typing import Final

import msgspec

from hubbub.domain.intents import Appended, SetNotifications
from hubbub.domain.notifications import Level, Notifications
from hubbub.protocol.events import NotificationsSet
from hubbub.store.apply.access import resolve_actor, resolve_own_channel
from hubbub.store.ledger import Ledger
from hubbub.store.states import UserState

_FIND: Final = 'SELECT settings FROM notifications WHERE "user" = ?'
_PUT: Final = 'INSERT OR REPLACE INTO notifications ("user", settings) VALUES (?, ?)'

decode: Final = msgspec.json.Decoder(Notifications).decode
encode: Final = msgspec.json.Encoder().encode


def append_notifications(ledger: Ledger, intent: SetNotifications) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`."""
    actor = resolve_actor(ledger, intent.actor)
    row = ledger.cursor.execute(_FIND, (actor.id,)).fetchone()
    before = decode(row[0]) if row else Notifications()
    after = before
    if intent.settings is not None:
        after = Notifications(channels=before.channels, **msgspec.structs.asdict(intent.settings))
    if intent.channel is not None:
        resolve_own_channel(ledger, actor, intent.channel)
        after = msgspec.structs.replace(after, channels=_levels(ledger, actor, after, intent.channel, intent.level))
    if after != before:
        ledger.append_user_event(
            actor, NotificationsSet(seq=actor.seq + 1, at=intent.at, user=actor.id, settings=after)
        )
        ledger.cursor.execute(_PUT, (actor.id, encode(after)))
    return Appended(actor.stream, actor.seq)


def _levels(
    ledger: Ledger, actor: UserState, before: Notifications, channel: str, level: Level | None
) -> dict[str, Level]:
    """With the channel's new one; those of channels the user has left go, so that they do not gather."""
    levels = {each: kept for each, kept in before.channels.items() if ledger.find_member(actor.id, each) is not None}
    levels.pop(channel, None)
    return levels | ({channel: level} if level is not None else {})
