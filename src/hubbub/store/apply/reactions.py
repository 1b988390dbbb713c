"""Reactions: emoji under a message, each with the users who chose it, in the order they did."""

from __future__ import annotations

from hubbub.domain.intents import AddReaction, Appended, RemoveReaction
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted, Reaction, ReactionAdded, ReactionRemoved
from hubbub.store.apply.access import resolve_actor, resolve_message, resolve_own_channel
from hubbub.store.ledger import Ledger
from hubbub.store.limits import StoreLimits


def append_reaction(ledger: Ledger, intent: AddReaction) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `already_deleted`, `too_many_reactions`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line = resolve_message(ledger, channel, intent.number)
    if line.deleted:
        raise Refused("already_deleted")
    if has_reaction(line, intent.emoji, actor.id):
        return Appended(channel.stream, channel.seq, line.number)
    _check_room(line, intent.emoji, ledger.limits)
    added = ReactionAdded(
        seq=channel.seq + 1,
        at=intent.at,
        channel=channel.id,
        number=line.number,
        by=actor.id,
        emoji=intent.emoji,
    )
    ledger.append_channel_event(channel, added, about=line.number)
    ledger.update_reactions(channel, line, with_reaction(line.reactions, intent.emoji, actor.id))
    return Appended(channel.stream, channel.seq, line.number)


def append_reaction_end(ledger: Ledger, intent: RemoveReaction) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line = resolve_message(ledger, channel, intent.number)
    if not has_reaction(line, intent.emoji, actor.id):
        return Appended(channel.stream, channel.seq, line.number)
    removed = ReactionRemoved(
        seq=channel.seq + 1,
        at=intent.at,
        channel=channel.id,
        number=line.number,
        by=actor.id,
        emoji=intent.emoji,
    )
    ledger.append_channel_event(channel, removed, about=line.number)
    ledger.update_reactions(channel, line, without_reaction(line.reactions, intent.emoji, actor.id))
    return Appended(channel.stream, channel.seq, line.number)


def _check_room(line: MessagePosted, emoji: str, limits: StoreLimits) -> None:
    if sum(len(reaction.users) for reaction in line.reactions) >= limits.reactions_per_message:
        raise Refused("too_many_reactions")
    known = {reaction.emoji for reaction in line.reactions}
    if emoji not in known and len(known) >= limits.emoji_per_message:
        raise Refused("too_many_reactions")


def has_reaction(line: MessagePosted, emoji: str, user: str) -> bool:
    return any(reaction.emoji == emoji and user in reaction.users for reaction in line.reactions)


def with_reaction(reactions: list[Reaction], emoji: str, user: str) -> list[Reaction]:
    """A new emoji comes last, a new user last under theirs."""
    if all(reaction.emoji != emoji for reaction in reactions):
        return [*reactions, Reaction(emoji=emoji, users=[user])]
    return [
        Reaction(emoji=emoji, users=[*reaction.users, user]) if reaction.emoji == emoji else reaction
        for reaction in reactions
    ]


def without_reaction(reactions: list[Reaction], emoji: str, user: str) -> list[Reaction]:
    """An emoji that nobody chooses any more is gone."""
    left = [
        Reaction(emoji=emoji, users=[other for other in reaction.users if other != user])
        if reaction.emoji == emoji
        else reaction
        for reaction in reactions
    ]
    return [reaction for reaction in left if reaction.users]
