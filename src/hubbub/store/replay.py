"""What follows from a log alone: the pure half of verify.py. It shares nothing with the code that wrote the tables.

Problems are told to a callback, not raised: a damaged log has many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from hubbub.domain.notifications import Notifications
from hubbub.protocol.events import (
    REPLY_PEOPLE,
    AnyChannelEvent,
    AnyUserEvent,
    Ballot,
    ChannelCreated,
    ChannelRenamed,
    MemberJoined,
    MemberLeft,
    MembershipChanged,
    MembershipEnded,
    MembershipStarted,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessagePreviewed,
    MessageSaved,
    MessageUnpinned,
    MessageUnsaved,
    NotificationsSet,
    PollAnswered,
    PollClosed,
    PollCounted,
    PollState,
    PollVoted,
    PositionSet,
    Reaction,
    ReactionAdded,
    ReactionRemoved,
    Replies,
    ThreadFollowed,
    ThreadRead,
    ThreadUnfollowed,
    TopicChanged,
)
from hubbub.protocol.parts import PollPart, PreviewPart, Quote

Tell: TypeAlias = Callable[[str], None]
Vote: TypeAlias = PollVoted | PollCounted | PollClosed
WithContent: TypeAlias = (
    MessagePosted | MessageEdited | MessagePreviewed | ReactionAdded | ReactionRemoved | PollVoted | PollCounted
)


@dataclass(slots=True)
class Place:
    """A member of a channel: where they joined and the position their own posts brought them to."""

    joined_seq: int
    position: int
    position_seq: int


@dataclass(slots=True)
class ChannelReplay:
    """A channel after the events fed so far."""

    tell: Tell
    name: str = ""
    topic: str = ""
    private: bool = False
    created_by: str = ""
    created_at: int = 0
    kind: str = "channel"
    people_key: str | None = None
    founders: frozenset[str] = frozenset()
    seq: int = 0
    number: int = 0
    newest: int = 0
    members: dict[str, Place] = field(default_factory=dict)
    pins: dict[int, MessagePinned] = field(default_factory=dict)

    def feed(self, event: AnyChannelEvent) -> None:
        self.seq += 1
        if (event.seq == 1) != isinstance(event, ChannelCreated):
            self.tell(f"event {event.seq} is {type(event).__name__}")
        match event:
            case ChannelCreated():
                self.name, self.topic, self.private = event.name, event.topic, event.private
                self.created_by, self.created_at = event.by, event.at
                self._feed_people(event)
            case ChannelRenamed():
                self.name = event.name
            case TopicChanged():
                self.topic = event.topic
            case MemberJoined():
                if event.user.id in self.members:
                    self.tell(f"event {event.seq}: {event.user.id} joins twice")
                self.members[event.user.id] = Place(event.seq, self.number, event.seq)
                if event.user.id not in self.founders:
                    self.people_key = None
                    self._check_closed(event.seq)
            case MemberLeft():
                if self.members.pop(event.user.id, None) is None:
                    self.tell(f"event {event.seq}: {event.user.id} leaves without being in")
                self.people_key = None
                self._check_closed(event.seq)
            case MessagePosted():
                self._feed_post(event)
            case _:
                if not 1 <= event.number <= self.number:
                    self.tell(f"event {event.seq} is about message {event.number}, which is not there yet")
                self._feed_pin(event)

    def _feed_pin(self, event: AnyChannelEvent) -> None:
        match event:
            case MessagePinned():
                if event.number in self.pins:
                    self.tell(f"event {event.seq} pins message {event.number} again")
                self.pins[event.number] = event
            case MessageUnpinned():
                if self.pins.pop(event.number, None) is None:
                    self.tell(f"event {event.seq} unpins message {event.number}, which is not pinned")
            case MessageDeleted():
                self.pins.pop(event.number, None)

    def _feed_people(self, event: ChannelCreated) -> None:
        self.kind, self.founders = event.kind, frozenset(event.people)
        if event.kind == "channel":
            return
        self.people_key = " ".join(sorted(self.founders))
        if not event.private or event.by not in self.founders or (event.kind == "direct") != (len(self.founders) <= 2):
            self.tell(f"event {event.seq} begins a conversation that cannot be")

    def _check_closed(self, seq: int) -> None:
        if self.kind == "direct":
            self.tell(f"event {seq} changes who is in a conversation between two")

    def _feed_post(self, event: MessagePosted) -> None:
        self.number += 1
        if event.number != self.number:
            self.tell(f"event {event.seq} has number {event.number} instead of {self.number}")
        place = self.members.get(event.author)
        if place is None:
            self.tell(f"event {event.seq}: {event.author} posts without being in")
        elif event.thread is None:
            place.position, place.position_seq = event.number, event.seq
        if event.thread is None:
            self.newest = event.number


@dataclass(slots=True)
class MessageReplay:
    """A message after all events about it. `text_seq`: the event with its text, None for the post itself;
    `preview_seq`: the one with its previews, if any."""

    deleted: bool = False
    text_seq: int | None = None
    preview_seq: int | None = None
    previews: list[PreviewPart] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    poll: PollState = field(default_factory=PollState)
    named: frozenset[str] = frozenset()


def replay_message(post: MessagePosted, later: Iterable[AnyChannelEvent], tell: Tell) -> MessageReplay:
    """`later` are the events about the message, in order."""
    events = list(later)
    with_parts = bool(post.parts)
    deletions = [event for event in events if isinstance(event, MessageDeleted)]
    for event in [post, *events]:
        if isinstance(event, WithContent):
            _check_redaction(event, bool(deletions), tell, may_be_empty=with_parts)
    if deletions:
        if len(deletions) > 1 or events[-1] is not deletions[0]:
            tell(f"message {post.number} has events after its deletion")
        return MessageReplay(deleted=True)
    now = MessageReplay(named=_named(post, post.author))
    for event in events:
        if isinstance(event, MessageEdited):
            now.text_seq, now.named = event.seq, _named(event, post.author)
        elif isinstance(event, MessagePreviewed):
            now.preview_seq, now.previews = event.seq, event.previews
        elif isinstance(event, ReactionAdded | ReactionRemoved):
            now.reactions = _replay_reaction(now.reactions, event, tell)
        elif isinstance(event, Vote):
            now.poll = _replay_vote(post, now.poll, event, tell)
    return now


def _named(event: MessagePosted | MessageEdited, author: str) -> frozenset[str]:
    """Whom a text names besides its author; `*` alone where it names everybody."""
    if any(mention.wide for mention in event.mentions):
        return frozenset("*")
    return frozenset(mention.user for mention in event.mentions if mention.user) - {author}


def _check_redaction(
    event: WithContent,
    deleted: bool,
    tell: Tell,
    *,
    may_be_empty: bool,
) -> None:
    if isinstance(event, MessagePreviewed | PollVoted) and not event.redacted and not _has_content(event):
        return  # it took previews or a vote away, and never had a word of them
    if event.redacted != deleted:
        tell(f"event {event.seq} of a {'deleted' if deleted else 'living'} message has redacted={event.redacted}")
    content = _has_content(event)
    if content and event.redacted:
        tell(f"event {event.seq} still has content")
    elif not content and not event.redacted and not (may_be_empty and isinstance(event, MessageEdited)):
        tell(f"event {event.seq} has no content")


def _has_content(event: WithContent) -> bool:
    match event:
        case MessagePosted():
            quotes = event.reply is not None and not event.reply.deleted
            told = bool(event.text or event.parts or event.mentions)
            return told or (event.redacted and bool(quotes or event.key or event.forward))
        case MessageEdited():
            return bool(event.text or event.mentions)
        case MessagePreviewed():
            return bool(event.previews)
        case PollVoted():
            return bool(event.options)
        case PollCounted():
            return bool(event.votes)
        case _:
            return bool(event.emoji)


def check_quote(post: MessagePosted, gone_at: int | None, tell: Tell) -> bool:
    """Whether the post is noted as an answer; `gone_at`: the seq of the deletion of the message it quotes, None while
    that lives. Of a message that is gone, the number alone may be left."""
    quote = post.reply
    if quote is None or post.redacted:
        return False
    if not 1 <= quote.number < post.number:
        tell(f"event {post.seq} quotes message {quote.number}")
    if quote.deleted != (gone_at is not None):
        tell(f"event {post.seq} quotes message {quote.number}, which {'lives' if gone_at is None else 'is gone'}")
    elif gone_at is None:
        if quote.author is None or quote.seq:
            tell(f"event {post.seq} has no quote")
    elif quote != Quote(number=quote.number, deleted=True, seq=gone_at if gone_at > post.seq else 0):
        tell(f"event {post.seq} still quotes message {quote.number}")
    return not quote.deleted or quote.seq > 0


def _replay_reaction(reactions: list[Reaction], event: ReactionAdded | ReactionRemoved, tell: Tell) -> list[Reaction]:
    users = {reaction.emoji: list(reaction.users) for reaction in reactions}
    chosen = users.setdefault(event.emoji, [])
    if (event.by in chosen) == isinstance(event, ReactionAdded):
        tell(f"event {event.seq} changes nothing")
    elif isinstance(event, ReactionAdded):
        chosen.append(event.by)
    else:
        chosen.remove(event.by)
    return [Reaction(emoji=emoji, users=who) for emoji, who in users.items() if who]


def _replay_vote(post: MessagePosted, poll: PollState, event: Vote, tell: Tell) -> PollState:
    part = next((part for part in post.parts if isinstance(part, PollPart)), None)
    if part is None or isinstance(event, PollVoted if part.anonymous else PollCounted):
        tell(f"event {event.seq} is no vote for message {post.number}")
        return poll
    ended = part.closes_at is not None and event.at >= part.closes_at and not isinstance(event, PollClosed)
    if ended or poll.closed_at is not None:
        tell(f"event {event.seq} changes the poll of message {post.number}, which is closed")
    if isinstance(event, PollClosed):
        return msgspec.structs.replace(poll, closed_at=event.at)
    if isinstance(event, PollCounted):
        if len(event.votes) != len(part.options) or not max(event.votes) <= event.voters <= sum(event.votes):
            tell(f"event {event.seq} counts {event.votes} of {event.voters}")
        return msgspec.structs.replace(poll, votes=event.votes if event.voters else [], voters=event.voters)
    ballots = {ballot.user: ballot for ballot in poll.ballots}
    if event.options:
        ballots[event.by] = Ballot(user=event.by, options=event.options)
    elif ballots.pop(event.by, None) is None:
        tell(f"event {event.seq} withdraws a vote that was not there")
    return msgspec.structs.replace(poll, ballots=list(ballots.values()))


def check_replies(root: MessagePosted, replies: Iterable[tuple[MessagePosted, bool]], tell: Tell) -> Replies | None:
    """What a message shows of its thread; `replies` are all of them with whether they are deleted, in order."""
    now: Replies | None = None
    for post, deleted in replies:
        people = [post.author, *(user for user in (now.people if now else []) if user != post.author)]
        last, count = (now.last, now.count) if now else (0, 0)
        if post.place != last + 1:
            tell(f"event {post.seq} has place {post.place} in thread {root.number}, after {last}")
        now = Replies(count=count + (not deleted), last=post.place, at=post.at, people=people[:REPLY_PEOPLE])
    if now is not None and root.thread is not None:
        tell(f"message {root.number} is a reply, and has a thread")
    return now


@dataclass(slots=True)
class OwnFollow:
    """A followed thread as the user's own log tells it."""

    since: int
    user_seq: int
    position: int
    position_seq: int


@dataclass(slots=True)
class OwnPlace:
    """A membership as the user's own log tells it."""

    joined_seq: int
    joined_user_seq: int
    set_number: int | None = None
    set_seq: int = 0
    muted: bool = False
    pinned: bool = False
    hidden_below: int = 0


@dataclass(slots=True)
class UserReplay:
    """A user's own stream after the events fed so far."""

    tell: Tell
    seq: int = 0
    places: dict[str, OwnPlace] = field(default_factory=dict)
    saved: dict[tuple[str, int], MessageSaved] = field(default_factory=dict)
    answers: dict[tuple[str, int], PollAnswered] = field(default_factory=dict)
    follows: dict[tuple[str, int], OwnFollow] = field(default_factory=dict)
    notifications: Notifications | None = None

    def feed(self, event: AnyUserEvent) -> None:
        self.seq += 1
        match event:
            case MembershipStarted():
                if event.channel.id in self.places:
                    self.tell(f"event {event.seq}: joins {event.channel.id} twice")
                self.places[event.channel.id] = OwnPlace(event.channel_seq, event.seq)
            case MembershipEnded():
                if self.places.pop(event.channel, None) is None:
                    self.tell(f"event {event.seq}: leaves {event.channel} without being in")
                self.follows = {each: follow for each, follow in self.follows.items() if each[0] != event.channel}
            case MembershipChanged():
                place = self.places.get(event.channel)
                if place is None:
                    self.tell(f"event {event.seq}: a place in {event.channel} without being in")
                else:
                    place.muted, place.pinned, place.hidden_below = event.muted, event.pinned, event.hidden_below
            case PositionSet():
                place = self.places.get(event.channel)
                if place is None:
                    self.tell(f"event {event.seq}: a position in {event.channel} without being in")
                elif event.channel_seq >= place.set_seq:
                    place.set_number, place.set_seq = event.number, event.channel_seq
            case MessageSaved() | MessageUnsaved() | NotificationsSet() | PollAnswered():
                self._feed_kept(event)
            case ThreadFollowed() | ThreadUnfollowed() | ThreadRead():
                self._feed_thread(event)

    def _feed_kept(self, event: MessageSaved | MessageUnsaved | NotificationsSet | PollAnswered) -> None:
        if isinstance(event, NotificationsSet):
            self.notifications = event.settings
            return
        place = (event.channel, event.number)
        if isinstance(event, PollAnswered):
            self.answers[place] = event
            return
        if (place in self.saved) == isinstance(event, MessageSaved):
            self.tell(f"event {event.seq} changes nothing")
        if isinstance(event, MessageSaved):
            self.saved[place] = event
        else:
            self.saved.pop(place, None)

    def _feed_thread(self, event: ThreadFollowed | ThreadUnfollowed | ThreadRead) -> None:
        thread = (event.channel, event.number)
        follow = self.follows.pop(thread, None)
        if (follow is None) != isinstance(event, ThreadFollowed) or event.channel not in self.places:
            self.tell(f"event {event.seq}: thread {event.number} of {event.channel} is {'not ' * (not follow)}followed")
        if isinstance(event, ThreadFollowed):
            self.follows[thread] = OwnFollow(event.channel_seq, event.seq, event.position, event.channel_seq)
        elif isinstance(event, ThreadRead) and follow is not None:
            follow.position, follow.position_seq = event.position, event.channel_seq
            self.follows[thread] = follow
