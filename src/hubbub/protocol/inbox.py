"""What is addressed to somebody, newest first: messages that name them, answers to what they wrote."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from hubbub.domain.addressed import Reason
from hubbub.protocol.events import MessagePosted, UserView
from hubbub.protocol.search import ChannelName

Wanted: TypeAlias = Literal["all", "unread", "mention", "reply"]


class InboxItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message addressed to the user, as it is now, and why it is. `unread`: it is above the user's read position."""

    message: MessagePosted
    channel: ChannelName
    reasons: list[Reason]
    unread: bool = False


class Inbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One page of what is addressed to the user. `cursor` is there when there is more; `partial`: some of it is left
    out, since the archive does not answer."""

    items: list[InboxItem]
    cursor: str | None = None
    partial: bool = False
    users: list[UserView] = []
