"""What is read from the store in one piece, besides what travels as it is (replies.py)."""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.protocol.events import Line, MessagePosted, UserView


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in a channel: the channel's `head`, the seq of the user's own member.joined, and the seq of the
    MembershipStarted in the user's own stream."""

    head: int
    joined_seq: int
    joined_user_seq: int


@dataclass(frozen=True, slots=True)
class Heads:
    """A user's streams as of one moment: the epoch, the user's own head, and each of their channels by id."""

    epoch: str
    user_seq: int
    channels: dict[str, Membership]


@dataclass(frozen=True, slots=True)
class Lines:
    """A window of a channel's lines, oldest first; `users` names the people they refer to."""

    lines: list[Line]
    older: bool
    newer: bool
    users: list[UserView]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Messages, in no order; `cold`: how many more there are whose text is in the archive, which does not answer."""

    messages: list[MessagePosted]
    cold: int = 0
