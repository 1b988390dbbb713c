"""What a search is answered with: whatever engine found it, texts, names and reactions are the store's, as of now."""

from __future__ import annotations

import msgspec

from hubbub.domain.conversations import ChannelKind
from hubbub.domain.finding import EngineName
from hubbub.protocol.events import MessagePosted, UserView


class ExcerptPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of a text, with `hit` where it is what was searched for. The pieces in a row are the excerpt; `…` stands
    at an end that was cut."""

    text: str
    hit: bool = False


class ChannelName(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A channel or a conversation (another `kind`), as far as a hit shows it."""

    id: str
    name: str
    private: bool
    kind: ChannelKind = "channel"


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was found: the same object as in listings, where it is, and the part of its text that shows
    why."""

    message: MessagePosted
    channel: ChannelName
    excerpt: list[ExcerptPart]


class ChannelCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many were found in one channel."""

    id: str
    name: str
    count: int


class AuthorCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many were found by one author."""

    id: str
    name: str
    count: int


class MonthCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many were found in one month of the asker's zone."""

    month: str
    count: int


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """How what was found is spread; at most 20 of a kind, channels and authors by count, months newest first."""

    channels: list[ChannelCount]
    authors: list[AuthorCount]
    months: list[MonthCount]


class SearchResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One page of what was found. `exact` false: there are at least `total`. `cursor` is there when there is more;
    `suggestion` is a query that finds something where this one found nothing. `partial`: some of it is left out, since
    the archive does not answer."""

    hits: list[SearchHit]
    total: int
    exact: bool
    partial: bool = False
    cursor: str | None = None
    suggestion: str | None = None
    facets: Facets
    users: list[UserView]
    engine: EngineName
