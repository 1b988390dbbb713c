"""Commands a client sends over the socket, one JSON object a text frame. Unknown fields are refused.

Each command but hello carries `id`, the client's own number for it, and is answered once by `ok` or `error` with that
id. Each is also a route under /api, but for those about the connection itself; both call one service function.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from hubbub.domain.conversations import MAX_PEOPLE
from hubbub.domain.new_parts import MAX_OPTIONS, Forwarded, NewParts
from hubbub.domain.notifications import Level, NotificationSettings
from hubbub.domain.scalars import Id, Number, Position, Ulid

Option: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=MAX_OPTIONS)]


class Command(msgspec.Struct, tag_field="type", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all commands share: the tag `type`."""


class Hello(Command, tag="hello", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first frame, once. `streams` maps a stream to the last seq the client has; what came after it is sent.

    `epoch` is the one the positions belong to (from an earlier hello or page); another one resets every stream.
    """

    streams: dict[str, Position] = {}
    epoch: str | None = None


class Numbered(Command, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command that is answered."""

    id: Id


class Ping(Numbered, tag="ping", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answered by ok: for clients that cannot send a WebSocket ping, as browsers cannot."""


class MessagePost(Numbered, tag="message.post", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Post a message. With a `key` it is stored once for ever: the same key again gets the first answer again.

    With `parts` the text may be empty. `reply` is the number of the message it answers, in the same channel. With
    `forward` text and parts are those of that message, and none may be given. With `thread` it is a reply in the thread
    of that message (or of the thread in which that one is a reply itself), which one follows from then on.
    """

    channel: Ulid
    text: str = ""
    key: str | None = None
    parts: NewParts = []
    reply: Number | None = None
    forward: Forwarded | None = None
    thread: Number | None = None


class MessageEdit(Numbered, tag="message.edit", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Replace the text of one's own message."""

    channel: Ulid
    number: Number
    text: str


class MessageDelete(Numbered, tag="message.delete", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Delete a message: one's own, or anybody's as a moderator. Its text is then gone from the log too."""

    channel: Ulid
    number: Number


class PreviewRemove(Numbered, tag="preview.remove", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take the previews of links away from one's own message, or from anybody's as a moderator. None come again."""

    channel: Ulid
    number: Number


class ReactionAdd(Numbered, tag="reaction.add", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put an emoji under a message. Already there: nothing changes."""

    channel: Ulid
    number: Number
    emoji: str


class ReactionRemove(Numbered, tag="reaction.remove", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take one's own emoji away again. Not there: nothing changes."""

    channel: Ulid
    number: Number
    emoji: str


class MessagePin(Numbered, tag="message.pin", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pin a message of a channel one is in. Pinned already: nothing changes."""

    channel: Ulid
    number: Number


class MessageUnpin(Numbered, tag="message.unpin", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a pin away, whoever set it. Not pinned: nothing changes."""

    channel: Ulid
    number: Number


class MessageSave(Numbered, tag="message.save", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Save a message that one may read, for oneself. Saved already: nothing changes."""

    channel: Ulid
    number: Number


class MessageUnsave(Numbered, tag="message.unsave", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Save it no more, wherever it is. Not saved: nothing changes."""

    channel: Ulid
    number: Number


class PollVote(Numbered, tag="poll.vote", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Vote in a message's poll, by the places of its options: this replaces what one voted before. None of them
    withdraws it."""

    channel: Ulid
    number: Number
    options: Annotated[list[Option], msgspec.Meta(max_length=MAX_OPTIONS)]


class PollClose(Numbered, tag="poll.close", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End the poll of one's own message. Closed already: nothing changes."""

    channel: Ulid
    number: Number


class PositionUpdate(Numbered, tag="position.set", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read up to `number`; lower than before marks as unread."""

    channel: Ulid
    number: Position


class ThreadFollow(Numbered, tag="thread.follow", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be told of replies in the thread of a message. Followed already: nothing changes. Beyond `threads_followed` of
    them, the one followed for longest ends."""

    channel: Ulid
    number: Number


class ThreadUnfollow(Numbered, tag="thread.unfollow", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be told of them no more. Not followed: nothing changes."""

    channel: Ulid
    number: Number


class ThreadReadTo(Numbered, tag="thread.read", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of the thread of message `number`, read up to the message `position`; lower than before marks as unread. Not
    followed: nothing changes."""

    channel: Ulid
    number: Number
    position: Position


class ChannelCreate(Numbered, tag="channel.create", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make a channel, with oneself as its first member. Answered by ok with the new `channel`."""

    name: str
    topic: str = ""
    private: bool = False


class ChannelUpdate(Numbered, tag="channel.update", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rename a channel or set its topic; what is left out stays as it is."""

    channel: Ulid
    name: str | None = None
    topic: str | None = None


class ChannelJoin(Numbered, tag="channel.join", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Join a public channel."""

    channel: Ulid


class ChannelLeave(Numbered, tag="channel.leave", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave a channel. A private one cannot be found again without being put in."""

    channel: Ulid


class ConversationOpen(Numbered, tag="conversation.open", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conversation with these people (oneself may be left out): a new one, or the one there is. Nobody else: notes
    to oneself. Answered by ok with its `channel`."""

    users: Annotated[list[Ulid], msgspec.Meta(max_length=MAX_PEOPLE)]


class MembershipUpdate(Numbered, tag="membership.update", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mute a channel, pin it in one's list, or hide it there until its next message; what is left out stays."""

    channel: Ulid
    muted: bool | None = None
    pinned: bool | None = None
    hidden: bool | None = None


class NotificationsUpdate(Numbered, tag="notifications.update", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one wants to be told of, but for the levels of single channels: all of it, as it is to be from now on."""

    settings: NotificationSettings


class ChannelNotify(Numbered, tag="channel.notify", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The level of one channel; left out: that of all others."""

    channel: Ulid
    level: Level | None = None


class MemberAdd(Numbered, tag="member.add", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put somebody into a channel one is in."""

    channel: Ulid
    user: Ulid


class MemberRemove(Numbered, tag="member.remove", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take somebody out of a channel. They hear nothing more of it after this event."""

    channel: Ulid
    user: Ulid


class MemberList(Numbered, tag="member.list", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answered by ok with `members` (at most 200, in the order they joined, after the user `after`)."""

    channel: Ulid
    after: Ulid | None = None


class TypingStart(Numbered, tag="typing.start", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One is writing in a channel: to be repeated every `typing_seconds` / 2 while one is, or it is forgotten after
    `typing_seconds`. Posting there ends it too. In channels with many listeners nobody is told."""

    channel: Ulid


class TypingStop(Numbered, tag="typing.stop", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One is writing no more. Was not: nothing changes."""

    channel: Ulid


class PresenceSet(Numbered, tag="presence.set", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether somebody sits before this connection; a new one is online. A user is online while one of their
    connections is, away while all are away, and offline some seconds after the last one ended."""

    status: Literal["online", "away"]


class PresenceWatch(Numbered, tag="presence.watch", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From now on this connection is told of these people (at most `presence_watch`), and of nobody it watched before.
    Answered by ok with their `presence` now. Who is in no channel with the user looks offline."""

    users: list[Ulid]


class ReceiptList(Numbered, tag="receipt.list", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answered by ok with the `positions` of the channel's members; with none of them where there are more than
    `receipt_members`."""

    channel: Ulid


AnyNumbered: TypeAlias = (
    Ping
    | MessagePost
    | MessageEdit
    | MessageDelete
    | PreviewRemove
    | ReactionAdd
    | ReactionRemove
    | MessagePin
    | MessageUnpin
    | MessageSave
    | MessageUnsave
    | PollVote
    | PollClose
    | PositionUpdate
    | ThreadFollow
    | ThreadUnfollow
    | ThreadReadTo
    | ChannelCreate
    | ChannelUpdate
    | ChannelJoin
    | ChannelLeave
    | ConversationOpen
    | MembershipUpdate
    | NotificationsUpdate
    | ChannelNotify
    | MemberAdd
    | MemberRemove
    | MemberList
    | TypingStart
    | TypingStop
    | PresenceSet
    | PresenceWatch
    | ReceiptList
)
AnyCommand: TypeAlias = Hello | AnyNumbered
