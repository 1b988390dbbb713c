"""Ephemeral changes, as a broker carries them from the node where they happen to all nodes: never stored, harmless when
lost. What clients are told of them is in replies.py (`AnyEphemeral`)."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from hubbub.protocol.replies import Status


class TypingChange(msgspec.Struct, tag_field="type", tag="typing", frozen=True, kw_only=True):
    """A member began or goes on writing in a channel (`active`), or stopped."""

    channel: str
    user: str
    active: bool


class PresenceChange(msgspec.Struct, tag_field="type", tag="presence", frozen=True, kw_only=True):
    """What a user is now on the node that says so; it may be what they were before."""

    user: str
    status: Status


Change: TypeAlias = TypingChange | PresenceChange
