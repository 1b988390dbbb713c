"""Whether a message is what was asked for, and where in its text: decided here, for every engine alike.

An engine may lag behind the store, or count a phrase otherwise. What it finds is held against the message as it is now;
what does not match is not shown. So nobody learns by searching what a message said before it was edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from hubbub.domain.features import features_of
from hubbub.domain.finding import Scope
from hubbub.domain.query import Query, Term
from hubbub.domain.tokens import Token, tokenize

# Of one term, so many are marked: an excerpt shows fewer.
_PLACES: Final = 64


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message, not deleted, as it is now."""

    channel: str
    author: str
    at: int
    text: str
    edited: bool
    reacted: bool
    kinds: tuple[str, ...] = ()


def find_spans(query: Query, scope: Scope, candidate: Candidate) -> list[tuple[int, int]] | None:
    """Where in the text its terms stand, in order and not overlapping; None when it is not what was asked for."""
    if not _is_meant(query, scope, candidate):
        return None
    tokens = tokenize(candidate.text)
    if any(next(_places(tokens, term), None) for term in query.not_terms):
        return None
    spans: list[tuple[int, int]] = []
    for term in dict.fromkeys(query.terms):
        found = list(islice(_places(tokens, term), _PLACES))
        if not found:
            return None
        spans += found
    return _joined(spans)


def _is_meant(query: Query, scope: Scope, candidate: Candidate) -> bool:
    """Everything but the words."""
    if candidate.channel not in scope.channels or candidate.author in scope.not_authors:
        return False
    if scope.authors is not None and candidate.author not in scope.authors:
        return False
    if not query.span.holds(candidate.at) or any(span.holds(candidate.at) for span in query.not_spans):
        return False
    has = features_of(candidate.text, edited=candidate.edited, reacted=candidate.reacted, kinds=candidate.kinds)
    return query.has <= has and not query.not_has & has


def _places(tokens: Sequence[Token], term: Term) -> Iterator[tuple[int, int]]:
    """Each place of the term, from its first token's start to its last one's end."""
    first, length = term.tokens[0], len(term.tokens)
    for i in range(len(tokens) - length + 1):
        token = tokens[i]
        if term.prefix:
            if token.text.startswith(first):
                yield token.start, token.end
        elif token.text == first and all(tokens[i + j].text == term.tokens[j] for j in range(1, length)):
            yield token.start, tokens[i + length - 1].end


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


# --- what is shown of it ----------------------------------------------------------------------------------------

BEFORE = 60
EXCERPT = 240
_ELLIPSIS = "…"


def cut_excerpt(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """About `EXCERPT` characters around the first span, in pieces, True for what was found; `…` where it was cut."""
    begin = max(0, spans[0][0] - BEFORE) if spans and len(text) > EXCERPT else 0
    begin = _word_start(text, begin)
    end = _word_end(text, min(len(text), begin + EXCERPT))
    pieces: list[tuple[str, bool]] = []
    if begin:
        pieces.append((_ELLIPSIS, False))
    place = begin
    for start, stop in spans:
        start, stop = max(start, begin), min(stop, end)
        if start >= end:
            break
        if start >= stop:
            continue
        if start > place:
            pieces.append((text[place:start], False))
        pieces.append((text[start:stop], True))
        place = stop
    if place < end:
        pieces.append((text[place:end], False))
    if end < len(text):
        pieces.append((_ELLIPSIS, False))
    return pieces


# So far a cut is moved so as not to go through a word.
_MOVED = 20


def _word_start(text: str, place: int) -> int:
    space = text.rfind(" ", max(0, place - _MOVED), place)
    return place if space < 0 else space + 1


def _word_end(text: str, place: int) -> int:
    if place == len(text):
        return place
    space = text.find(" ", place, place + _MOVED)
    return place if space < 0 else space
