"""Durable events: what a stream's log holds and what travels to clients, byte for byte the same.

Invariants: an event's encoding is made once, inside the committing transaction; `seq` is its stream's next number;
unknown types and fields are ignored by clients (rolling upgrades). A redacted event keeps type, seq, number and times
and has lost its content for ever.

Times are milliseconds since 1970, UTC. Users and channels are ULIDs.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from hubbub.domain.conversations import ChannelKind
from hubbub.domain.mentions import Wide
from hubbub.domain.new_parts import Kind
from hubbub.domain.notifications import Notifications
from hubbub.protocol.parts import Origin, Part, PreviewPart, Quote
from hubbub.protocol.people import UserView as UserView


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """One emoji under a message, with who chose it, in the order they did."""

    emoji: str
    users: list[str]


class Mention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom or what a text names, as the server found it when that was written: a member of the channel (`user`), a
    public channel (`channel`), or everybody in this one (`wide`; `here`: but only those who are there are called).

    `text` is what stands in the message, its sign included; it means the same wherever it stands there.
    """

    text: str
    user: str | None = None
    channel: str | None = None
    wide: Wide | None = None


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody votes for, by the places of the poll's options, in order."""

    user: str
    options: list[int]


class PollState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a message's poll stands. Of an open one: who votes for what, whoever voted first being the first. Of an
    anonymous one: how many people vote for each option, and how many do at all. `closed_at`: once its author ended it.
    """

    ballots: list[Ballot] = []
    votes: list[int] = []
    voters: int = 0
    closed_at: int | None = None


class Replies(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message shows of the thread that hangs on it: how many replies there are (`count`, without deleted ones),
    the place of the newest (`last`) and when it was posted (`at`), deleted or not, and the ids of those who took part
    last, the newest first, at most 3."""

    count: int
    last: int
    at: int
    people: list[str]


class Event(msgspec.Struct, tag_field="type", frozen=True, kw_only=True, omit_defaults=True):
    """What every durable event has; `seq` counts without a gap from 1 within its stream."""

    seq: int
    at: int


class ChannelEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event of the stream `channel:<channel>`."""

    channel: str


class ChannelCreated(ChannelEvent, tag="channel.created", frozen=True, kw_only=True, omit_defaults=True):
    """The first event of every channel. One of another `kind` is a conversation, which begins without a name;
    `people` are the ids of all who are in it from the beginning, each of whom joins by an event that follows."""

    by: str
    name: str
    topic: str = ""
    private: bool = False
    kind: ChannelKind = "channel"
    people: list[str] = []


class ChannelRenamed(ChannelEvent, tag="channel.renamed", frozen=True, kw_only=True, omit_defaults=True):
    """The channel has the new `name` from here on."""

    by: str
    name: str


class TopicChanged(ChannelEvent, tag="topic.changed", frozen=True, kw_only=True, omit_defaults=True):
    """The channel has the new `topic` from here on; empty or left out: none."""

    by: str
    topic: str = ""


class MemberJoined(ChannelEvent, tag="member.joined", frozen=True, kw_only=True, omit_defaults=True):
    """`by` is who put them in, or the user's own id."""

    by: str
    user: UserView


class MemberLeft(ChannelEvent, tag="member.left", frozen=True, kw_only=True, omit_defaults=True):
    """`by` is who took them out, or the user's own id."""

    by: str
    user: UserView


class MessagePosted(ChannelEvent, tag="message.posted", frozen=True, kw_only=True, omit_defaults=True):
    """A message. In listings the same object carries its present state: the text as last edited, `edited_at`,
    `deleted` (then without text and parts), `reactions`, `previews`, `unpreviewed`, and how its `poll` stands (left
    out: nobody votes in it, and it is not closed).

    `text` may be empty when there are `parts`. When the message that `reply` quotes is deleted, the quote is, here as
    in every log: a client that hears of the deletion keeps of it `number` and `deleted`.

    With `thread` it is a reply in the thread of that message, and no line of the room: `place` counts the replies there
    (1, 2, 3 …), so that people call it 17.1. It has a `number` as every message does, by which all commands name it.
    `replies` stands on the message a thread hangs on, in listings alone.
    """

    number: int
    author: str
    text: str = ""
    key: str | None = None
    edited_at: int | None = None
    deleted: bool = False
    redacted: bool = False
    reactions: list[Reaction] = []
    parts: list[Part] = []
    reply: Quote | None = None
    forward: Origin | None = None
    mentions: list[Mention] = []
    previews: list[PreviewPart] = []
    unpreviewed: bool = False
    poll: PollState | None = None
    thread: int | None = None
    place: int = 0
    replies: Replies | None = None

    @property
    def emptied(self) -> int:
        """The seq of the deletion that emptied the quote it carries; 0 for none."""
        return self.reply.seq if self.reply is not None else 0


class MessageEdited(ChannelEvent, tag="message.edited", frozen=True, kw_only=True, omit_defaults=True):
    """A message has the new `text`, which may be empty when it has parts; those stay. `mentions` are those of it.
    `thread`: it is a reply in that one."""

    number: int
    by: str
    text: str = ""
    mentions: list[Mention] = []
    redacted: bool = False
    thread: int | None = None


class MessageDeleted(ChannelEvent, tag="message.deleted", frozen=True, kw_only=True, omit_defaults=True):
    """A message is gone; a tombstone with its number stays in listings. `thread`: it was a reply in that one."""

    number: int
    by: str
    thread: int | None = None


class MessagePreviewed(ChannelEvent, tag="message.previewed", frozen=True, kw_only=True, omit_defaults=True):
    """What the links of a message lead to, all of it: what was shown before is replaced. It comes when the server has
    looked, and when an edit took such a link away. With `by`, somebody took the previews away, for good."""

    number: int
    previews: list[PreviewPart] = []
    by: str = ""
    redacted: bool = False


class ReactionAdded(ChannelEvent, tag="reaction.added", frozen=True, kw_only=True, omit_defaults=True):
    """`by` put an `emoji` under a message; the emoji is left out once the message was deleted."""

    number: int
    by: str
    emoji: str = ""
    redacted: bool = False


class ReactionRemoved(ChannelEvent, tag="reaction.removed", frozen=True, kw_only=True, omit_defaults=True):
    """`by` took their `emoji` away again."""

    number: int
    by: str
    emoji: str = ""
    redacted: bool = False


class MessagePinned(ChannelEvent, tag="message.pinned", frozen=True, kw_only=True, omit_defaults=True):
    """`by` pinned message `number` of the channel; the newest pin is the last one. A line of the room, too."""

    number: int
    by: str


class MessageUnpinned(ChannelEvent, tag="message.unpinned", frozen=True, kw_only=True, omit_defaults=True):
    """The message is pinned no more. One that is deleted is not either, without this event."""

    number: int
    by: str


class PollVoted(ChannelEvent, tag="poll.voted", frozen=True, kw_only=True, omit_defaults=True):
    """All that `by` votes for in the open poll of a message, by the places of its options; none: the vote is
    withdrawn."""

    number: int
    by: str
    options: list[int] = []
    redacted: bool = False


class PollCounted(ChannelEvent, tag="poll.counted", frozen=True, kw_only=True, omit_defaults=True):
    """Somebody has voted in the anonymous poll of a message: how many people now vote for each of its options, and how
    many do at all."""

    number: int
    votes: list[int] = []
    voters: int = 0
    redacted: bool = False


class PollClosed(ChannelEvent, tag="poll.closed", frozen=True, kw_only=True, omit_defaults=True):
    """The author of the message has ended its poll."""

    number: int
    by: str


class UserEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event of the stream `user:<user>`; only that user ever sees it."""

    user: str


class MembershipStarted(UserEvent, tag="membership.started", frozen=True, kw_only=True, omit_defaults=True):
    """The user is now in a channel, and hears its events after `channel_seq` (that of their own member.joined).

    `channel` shows the channel as it was right after that event; the read position starts at its newest message.
    """

    channel: ChannelSummary
    channel_seq: int


class MembershipEnded(UserEvent, tag="membership.ended", frozen=True, kw_only=True, omit_defaults=True):
    """The user is no longer in a channel and hears nothing of it after `channel_seq`."""

    channel: str
    channel_seq: int


class MembershipChanged(UserEvent, tag="membership.changed", frozen=True, kw_only=True, omit_defaults=True):
    """What the user has made of their own place in a channel, all of it: what is left out is false, or 0.

    `hidden_below`: it is out of their list while its newest message has a lower number.
    """

    channel: str
    muted: bool = False
    pinned: bool = False
    hidden_below: int = 0


class PositionSet(UserEvent, tag="position.set", frozen=True, kw_only=True, omit_defaults=True):
    """The user has read `channel` up to message `number`.

    `channel_seq` is the channel's head at that moment. One's own post moves the position too, without an event of this
    kind: of the two, the one with the higher channel seq holds, and on a tie this one.
    """

    channel: str
    number: int
    channel_seq: int


class PollAnswered(UserEvent, tag="poll.answered", frozen=True, kw_only=True, omit_defaults=True):
    """The user votes in the anonymous poll of a message, by the places of its options; none: the vote is withdrawn.
    Nobody else is ever told."""

    channel: str
    number: int
    options: list[int] = []


class ThreadFollowed(UserEvent, tag="thread.followed", frozen=True, kw_only=True, omit_defaults=True):
    """From now on the user is told of replies in the thread of message `number`: who begins a thread or writes in it
    follows it, and whoever asks to.

    As of the channel's event `channel_seq` the user has read up to the message `position`; `unread` are the numbers of
    others' replies above it.
    """

    channel: str
    number: int
    channel_seq: int
    position: int
    unread: list[int] = []


class ThreadUnfollowed(UserEvent, tag="thread.unfollowed", frozen=True, kw_only=True, omit_defaults=True):
    """The user follows the thread of message `number` no more. Leaving the channel ends it as well, without this."""

    channel: str
    number: int


class NotificationsSet(UserEvent, tag="notifications.set", frozen=True, kw_only=True, omit_defaults=True):
    """What the user wants to be told of, all of it, from here on."""

    settings: Notifications


class MessageSaved(UserEvent, tag="message.saved", frozen=True, kw_only=True, omit_defaults=True):
    """The user has saved message `number` of `channel` for themselves; the newest is the last one."""

    channel: str
    number: int


class MessageUnsaved(UserEvent, tag="message.unsaved", frozen=True, kw_only=True, omit_defaults=True):
    """The user has saved it no more."""

    channel: str
    number: int


class ThreadRead(UserEvent, tag="thread.read", frozen=True, kw_only=True, omit_defaults=True):
    """Of the thread of message `number`, which they follow, the user has read up to the message `position`.

    `channel_seq` is the channel's head at that moment. One's own reply moves the position too, without an event of this
    kind: of the two, the one with the higher channel seq holds, and on a tie this one.
    """

    channel: str
    number: int
    position: int
    channel_seq: int


class LastMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest message of a channel that is no reply in a thread, for lists of channels; `text` is its first 140
    characters (code points), `kind` that of its first part."""

    number: int
    author: str
    at: int
    text: str = ""
    kind: Kind | None = None
    deleted: bool = False


class FollowedThread(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A thread that the user follows, by its channel and the `number` of the message it hangs on.

    `unread` holds the newest (at most 101) numbers of others' undeleted replies above `position`. `since`: the
    channel's seq at which they began to follow it; `position_seq`: at which the position was last set.
    """

    channel: str
    number: int
    since: int
    position: int
    position_seq: int
    unread: list[int] = []


class ChannelSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A channel as one of its members sees it in a list, as of its event `seq`.

    `unread` holds the newest (at most 101) numbers of others' undeleted messages above `position`, without replies in
    threads; a longer list than 100 is shown as "99+". `mentioned`: those of all such that name the user or everybody
    (as many at most). `position_seq` is the channel's seq at which the position was last set.

    A conversation (another `kind`) also has its `people`, all of them, in the order they joined; `unnamed`: its `name`
    is made of theirs, but for the reader's own. `muted`, `pinned`, `hidden_below`: as in membership.changed.
    """

    id: str
    name: str
    topic: str = ""
    private: bool = False
    created_by: str
    created_at: int
    seq: int
    number: int
    members: int
    position: int
    position_seq: int
    unread: list[int] = []
    last: LastMessage | None = None
    kind: ChannelKind = "channel"
    people: list[UserView] = []
    unnamed: bool = False
    muted: bool = False
    pinned: bool = False
    hidden_below: int = 0
    mentioned: list[int] = []


SystemLine: TypeAlias = ChannelCreated | ChannelRenamed | TopicChanged | MemberJoined | MemberLeft | MessagePinned
Line: TypeAlias = MessagePosted | SystemLine
"""What a room shows one below the other, ordered by seq: messages, and system lines (which have no number of their
own)."""

AnyChannelEvent: TypeAlias = (
    Line
    | MessageEdited
    | MessageDeleted
    | MessagePreviewed
    | ReactionAdded
    | ReactionRemoved
    | MessageUnpinned
    | PollVoted
    | PollCounted
    | PollClosed
)
AnyUserEvent: TypeAlias = (
    MembershipStarted
    | MembershipEnded
    | MembershipChanged
    | PositionSet
    | MessageSaved
    | MessageUnsaved
    | PollAnswered
    | ThreadFollowed
    | ThreadUnfollowed
    | ThreadRead
    | NotificationsSet
)
AnyEvent: TypeAlias = AnyChannelEvent | AnyUserEvent

LAST_TEXT = 140
UNREAD_KEPT = 101
REPLY_PEOPLE = 3
