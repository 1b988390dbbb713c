"""What a search is answered with, put together from the store's messages and an engine's counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubbub.domain.finding import Counts
from hubbub.domain.matching import cut_excerpt
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.parts import searched_text
from hubbub.protocol.search import (
    AuthorCount,
    ChannelCount,
    ChannelName,
    ExcerptPart,
    Facets,
    MonthCount,
    SearchHit,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit that stood up to the store, and where in its text is what was searched for."""

    message: MessagePosted
    spans: list[tuple[int, int]]


def make_hit(shown: Shown, channels: Mapping[str, ChannelName]) -> SearchHit:
    text = searched_text(shown.message.text, shown.message.parts)
    return SearchHit(
        message=shown.message,
        channel=channels[shown.message.channel],
        excerpt=[ExcerptPart(text=text, hit=hit) for text, hit in cut_excerpt(text, shown.spans)],
    )


def make_facets(counts: Counts, channels: Mapping[str, ChannelName], people: Mapping[str, str]) -> Facets:
    """Channels the asker may not read are left out, whatever was counted."""
    return Facets(
        channels=[
            ChannelCount(id=id_, name=channels[id_].name, count=count)
            for id_, count in counts.channels
            if id_ in channels
        ],
        authors=[AuthorCount(id=id_, name=people[id_], count=count) for id_, count in counts.authors if id_ in people],
        months=[MonthCount(month=month, count=count) for month, count in counts.months],
    )
