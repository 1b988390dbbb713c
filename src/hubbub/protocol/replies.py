"""What the server sends besides durable events: greetings, answers, resets, and what is never stored (typing, presence,
receipts). None of these has a seq of its own."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from hubbub.domain.conversations import MAX_PEOPLE
from hubbub.domain.new_parts import MAX_PARTS
from hubbub.domain.notifications import Notifications
from hubbub.domain.roles import Role
from hubbub.protocol.events import ChannelSummary, FollowedThread, Line, MessagePosted, UserView

Status: TypeAlias = Literal["online", "away", "offline"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds a client should know before it runs into them. Characters are Unicode code points."""

    text_characters: int
    message_bytes: int
    page_size: int
    typing_seconds: float = 8
    presence_watch: int = 200
    receipt_members: int = 50
    conversation_people: int = MAX_PEOPLE
    parts: int = MAX_PARTS
    edit_history: bool = True
    file_bytes: int = 2 << 30


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The logged-in user."""

    id: str
    name: str
    role: Role


class Welcome(msgspec.Struct, tag_field="type", tag="hello", frozen=True, kw_only=True):
    """The answer to hello: who you are, and each stream's head, up to which missed events follow next."""

    user: Me
    epoch: str
    streams: dict[str, int]
    limits: Limits


class Ok(msgspec.Struct, tag_field="type", tag="ok", frozen=True, kw_only=True, omit_defaults=True):
    """A command was carried out, and what it changed is stored. `seq` is its event's, `number` its message's, `channel`
    a new one's; the rest is what was asked for."""

    id: int
    seq: int | None = None
    number: int | None = None
    channel: str | None = None
    members: list[UserView] | None = None
    presence: dict[str, Status] | None = None
    positions: dict[str, int] | None = None


class Failure(msgspec.Struct, tag_field="type", tag="error", frozen=True, kw_only=True, omit_defaults=True):
    """A command was refused. `retry` true: the same command may succeed later (after `retry_after` seconds).

    Without an `id` the frame itself could not be understood.
    """

    id: int | None = None
    code: str
    message: str
    advice: str
    retry: bool = False
    retry_after: float | None = None


class Reset(msgspec.Struct, tag_field="type", tag="reset", frozen=True, kw_only=True):
    """The position cannot be resumed: fetch this stream's state afresh (GET /api/snapshot), then go on from it."""

    stream: str


class Typing(msgspec.Struct, tag_field="type", tag="typing", frozen=True, kw_only=True):
    """Everybody who is writing in a channel now, oneself included; at most 20 of them.

    Sent at most once a second for a channel: when it has changed, and again every `typing_seconds` / 2 while there is
    anybody. A client forgets it `typing_seconds` after the last one, so that a lost one does no harm.
    """

    channel: str
    users: list[str]


class Presence(msgspec.Struct, tag_field="type", tag="presence", frozen=True, kw_only=True):
    """What became of people whom this connection watches, since it was last told: at most one a tick of 2 s."""

    users: dict[str, Status]


class Receipts(msgspec.Struct, tag_field="type", tag="receipts", frozen=True, kw_only=True):
    """How far members have now read in a small conversation, oneself included; at most once a second for a channel.
    Only those who moved."""

    channel: str
    positions: dict[str, int]


ANSWERS_KEPT = 100
"""So many of the user's votes in anonymous polls, the newest, are in a Snapshot."""


class PollAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What oneself votes for in an anonymous poll, by the places of its options; none: the vote was withdrawn."""

    channel: str
    number: int
    options: list[int] = []


class Room(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One channel opened: a window of its lines, oldest first, and its members (at most 200).

    `older` and `newer` say whether there are lines before and after the window. `member` false: a public channel one
    only looks at; its summary is then here, and in no list. `pins`: the numbers of its pinned messages, the newest pin
    last.
    """

    channel: ChannelSummary
    member: bool
    lines: list[Line]
    older: bool = False
    newer: bool = False
    members: list[UserView] = []
    pins: list[int] = []


class RoomView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One channel opened and nothing besides, for a page that has a snapshot already. `users` names everyone the room
    refers to; `epoch` as in the snapshot."""

    epoch: str
    room: Room
    users: list[UserView] = []


class Thread(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thread opened: the message it hangs on (a tombstone, perhaps), and a window of its replies, oldest first.

    `older` and `newer` say whether there are replies before and after the window.
    """

    root: MessagePosted
    lines: list[MessagePosted]
    older: bool = False
    newer: bool = False


class ThreadNews(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A followed thread in the list of them: where it is, what it hangs on, and its newest replies, oldest first."""

    follow: FollowedThread
    root: MessagePosted
    lines: list[MessagePosted]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a page needs, read in one transaction; applying every later event to it gives the next snapshot.

    `seq` is the position in the user's own stream; each channel's is in its summary. `users` names everyone the rest
    refers to. `saved`: the numbers of the messages the user has saved, by channel, in the order they were saved.
    `answers`: what the user votes for in anonymous polls, the newest vote last. `thread` is one of the room's channel,
    `threads` are those the user follows, in the order they began to.
    """

    epoch: str
    user: Me
    seq: int
    channels: list[ChannelSummary]
    room: Room | None = None
    saved: dict[str, list[int]] = {}
    answers: list[PollAnswer] = []
    thread: Thread | None = None
    threads: list[FollowedThread] = []
    notifications: Notifications = msgspec.field(default_factory=Notifications)
    users: list[UserView] = []
    limits: Limits
    server: str = "Hubbub"


AnyReply: TypeAlias = Welcome | Ok | Failure | Reset
AnyEphemeral: TypeAlias = Typing | Presence | Receipts
