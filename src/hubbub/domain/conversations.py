"""Conversations: channels without a name of their own, between two people (`direct`) or a few more (`group`).

Invariants: there is one direct conversation per pair, and one of each person with themselves; its people never change.
A group is found by its people for as long as they are those it began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

ChannelKind: TypeAlias = Literal["channel", "direct", "group"]

MAX_PEOPLE: Final = 10

# What a field's default is left out by is its identity, so a kind that was read has to be the very one written here.
_KINDS: Final[Mapping[str, ChannelKind]] = MappingProxyType(
    {"channel": "channel", "direct": "direct", "group": "group"}
)


def read_kind(stored: str) -> ChannelKind:
    """A kind as tables keep it."""
    return _KINDS[stored]


def kind_of_conversation(people: int) -> ChannelKind:
    """What a conversation of so many, oneself included, is."""
    return "direct" if people <= 2 else "group"


def people_key(people: Iterable[str]) -> str:
    """The same for the same people, in whatever order they are named: by it a conversation is found again."""
    return " ".join(sorted(set(people)))


def shown_name(people: Iterable[tuple[str, str]], reader: str) -> str:
    """How a conversation without a name is called before `reader`, one of its people (each an id and a name)."""
    everybody = list(people)
    others = [name for id_, name in everybody if id_ != reader]
    return ", ".join(others or [name for _, name in everybody])
