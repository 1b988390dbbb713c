"""Redaction: a deleted message's content goes from every event that ever carried it.

That is the post, its edits and reactions in the channel's log, and the summaries (which show the newest message) in the
own logs of those who joined while it was the newest. And it is the quotes in the posts that answer it, of which only
the number is left.
"""

from __future__ import annotations

import msgspec

from hubbub.domain.ids import user_stream
from hubbub.protocol import codec
from hubbub.protocol.events import (
    AnyEvent,
    MembershipStarted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from hubbub.protocol.parts import Quote
from hubbub.store.attachments import fetch_answers
from hubbub.store.ledger import Ledger
from hubbub.store.lines import last_of, make_tombstone
from hubbub.store.states import ChannelState


def redact(ledger: Ledger, channel: ChannelState, line: MessagePosted) -> None:
    """Blank all earlier events of the message `line`. Raises `Cold` before it writes."""
    post = ledger.fetch_event(channel.stream, line.seq)
    about = ledger.fetch_events_about(channel.stream, line.number, since=line.seq)
    summaries = [
        event
        for joined in ledger.fetch_joins_behind(channel, line)
        for event in ledger.fetch_events_about(user_stream(joined.user.id), joined.seq)
        if isinstance(event, MembershipStarted) and event.channel.id == channel.id
    ]
    answers = [ledger.fetch_event(channel.stream, seq) for seq in fetch_answers(ledger, channel.id, line.number)]
    for answer in answers:
        if isinstance(answer, MessagePosted) and not answer.redacted:
            _rewrite(ledger, channel.stream, answer, make_emptied(answer, channel.seq + 1))
    for event in [post, *about]:
        _rewrite(ledger, channel.stream, event, make_blank(event))
    for event in summaries:
        _rewrite(ledger, user_stream(event.user), event, make_blank_summary(event, line))


def _rewrite(ledger: Ledger, stream: str, event: AnyEvent, blank: AnyEvent) -> None:
    ledger.rewrite_event(stream, event.seq, codec.encode(blank).ljust(ledger.fetch_room(stream, event.seq)))


def make_blank(event: AnyEvent) -> AnyEvent:
    """The event without its content, marked as redacted; raises TypeError for one that has none."""
    match event:
        case MessagePosted():
            return msgspec.structs.replace(
                event, text="", key=None, parts=[], reply=_blank_quote(event.reply), forward=None, redacted=True
            )
        case MessageEdited():
            return msgspec.structs.replace(event, text="", redacted=True)
        case ReactionAdded() | ReactionRemoved():
            return msgspec.structs.replace(event, emoji="", redacted=True)
        case _:
            raise TypeError(f"{event} has no content to redact")


def make_emptied(event: MessagePosted, seq: int) -> MessagePosted:
    """The answer once the message it quotes was deleted by the event `seq`."""
    assert event.reply is not None
    return msgspec.structs.replace(event, reply=Quote(number=event.reply.number, deleted=True, seq=seq))


def _blank_quote(quote: Quote | None) -> Quote | None:
    """What a deleted answer keeps: whether its quote was emptied before says how often it was rewritten (feed.py)."""
    return quote if quote is None or quote.deleted else Quote(number=quote.number, deleted=True)


def make_blank_summary(event: MembershipStarted, line: MessagePosted) -> MembershipStarted:
    """The event with the message shown as deleted."""
    summary = msgspec.structs.replace(event.channel, last=last_of(make_tombstone(line)))
    return msgspec.structs.replace(event, channel=summary)
