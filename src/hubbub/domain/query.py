"""A search as people write it: words, "phrases", -not, and the operators from: in: has: before: after: on:."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Has: TypeAlias = Literal["link", "code", "reaction", "edited"]


@dataclass(frozen=True, slots=True)
class Term:
    """One demand on a text: it has these tokens (tokens.py), one behind the other. `prefix`: the token, there is one,
    may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """`since` ≤ at < `until`; None is open. Milliseconds since 1970, UTC."""

    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. An engine takes `terms`, `has`, `span` and their opposites; the names are resolved before, into a
    `Scope` (finding.py). All terms must be there, and nothing of what must not."""

    terms: tuple[Term, ...] = ()
    not_terms: tuple[Term, ...] = ()
    has: frozenset[Has] = frozenset()
    not_has: frozenset[Has] = frozenset()
    span: Span = Span()
    not_spans: tuple[Span, ...] = ()
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    not_channels: tuple[str, ...] = ()
