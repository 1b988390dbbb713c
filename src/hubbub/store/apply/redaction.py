"""Redaction: a deleted message's content goes from every event that ever carried it.

That is the post, its edits, reactions and votes in the channel's log, and the summaries (which show the newest
message) in the own logs of those who joined while it was the newest. And it is the quotes in the posts that answer it,
of which only the number is left.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hubbub.domain.ids import user_stream
from hubbub.protocol import codec
from hubbub.protocol.events import (
    AnyEvent,
    MemberJoined,
    MembershipStarted,
    MessageEdited,
    MessagePosted,
    MessagePreviewed,
    PollClosed,
    PollCounted,
    PollVoted,
    ReactionAdded,
    ReactionRemoved,
)
from hubbub.protocol.parts import Quote
from hubbub.store.attachments import fetch_answers
from hubbub.store.cold import Missed
from hubbub.store.ledger import Ledger
from hubbub.store.lines import last_of, make_tombstone
from hubbub.store.states import ChannelState

# What `make_blank` takes: each is about one message, and says in `redacted` whether its content is gone.
WITH_CONTENT: Final = (
    MessagePosted,
    MessageEdited,
    MessagePreviewed,
    ReactionAdded,
    ReactionRemoved,
    PollVoted,
    PollCounted,
)


def redact(ledger: Ledger, channel: ChannelState, line: MessagePosted) -> None:
    """Blank all earlier events of the message `line`. Raises `Cold` before it writes, with all that is missing."""
    events: list[AnyEvent] = []
    joins: list[MemberJoined] = []
    starts: list[MembershipStarted | None] = []
    missed = Missed()
    with missed.noted():
        events.append(ledger.fetch_event(channel.stream, line.seq))
    with missed.noted():
        events += ledger.fetch_events_about(channel.stream, line.number, since=line.seq)
    with missed.noted():
        joins += ledger.fetch_joins_behind(channel, line)
    for joined in joins:
        with missed.noted():
            starts.append(ledger.fetch_start(joined))
    answers: list[AnyEvent] = []
    for seq in fetch_answers(ledger, channel.id, line.number):
        with missed.noted():
            answers.append(answer := ledger.fetch_event(channel.stream, seq))
            # With what it says by now: followers copy it again, and from what is here.
            if isinstance(answer, MessagePosted):
                ledger.fetch_message(channel, answer.number)
    missed.check()
    for answer in answers:
        if isinstance(answer, MessagePosted) and not answer.redacted:
            _rewrite(ledger, channel.stream, answer, make_emptied(answer, channel.seq + 1))
    for event in events:
        _rewrite(ledger, channel.stream, event, make_blank(event))
    for start in starts:
        if start is not None:
            _rewrite(ledger, user_stream(start.user), start, make_blank_summary(start))


def _rewrite(ledger: Ledger, stream: str, event: AnyEvent, blank: AnyEvent) -> None:
    ledger.rewrite_event(stream, event.seq, codec.encode(blank).ljust(ledger.fetch_room(stream, event.seq)))


def make_blank(event: AnyEvent) -> AnyEvent:
    """The event without its content, marked as redacted; raises TypeError for one that has none."""
    match event:
        case MessagePosted():
            return msgspec.structs.replace(
                event,
                text="",
                key=None,
                parts=[],
                reply=_blank_quote(event.reply),
                forward=None,
                mentions=[],
                redacted=True,
            )
        case MessageEdited():
            return msgspec.structs.replace(event, text="", mentions=[], redacted=True)
        case MessagePreviewed():
            # One that has nothing to lose stays as it is, and takes no more room than it has.
            return msgspec.structs.replace(event, previews=[], redacted=True) if event.previews else event
        case ReactionAdded() | ReactionRemoved():
            return msgspec.structs.replace(event, emoji="", redacted=True)
        case PollVoted():
            return msgspec.structs.replace(event, options=[], redacted=True) if event.options else event
        case PollCounted():
            return msgspec.structs.replace(event, votes=[], voters=0, redacted=True)
        case PollClosed():
            return event
        case _:
            raise TypeError(f"{event} has no content to redact")


def make_emptied(event: MessagePosted, seq: int) -> MessagePosted:
    """The answer once the message it quotes was deleted by the event `seq`."""
    assert event.reply is not None
    return msgspec.structs.replace(event, reply=Quote(number=event.reply.number, deleted=True, seq=seq))


def _blank_quote(quote: Quote | None) -> Quote | None:
    """What a deleted answer keeps: whether its quote was emptied before says how often it was rewritten (feed.py)."""
    return quote if quote is None or quote.deleted else Quote(number=quote.number, deleted=True)


def make_blank_summary(event: MembershipStarted) -> MembershipStarted:
    """The event with the message that it shows as the newest shown as deleted."""
    last = event.channel.last
    if last is None:
        return event
    line = MessagePosted(seq=0, at=last.at, channel=event.channel.id, number=last.number, author=last.author)
    summary = msgspec.structs.replace(event.channel, last=last_of(make_tombstone(line)))
    return msgspec.structs.replace(event, channel=summary)
