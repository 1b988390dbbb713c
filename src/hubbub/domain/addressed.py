"""Messages addressed to somebody, as they are found: which, why and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Reason: TypeAlias = Literal["mention", "reply"]
REASONS: Final[tuple[Reason, ...]] = ("mention", "reply")


@dataclass(frozen=True, slots=True)
class Addressed:
    """The message `number` of a channel, written at `at` (milliseconds since 1970)."""

    channel: str
    number: int
    reason: Reason
    at: int
    unread: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is addressed to somebody in one message."""

    channel: str
    number: int
    reasons: tuple[Reason, ...]
    at: int
    unread: bool


def gather(found: Iterable[Addressed]) -> list[Entry]:
    """One entry a message, the newest first; of one time, in one order always."""
    reasons: dict[tuple[int, str, int], set[Reason]] = {}
    unread: dict[tuple[int, str, int], bool] = {}
    for each in found:
        place = (each.at, each.channel, each.number)
        reasons.setdefault(place, set()).add(each.reason)
        unread[place] = each.unread
    return [
        Entry(channel, number, tuple(each for each in REASONS if each in reasons[at, channel, number]), at, new)
        for (at, channel, number), new in sorted(unread.items(), reverse=True)
    ]
