"""Bounds the store holds; each has a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from hubbub.config import Limits


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """`queue`: items that may wait for the writer; `batch`: items in one transaction; `readers`: connections.
    `receipt_members`: in larger channels a batch does not say whose positions moved. `mention_everyone_members`: in
    larger ones only who answers for the channel calls everybody."""

    channels_per_user: int = 500
    reactions_per_message: int = 1000
    emoji_per_message: int = 40
    threads_followed: int = 200
    receipt_members: int = 50
    mention_everyone_members: int = 200
    pins_per_channel: int = 50
    saved_per_user: int = 500
    votes_per_poll: int = 1000
    queue: int = 10_000
    batch: int = 256
    readers: int = 3

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """The bounds the settings ask for."""
        return cls(
            queue=limits.posts_queue,
            channels_per_user=limits.channels_per_user,
            emoji_per_message=limits.reactions_per_message,
            threads_followed=limits.threads_followed,
            receipt_members=limits.receipt_members,
            mention_everyone_members=limits.mention_everyone_members,
            pins_per_channel=limits.pins_per_channel,
            saved_per_user=limits.saved_per_user,
            votes_per_poll=limits.votes_per_poll,
        )
