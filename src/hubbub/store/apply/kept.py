"""Messages put aside: pinned in a channel, or saved by somebody for themselves.

Neither needs to know what a message says: it may be in the archive, and is left there.
"""

from __future__ import annotations

from typing import Final

from hubbub.domain.intents import Appended, PinMessage, SaveMessage, UnpinMessage, UnsaveMessage
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePinned, MessageSaved, MessageUnpinned, MessageUnsaved
from hubbub.store.apply.access import resolve_actor, resolve_channel, resolve_own_channel
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState

_DELETED: Final = "SELECT deleted FROM lines WHERE channel = ? AND number = ?"
_PIN: Final = "SELECT 1 FROM pins WHERE channel = ? AND number = ?"
_COUNT_PINS: Final = "SELECT count(*) FROM pins WHERE channel = ?"
_INSERT_PIN: Final = 'INSERT INTO pins (channel, number, "by", at, seq) VALUES (?, ?, ?, ?, ?)'
_DELETE_PIN: Final = "DELETE FROM pins WHERE channel = ? AND number = ?"
_SAVED: Final = 'SELECT 1 FROM saved WHERE "user" = ? AND channel = ? AND number = ?'
_COUNT_SAVED: Final = 'SELECT count(*) FROM saved WHERE "user" = ?'
_INSERT_SAVED: Final = 'INSERT INTO saved ("user", seq, channel, number, at) VALUES (?, ?, ?, ?, ?)'
_DELETE_SAVED: Final = 'DELETE FROM saved WHERE "user" = ? AND channel = ? AND number = ?'


def append_pin(ledger: Ledger, intent: PinMessage) -> Appended:
    """Refused: what the intent names."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    if is_deleted(ledger, channel, intent.number):
        raise Refused("already_deleted")
    if is_pinned(ledger, channel, intent.number):
        return Appended(channel.stream, channel.seq, intent.number)
    if ledger.cursor.execute(_COUNT_PINS, (channel.id,)).fetchone()[0] >= ledger.limits.pins_per_channel:
        raise Refused("too_many_pins")
    pinned = MessagePinned(seq=channel.seq + 1, at=intent.at, channel=channel.id, number=intent.number, by=actor.id)
    ledger.append_channel_event(channel, pinned)
    ledger.append_line(pinned)
    ledger.cursor.execute(_INSERT_PIN, (channel.id, intent.number, actor.id, intent.at, pinned.seq))
    return Appended(channel.stream, channel.seq, intent.number)


def append_pin_end(ledger: Ledger, intent: UnpinMessage) -> Appended:
    """Refused: what the intent names."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    is_deleted(ledger, channel, intent.number)  # there is such a message
    if not is_pinned(ledger, channel, intent.number):
        return Appended(channel.stream, channel.seq, intent.number)
    unpinned = MessageUnpinned(seq=channel.seq + 1, at=intent.at, channel=channel.id, number=intent.number, by=actor.id)
    ledger.append_channel_event(channel, unpinned)
    unpin(ledger, channel, intent.number)
    return Appended(channel.stream, channel.seq, intent.number)


def append_save(ledger: Ledger, intent: SaveMessage) -> Appended:
    """Refused: what the intent names."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_channel(ledger, actor, intent.channel)
    if is_deleted(ledger, channel, intent.number):
        raise Refused("already_deleted")
    place = (actor.id, channel.id, intent.number)
    if ledger.cursor.execute(_SAVED, place).fetchone():
        return Appended(actor.stream, actor.seq, intent.number)
    if ledger.cursor.execute(_COUNT_SAVED, (actor.id,)).fetchone()[0] >= ledger.limits.saved_per_user:
        raise Refused("too_many_saved")
    saved = MessageSaved(seq=actor.seq + 1, at=intent.at, user=actor.id, channel=channel.id, number=intent.number)
    ledger.append_user_event(actor, saved)
    ledger.cursor.execute(_INSERT_SAVED, (actor.id, saved.seq, channel.id, intent.number, intent.at))
    return Appended(actor.stream, actor.seq, intent.number)


def append_save_end(ledger: Ledger, intent: UnsaveMessage) -> Appended:
    actor = resolve_actor(ledger, intent.actor)
    place = (actor.id, intent.channel, intent.number)
    if ledger.cursor.execute(_SAVED, place).fetchone():
        unsaved = MessageUnsaved(
            seq=actor.seq + 1, at=intent.at, user=actor.id, channel=intent.channel, number=intent.number
        )
        ledger.append_user_event(actor, unsaved)
        ledger.cursor.execute(_DELETE_SAVED, place)
    return Appended(actor.stream, actor.seq, intent.number)


def unpin(ledger: Ledger, channel: ChannelState, number: int) -> None:
    """The message has no pin any more, as it was taken away or deleted."""
    ledger.writes += 1
    ledger.cursor.execute(_DELETE_PIN, (channel.id, number))


def is_pinned(ledger: Ledger, channel: ChannelState, number: int) -> bool:
    return ledger.cursor.execute(_PIN, (channel.id, number)).fetchone() is not None


def is_deleted(ledger: Ledger, channel: ChannelState, number: int) -> bool:
    """Of a message of the channel, without asking for what it says; raises `no_such_message`."""
    ledger.flush()
    row = ledger.cursor.execute(_DELETED, (channel.id, number)).fetchone() if 1 <= number <= channel.number else None
    if row is None:
        raise Refused("no_such_message")
    return bool(row[0])
