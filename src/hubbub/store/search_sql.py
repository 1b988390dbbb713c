"""A query as SQL over the search's file (search_file.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from hubbub.domain.finding import Scope
from hubbub.domain.query import Has, Query, Span, Term
from hubbub.store.search_file import SHIFT
from hubbub.store.search_index import FLAGS, author_tag, channel_tag

# So many channels or authors are looked for in the index itself; more are compared row by row. Where only words are
# named that must not be there, the channels are all that leads to any message by the index.
TAGS: Final = 16
TAGS_ALONE: Final = 500
_NAMES: Final = "SELECT ulid, id FROM names WHERE ulid IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Where:
    """What follows FROM: `docs`, joined to `found` where something is looked for in the index. `matched`: there is
    something that says how well a message fits."""

    sql: str
    parameters: tuple[Any, ...]
    newest_first: str
    matched: bool


def where(connection: sqlite3.Connection, query: Query, scope: Scope, span: Span) -> Where | None:
    """`span` narrows the query's own. None when there is nothing that could be found."""
    channels = fetch_numbers(connection, scope.channels)
    authors = None if scope.authors is None else fetch_numbers(connection, scope.authors)
    if not channels or authors == {}:
        return None
    conditions: list[str] = []
    parameters: list[Any] = []
    by_author = authors is not None and len(authors) <= TAGS
    by_channel = len(channels) <= _most_tags(query, by_words=bool(query.terms) or by_author)
    match = _match(query, channels if by_channel else {}, authors if authors is not None and by_author else {})
    if match:
        source, id_ = "found CROSS JOIN docs ON docs.id = found.rowid", "found.rowid"
        conditions.append("found MATCH ?")
        parameters.append(match)
    else:
        source, id_ = ("docs INDEXED BY docs_flagged" if query.has else "docs"), "docs.id"
        if query.has:
            conditions.append("docs.flags <> 0")
        if query.not_terms:
            conditions.append("docs.id NOT IN (SELECT rowid FROM found WHERE found MATCH ?)")
            parameters.append(_any_of(query.not_terms))
    for sql, value in _conditions(query, scope, span, id_):
        conditions.append(sql)
        parameters += value
    if not by_channel:
        # The sign keeps SQLite from reading channel by channel and sorting all of it by time.
        conditions.append("+docs.channel IN (SELECT value FROM json_each(?))")
        parameters.append(_json(channels.values()))
    if authors is not None and not by_author:
        conditions.append("docs.author IN (SELECT value FROM json_each(?))")
        parameters.append(_json(authors.values()))
    if scope.not_authors:
        conditions.append("docs.author NOT IN (SELECT value FROM json_each(?))")
        parameters.append(_json(fetch_numbers(connection, scope.not_authors).values()))
    sql = f"FROM {source} WHERE {' AND '.join(conditions)}"
    return Where(sql, tuple(parameters), f"ORDER BY {id_} DESC", matched=bool(query.terms))


def _most_tags(query: Query, *, by_words: bool) -> int:
    """Up to how many channels are looked for in the index."""
    if by_words:
        return TAGS
    if query.has:
        return 0  # what has a link, and the like, is rare, and has an index of its own
    return TAGS_ALONE if query.not_terms else TAGS


def fetch_numbers(connection: sqlite3.Connection, ulids: Iterable[str]) -> dict[str, int]:
    """The numbers of those the file knows."""
    return dict(connection.execute(_NAMES, (_json(ulids),)))


def _conditions(query: Query, scope: Scope, span: Span, id_: str) -> Iterable[tuple[str, tuple[Any, ...]]]:
    span = query.span.within(span)
    if span.since is not None:
        yield f"{id_} >= ?", (span.since << SHIFT,)
    if span.until is not None:
        yield f"{id_} < ?", (span.until << SHIFT,)
    for not_span in query.not_spans:
        # Nothing is before the first id there may be, nor behind the last.
        since = 0 if not_span.since is None else not_span.since << SHIFT
        until = 2**62 if not_span.until is None else not_span.until << SHIFT
        yield f"NOT ({id_} >= ? AND {id_} < ?)", (since, until)
    if query.has or query.not_has:
        yield "docs.flags & ? = ?", (_mask(query.has | query.not_has), _mask(query.has))


def _mask(kinds: Iterable[Has]) -> int:
    return sum(FLAGS[kind] for kind in kinds)


def _json(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


# --- FTS5's own language (its documentation, section 3) -------------------------------------------------------------


def _match(query: Query, channels: Mapping[str, int], authors: Mapping[str, int]) -> str:
    """Empty when nothing is asked of the index. Of `channels` and `authors`, any; empty: they are left to the rows."""
    demands = [_phrase(term) for term in query.terms]
    if authors:
        demands.append(_tags(author_tag(number) for number in authors.values()))
    if channels:
        demands.append(_tags(channel_tag(number) for number in channels.values()))
    match = " AND ".join(demands)
    if match and query.not_terms:
        match = f"({match}) NOT ({_any_of(query.not_terms)})"
    return match


def _any_of(terms: Sequence[Term]) -> str:
    return " OR ".join(_phrase(term) for term in terms)


def _phrase(term: Term) -> str:
    return f'words : "{" ".join(term.tokens)}"{" *" if term.prefix else ""}'


def _tags(tags: Iterable[str]) -> str:
    return f"tags : ({' OR '.join(_quoted(tag) for tag in tags)})"


def _quoted(tag: str) -> str:
    return f'"{tag}"'
