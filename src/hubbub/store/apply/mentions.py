"""Whom a text names, looked up as the transaction leaves the tables, and noted for those who are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.domain.mentions import Named, find_named, read_wide
from hubbub.domain.roles import may_mention_everyone
from hubbub.protocol.events import Mention, MessagePosted
from hubbub.store import writes
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, UserState

# In the place of a user: everybody in the channel.
EVERYBODY: Final = "*"


def resolve_mentions(ledger: Ledger, actor: UserState, channel: ChannelState, text: str) -> list[Mention]:
    """What `text` names, each spelling once, in its order. Names nobody has, and everybody where the actor may not call
    so many, are words like others. Writes nothing."""
    places = find_named(text)
    if not places:
        return []
    people = _look_up(ledger, [place for place in places if place.sign == "@"], writes.FIND_NAMED, channel.id)
    channels = _look_up(ledger, [place for place in places if place.sign == "#"], writes.FIND_NAMED_CHANNELS)
    may_call = may_mention_everyone(
        actor.role,
        creator=channel.created_by == actor.id,
        many=channel.members > ledger.limits.mention_everyone_members,
    )
    found: dict[str, Mention] = {}
    for place in places:
        mention = _resolve(place, people if place.sign == "@" else channels, may_call=may_call)
        if mention is not None:
            found.setdefault(mention.text, mention)
    return list(found.values())


def _look_up(ledger: Ledger, places: Sequence[Named], sql: str, *parameters: str) -> dict[str, str]:
    keys = sorted({key for place in places for _, key in place.spellings})
    if not keys:
        return {}
    return dict(ledger.cursor.execute(sql, (msgspec.json.encode(keys).decode(), *parameters)))


def _resolve(place: Named, ids: dict[str, str], *, may_call: bool) -> Mention | None:
    for written, key in place.spellings:
        # A longer name is meant first: 在线客服 is somebody, though 在线 are all who are there.
        if place.sign == "@" and (wide := read_wide(key)) is not None:
            return Mention(text=written, wide=wide) if may_call else None
        if key in ids:
            return (
                Mention(text=written, user=ids[key]) if place.sign == "@" else Mention(text=written, channel=ids[key])
            )
    return None


def note_mentions(ledger: Ledger, line: MessagePosted, mentions: list[Mention]) -> None:
    """Those whom the message names from now on find it."""
    named = {mention.user for mention in mentions if mention.user is not None and mention.user != line.author}
    if any(mention.wide for mention in mentions):
        named = {EVERYBODY}
    for user in named:
        _insert(ledger, line, user, "mention")


def note_answer(ledger: Ledger, post: MessagePosted) -> None:
    """Whose message a post just appended answers finds it."""
    if post.reply is not None and post.reply.author is not None and post.reply.author.id != post.author:
        _insert(ledger, post, post.reply.author.id, "reply")


def _insert(ledger: Ledger, line: MessagePosted, user: str, reason: str) -> None:
    ledger.writes += 1
    ledger.cursor.execute(writes.INSERT_MENTION, (user, line.channel, line.number, reason, line.author, line.at))


def forget_mentions(ledger: Ledger, line: MessagePosted) -> None:
    """The message names nobody any more."""
    ledger.writes += 1
    ledger.cursor.execute(writes.DELETE_MENTIONS, (line.channel, line.number))


def forget_addressed(ledger: Ledger, line: MessagePosted) -> None:
    """The message was deleted: it is for nobody any more."""
    ledger.writes += 1
    ledger.cursor.execute(writes.DELETE_ADDRESSED, (line.channel, line.number))
