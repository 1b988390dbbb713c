"""Polls: voting, changing and withdrawing a vote, closing.

An open poll names who votes for what, on its message and in the channel's log. In an anonymous one the channel hears
the new count alone, and who chose what is in the voter's own log, which nobody else reads.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hubbub.domain.intents import Appended, ClosePoll, VotePoll
from hubbub.errors import Refused
from hubbub.protocol.events import (
    Ballot,
    MessagePosted,
    PollAnswered,
    PollClosed,
    PollCounted,
    PollState,
    PollVoted,
)
from hubbub.protocol.parts import PollPart
from hubbub.store.apply.access import resolve_actor, resolve_message, resolve_own_channel
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, UserState

_BALLOT: Final = 'SELECT options FROM ballots WHERE channel = ? AND number = ? AND "user" = ?'
_VOTE: Final = """INSERT INTO ballots (channel, number, "user", seq, options) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (channel, number, "user") DO UPDATE SET seq = excluded.seq, options = excluded.options"""
_NOBODY: Final = PollState()


def append_vote(ledger: Ledger, intent: VotePoll) -> Appended:
    """Refused: what the intent names."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line, poll = _resolve_poll(ledger, channel, intent.number)
    state = line.poll or _NOBODY
    if state.closed_at is not None or (poll.closes_at is not None and intent.at >= poll.closes_at):
        raise Refused("poll_closed")
    chosen = sorted(set(intent.options))
    if any(not 0 <= option < len(poll.options) for option in chosen) or (len(chosen) > 1 and not poll.multiple):
        raise Refused("bad_vote")
    if poll.anonymous:
        _count(ledger, channel, line, poll, actor, chosen, intent.at)
    else:
        _name(ledger, channel, line, actor, chosen, intent.at)
    return Appended(channel.stream, channel.seq, line.number)


def append_closing(ledger: Ledger, intent: ClosePoll) -> Appended:
    """Refused: what the intent names."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line, _ = _resolve_poll(ledger, channel, intent.number)
    if line.author != actor.id:
        raise Refused("not_yours")
    state = line.poll or _NOBODY
    if state.closed_at is None:
        closed = PollClosed(seq=channel.seq + 1, at=intent.at, channel=channel.id, number=line.number, by=actor.id)
        ledger.append_channel_event(channel, closed, about=line.number)
        ledger.update_poll(channel, line, msgspec.structs.replace(state, closed_at=intent.at))
    return Appended(channel.stream, channel.seq, line.number)


def _resolve_poll(ledger: Ledger, channel: ChannelState, number: int) -> tuple[MessagePosted, PollPart]:
    line = resolve_message(ledger, channel, number)
    if line.deleted:
        raise Refused("already_deleted")
    for part in line.parts:
        if isinstance(part, PollPart):
            return line, part
    raise Refused("no_poll")


def _name(
    ledger: Ledger, channel: ChannelState, line: MessagePosted, actor: UserState, chosen: list[int], at: int
) -> None:
    """The vote in an open poll, for everybody to read."""
    state = line.poll or _NOBODY
    before = next((ballot.options for ballot in state.ballots if ballot.user == actor.id), [])
    if before == chosen:
        return
    if not before and len(state.ballots) >= ledger.limits.votes_per_poll:
        raise Refused("too_many_votes")
    vote = PollVoted(seq=channel.seq + 1, at=at, channel=channel.id, number=line.number, by=actor.id, options=chosen)
    ledger.append_channel_event(channel, vote, about=line.number)
    ballots = with_ballot(state.ballots, actor.id, chosen)
    ledger.update_poll(channel, line, msgspec.structs.replace(state, ballots=ballots))


def with_ballot(ballots: list[Ballot], user: str, options: list[int]) -> list[Ballot]:
    """Who votes otherwise keeps their place; who votes for nothing has none."""
    ballot = Ballot(user=user, options=options)
    if not options:
        return [each for each in ballots if each.user != user]
    if all(each.user != user for each in ballots):
        return [*ballots, ballot]
    return [ballot if each.user == user else each for each in ballots]


def _count(
    ledger: Ledger,
    channel: ChannelState,
    line: MessagePosted,
    poll: PollPart,
    actor: UserState,
    chosen: list[int],
    at: int,
) -> None:
    """The vote in an anonymous poll: the count for everybody, the choice for oneself."""
    row = ledger.cursor.execute(_BALLOT, (channel.id, line.number, actor.id)).fetchone()
    before: list[int] = msgspec.json.decode(row[0]) if row else []
    if before == chosen:
        return
    state = line.poll or _NOBODY
    votes = [
        count + (option in chosen) - (option in before)
        for option, count in enumerate(state.votes or [0] * len(poll.options))
    ]
    voters = state.voters + bool(chosen) - bool(before)
    counted = PollCounted(
        seq=channel.seq + 1, at=at, channel=channel.id, number=line.number, votes=votes, voters=voters
    )
    ledger.append_channel_event(channel, counted, about=line.number)
    ledger.update_poll(channel, line, msgspec.structs.replace(state, votes=votes if voters else [], voters=voters))
    answered = PollAnswered(
        seq=actor.seq + 1, at=at, user=actor.id, channel=channel.id, number=line.number, options=chosen
    )
    ledger.append_user_event(actor, answered)
    options = msgspec.json.encode(chosen).decode()
    ledger.cursor.execute(_VOTE, (channel.id, line.number, actor.id, answered.seq, options))
