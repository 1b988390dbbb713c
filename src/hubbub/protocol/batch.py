"""A batch: consecutive events of one stream, committed together, as the broker carries and the hub delivers them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Touch:
    """A membership change: `user` hears the channel from after this batch on (`joined`), or no more (not `joined`)."""

    user: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Move:
    """`user` has now read `channel` up to message `number`, by saying so or by posting."""

    channel: str
    user: str
    number: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Events `first`..`last` of `stream`, encoded as they travel, one payload an event.

    Invariant: a membership event is the last of its batch, and `touched` names whom it touches: someone who joined
    hears nothing of this batch or earlier ones but all later ones (their own MembershipStarted tells them of the
    channel); someone who left hears this batch, and no later one.
    """

    stream: str
    first: int
    last: int
    payloads: tuple[bytes, ...]
    touched: tuple[Touch, ...] = ()
    moves: tuple[Move, ...] = ()
