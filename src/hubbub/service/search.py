"""Searching: what is asked is read, bounded to what the asker may read, and what an engine finds is held against the
store before anything of it is shown.

Invariants:
1. The scope an engine gets is read from the store for this very search, and each hit is read from the store afterwards,
   with the permission of that moment: whatever an engine answers, nothing unreadable goes out.
2. A hit that is not what was asked for as it is now (edited, say) is left out.
3. A word is suggested as it stands in a text that this asker may read, and chosen among such words alone.
4. What is in the archive, which does not answer, is left out and said to be (`partial`): it refuses no page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from hubbub.domain.accounts import Session
from hubbub.domain.finding import Counts, EngineName, Found, Hit, Order, Page, Scope
from hubbub.domain.ids import is_id
from hubbub.domain.names import name_key
from hubbub.domain.query import Query, Term, parse_query
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.parts import searched_text
from hubbub.protocol.search import ChannelName, SearchResult
from hubbub.service.ports import Accounts, Clock, Readable, Search
from hubbub.service.search_answer import Shown, make_facets, make_hit
from hubbub.service.search_cursor import Seal, decode_cursor, encode_cursor
from hubbub.service.search_matching import Matcher
from hubbub.service.search_words import Speller

PAGE: Final = 20
ME: Final = "me"
# An engine that lags finds what is gone: so many pages are asked for until one has anything to show.
_TRIES: Final = 3
# A word's spelling is taken from one of so many messages that have it.
_SPELLED: Final = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Results:
    """A page, what of it can be shown, how many of it are no longer what was asked for, and how many cannot be read
    right now."""

    found: Found
    shown: list[Shown]
    gone: int
    cold: int


@dataclass(frozen=True, slots=True)
class SearchService:
    """`engines` are asked in turn: the next one where one does not answer (`search_failed`), within `seconds` each."""

    engines: Sequence[Search]
    readable: Readable
    accounts: Accounts
    clock: Clock
    page_size: int
    seconds: float
    seal: Seal = field(default_factory=Seal)
    matcher: Matcher = field(default_factory=Matcher)

    async def search(
        self,
        session: Session,
        text: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Order = "best",
        zone: str | None = None,
    ) -> SearchResult:
        """What matches `text` (domain/query.py), of all the asker may read.

        Raises `bad_query`, `bad_request` (cursor, zone), `search_slow`, `search_failed`, `busy`.
        """
        now, where = self.clock(), read_zone(zone)
        query = parse_query(text, where, datetime.fromtimestamp(now / 1000, where).date())
        channels = {channel.id: channel for channel in await self.readable.fetch_readable(session.user)}
        asking = _Asking(self, session, query, await self._resolve(session, query, channels))
        page = Page(order, max(1, min(limit or PAGE, self.page_size)), now, where, self.seconds)
        engine: EngineName | None = None
        if cursor is not None:
            page, engine = decode_cursor(self.seal, cursor, query.text, page)
        results = await asking.find(query, page, engine)
        suggestion = None
        if not results.found.total and cursor is None and query.terms:
            suggestion = await asking.suggest(page)
        return await self._answer(
            results, channels, encode_cursor(self.seal, query.text, page, results.found), suggestion
        )

    async def _resolve(self, session: Session, query: Query, channels: Mapping[str, ChannelName]) -> Scope:
        """Names as ids. A channel the asker may not read is one that is not there."""
        wanted = set(channels)
        if query.channels:
            wanted = {id_ for name in query.channels for id_ in _resolve_channel(name, channels)}
        for name in query.not_channels:
            wanted -= _resolve_channel(name, channels)
        authors = [await self._resolve_author(session, name) for name in query.authors]
        not_authors = [await self._resolve_author(session, name) for name in query.not_authors]
        return Scope(frozenset(wanted), frozenset(authors) if authors else None, frozenset(not_authors))

    async def _resolve_author(self, session: Session, name: str) -> str:
        if name.lower() == ME:
            return session.user
        if is_id(name):
            return name
        account = await self.accounts.fetch_account(name_key(name))
        if account is None:
            raise Refused("bad_query", f"from:{name}: there is nobody of that name.")
        return account.id

    async def _answer(
        self, results: _Results, channels: Mapping[str, ChannelName], cursor: str | None, suggestion: str | None
    ) -> SearchResult:
        found = results.found
        messages = [shown.message for shown in results.shown]
        named = dict.fromkeys(user for message in messages for user in _named_in(message))
        counted = dict.fromkeys(user for user, _ in found.counts.authors)
        people = await self.accounts.fetch_users([*named, *(counted.keys() - named.keys())])
        # Counted is what the engine has: where some of it is gone, its counts would tell of what was deleted or edited.
        return SearchResult(
            hits=[make_hit(shown, channels) for shown in results.shown if shown.message.channel in channels],
            total=max(found.total - results.gone, len(results.shown)),
            exact=found.exact and not results.gone,
            partial=results.cold > 0,
            cursor=cursor,
            suggestion=suggestion,
            facets=make_facets(
                found.counts if not results.gone else Counts(), channels, {user.id: user.name for user in people}
            ),
            users=[user for user in people if user.id in named],
            engine=found.engine,
        )


@dataclass(frozen=True, slots=True)
class _Asking:
    """One search of one asker."""

    service: SearchService
    session: Session
    query: Query
    scope: Scope

    async def find(self, query: Query, page: Page, engine: EngineName | None = None) -> _Results:
        """`engine`: whose scores the page goes on behind; by time all go on alike."""
        gone = 0
        while True:
            found = await self._ask(lambda one, page=page: one.search(query, self.scope, page))  # type: ignore[misc]
            if page.after is not None and page.order == "best" and engine not in (None, found.engine):
                raise Refused("bad_request", "The cursor is of another engine: search again from the beginning.")
            shown, cold = await self._check(query, found.hits)
            gone += len(found.hits) - len(shown) - cold
            if shown or cold or not found.more or gone > _TRIES * page.limit:
                return _Results(found, shown, gone, cold)
            page = replace(page, after=found.hits[-1].position)

    async def _ask(self, question: Callable[[Search], Awaitable[T]]) -> T:
        refused = Refused("search_failed", "There is no search on this server.")
        for engine in self.service.engines:
            try:
                return await question(engine)
            except Refused as error:
                if error.code != "search_failed":
                    raise
                refused = error
        raise refused

    async def _check(self, query: Query, hits: Sequence[Hit]) -> tuple[list[Shown], int]:
        """Those that the asker may read now, and that are what was asked for as they are now; and how many cannot be
        read while the archive does not answer."""
        if not hits:
            return [], 0
        service = self.service
        wanted = [(hit.channel, hit.number) for hit in hits]
        fetched = await service.readable.fetch_messages(self.session.user, wanted)
        shown = await service.matcher.match(query, self.scope, hits, fetched.messages, service.seconds)
        return shown, fetched.cold

    # --- other words ------------------------------------------------------------------------------------------

    async def suggest(self, page: Page) -> str | None:
        """None also when it takes longer than a search may: an answer is worth more than a suggestion."""
        speller = Speller(
            lambda term: self._find_word(term, page),
            lambda token, most: self._ask(lambda engine: engine.fetch_similar(token, self.scope, most)),
        )
        try:
            async with asyncio.timeout(self.service.seconds):
                suggested = await speller.suggest(self.query)
                if suggested is None:
                    return None
                today = datetime.fromtimestamp(page.now / 1000, page.zone).date()
                results = await self.find(parse_query(suggested, page.zone, today), replace(page, limit=1))
                return suggested if results.shown else None
        except (TimeoutError, Refused):
            return None

    async def _find_word(self, term: Term, page: Page) -> str | None:
        results = await self.find(Query(terms=(term,)), replace(page, limit=_SPELLED, after=None))
        for shown in results.shown:
            for start, end in shown.spans:
                return searched_text(shown.message.text, shown.message.parts)[start:end].lower()
        return None


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_zone(name: str | None) -> tzinfo:
    """The time zone of that IANA name; UTC when there is none. Raises `bad_request`."""
    try:
        # Of what the system has besides (localtime, posixrules) others know nothing.
        if name and name not in _zones():
            raise ValueError(name)
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise Refused("bad_request", "The zone is not known: send a name such as Asia/Shanghai.") from error


def _resolve_channel(name: str, channels: Mapping[str, ChannelName]) -> set[str]:
    """Raises `bad_query` when the asker can read none of that name, whether there is one or not."""
    key = _plain_key(name)
    found = {id_ for id_, channel in channels.items() if id_ == name or _plain_key(channel.name) == key}
    if not found:
        raise Refused("bad_query", f"in:{name}: there is no channel of that name that you can read.")
    return found


def _plain_key(name: str) -> str:
    """Without quotation marks, which end a name in a query, and without the sign before a channel's name."""
    return " ".join(name_key(name).translate(_MARKS).removeprefix("#").split())


_MARKS: Final = str.maketrans(dict.fromkeys('"“”„「」『』'))


def _named_in(message: MessagePosted) -> list[str]:
    return [message.author, *(user for reaction in message.reactions for user in reaction.users)]
