"""The port `Search` on Elasticsearch and OpenSearch: what was asked, as one request within one time.

Invariants:
1. The scope is a filter of every request, beside whatever was asked; without a channel there is nothing to ask.
2. Only our tokens are asked for, as values of a JSON body: nothing of what was typed is read as a query language.
3. A request that does not answer in its time is an error, never part of an answer.

It finds what the follower has written and the server has refreshed since: about a second after a post.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any, Final, TypeAlias

from hubbub.domain.finding import (
    CANDIDATES,
    COUNTED,
    MOST_COUNTS,
    RECENCY_DAYS,
    RECENCY_SHARE,
    Counts,
    Found,
    Hit,
    Page,
    Position,
    Scope,
)
from hubbub.domain.query import Query, Span, Term
from hubbub.domain.spelling import distance
from hubbub.domain.tokens import pairs
from hubbub.errors import Refused
from hubbub.search.client import Client, SearchRefused, SearchUnavailable
from hubbub.search.documents import MESSAGE
from hubbub.search.indexer import Progress
from hubbub.search.template import Names

Clause: TypeAlias = dict[str, Any]

# Suggesting is beside the answer: it may take so many seconds.
SIMILAR_SECONDS: Final = 1.0
# Slips in a word that another may be meant by.
_SLIPS: Final = 2
# Words that go on are scored by so many words they may be, all of them together: a query has 1,024 clauses at most
# (OpenSearch's default), of which the rest of the longest query that can be written takes about 200.
_EXPANSIONS: Final = 800
_ORDERS: Final = {
    "best": [{"_score": "desc"}, {"at": "desc"}, {"channel": "desc"}, {"number": "desc"}],
    "newest": [{"at": "desc"}, {"channel": "desc"}, {"number": "desc"}],
}
_PARAMS: Final = {
    # No index yet is nothing found; a shard that is away is a failure, not half an answer.
    "ignore_unavailable": "true",
    "allow_partial_search_results": "false",
    # The months have indices of their own; a word is as rare as it is in all of them.
    "search_type": "dfs_query_then_fetch",
}


class Finder:
    """`progress` is the follower's, which knows what answers. `alone`: no other engine could answer instead, so that
    a copy that is not complete is better than nothing."""

    def __init__(self, client: Client, names: Names, progress: Progress, *, alone: bool) -> None:
        self._client = client
        self._alone = alone
        self._path = f"/{names.alias('messages')}/_search"
        self._progress = progress

    async def search(self, query: Query, scope: Scope, page: Page) -> Found:
        if not self._alone and not self._progress.complete:
            raise Refused("search_failed")
        engine = self._progress.server.engine if self._progress.server is not None else "elasticsearch"
        if not scope.channels or scope.authors == frozenset():
            return Found(engine, (), 0, exact=True, more=False)
        answer = await self._ask(make_search(query, scope, page), page.seconds)
        found = answer["hits"]
        hits = [_hit(hit) for hit in found["hits"]]
        return Found(
            engine=engine,
            hits=tuple(hits[: page.limit]),
            total=min(int(found["total"]["value"]), COUNTED),
            exact=found["total"]["relation"] == "eq" and int(found["total"]["value"]) <= COUNTED,
            more=len(hits) > page.limit,
            counts=_counts(answer.get("aggregations", {})),
        )

    async def fetch_similar(self, token: str, scope: Scope, most: int) -> list[str]:
        """Words of the whole index that are near, then which of them are said within the scope, and how often: two
        requests, since a suggester knows no filter."""
        if not scope.channels or scope.authors == frozenset():
            return []
        words = await self._fetch_near(token)
        if not words:
            return []
        counts = await self._count_each(words, scope)
        found = [(distance(token, word, _SLIPS), -count, word) for word, count in counts.items() if count]
        return [word for _, _, word in sorted(found)[:most]]

    async def _fetch_near(self, token: str) -> list[str]:
        term = {
            "field": "words",
            "size": CANDIDATES,
            "suggest_mode": "always",
            "min_word_length": 3,
            "prefix_length": 0,
            "max_edits": _SLIPS,
        }
        body = {"size": 0, "suggest": {"similar": {"text": token, "term": term}}}
        answer = await self._ask(body, SIMILAR_SECONDS)
        entries = answer.get("suggest", {}).get("similar", [])
        return [str(option["text"]) for entry in entries for option in entry["options"]][:CANDIDATES]

    async def _count_each(self, words: Sequence[str], scope: Scope) -> dict[str, int]:
        filters = {"filters": {"filters": [{"term": {"words": word}} for word in words]}}
        body = {"size": 0, "query": make_query(Query(), scope), "aggs": {"similar": filters}}
        answer = await self._ask(body, SIMILAR_SECONDS)
        buckets = answer.get("aggregations", {}).get("similar", {}).get("buckets", [])
        return {word: int(bucket["doc_count"]) for word, bucket in zip(words, buckets, strict=False)}

    async def _ask(self, body: Clause, seconds: float) -> Clause:
        body = {"timeout": f"{max(1, int(seconds * 1000))}ms", **body}
        try:
            answer = await self._client.request("POST", self._path, body=body, params=_PARAMS, seconds=seconds)
        except (SearchUnavailable, SearchRefused) as error:
            # Also where it is too late or too busy: another engine may answer.
            raise Refused("search_failed") from error
        if answer.get("timed_out"):
            raise Refused("search_slow")
        return answer


def make_search(query: Query, scope: Scope, page: Page) -> Clause:
    """The body of one request. Asks for one hit more than the page holds, to know whether there is more."""
    body: Clause = {
        "size": page.limit + 1,
        "query": _scored(make_query(query, scope), page) if page.order == "best" else make_query(query, scope),
        "sort": _ORDERS[page.order],
        "track_total_hits": COUNTED + 1,
        "_source": ["channel", "number", "seq", "at"],
        "aggs": _aggregations(page.zone),
    }
    if page.after is not None:
        body["search_after"] = _sort_values(page.after, page)
    return body


def make_query(query: Query, scope: Scope) -> Clause:
    """What must be there adds to the relevance; the rest only decides. A word that goes on decides by all that it may
    be, and adds to the relevance by the rarest of that."""
    whole = [term for term in query.terms if not term.prefix]
    begun = [term for term in query.terms if term.prefix]
    filters: list[Clause] = [
        {"terms": {"channel": sorted(scope.channels)}},
        {"term": {"kind": MESSAGE}},
        *({"term": {"has": has}} for has in sorted(query.has)),
        *_narrowing(query.terms),
        *map(_term, begun),
        *_spans([query.span]),
    ]
    if scope.authors is not None:
        filters.append({"terms": {"author": sorted(scope.authors)}})
    refused: list[Clause] = [
        {"term": {"deleted": True}},
        *({"term": {"has": has}} for has in sorted(query.not_has)),
        *(_term(term) for term in query.not_terms),
        *_spans(query.not_spans),
    ]
    if scope.not_authors:
        refused.append({"terms": {"author": sorted(scope.not_authors)}})
    scored = [_scored_prefix(term, _EXPANSIONS // len(begun)) for term in begun]
    wanted = [_term(term) for term in whole] or ([] if begun else [{"match_all": {}}])
    return {
        "bool": {"must": wanted, "should": scored, "minimum_should_match": 0, "filter": filters, "must_not": refused}
    }


def _term(term: Term) -> Clause:
    if term.prefix:
        return {"prefix": {"words": {"value": term.tokens[0]}}}
    if len(term.tokens) == 1:
        return {"term": {"words": {"value": term.tokens[0]}}}
    return {"match_phrase": {"words": {"query": " ".join(term.tokens), "analyzer": "whitespace"}}}


def _scored_prefix(term: Term, most: int) -> Clause:
    """By each of up to `most` words it may be, the rarer the better; without this all would count the same."""
    return {"prefix": {"words": {"value": term.tokens[0], "rewrite": f"top_terms_{most}"}}}


def _narrowing(terms: Iterable[Term]) -> list[Clause]:
    """Pairs of characters are rare, characters are not: where all its pairs are, a phrase is looked for."""
    wanted = sorted({pair for term in terms for pair in pairs(term.tokens)})
    return [{"term": {"pairs": pair}} for pair in wanted]


def _spans(spans: Iterable[Span]) -> list[Clause]:
    clauses: list[Clause] = []
    for span in spans:
        bounds = {name: at for name, at in (("gte", span.since), ("lt", span.until)) if at is not None}
        if bounds:
            clauses.append({"range": {"at": {**bounds, "format": "epoch_millis"}}})
    return clauses


def _scored(query: Clause, page: Page) -> Clause:
    """As finding.py has it: relevance * (1 + RECENCY_SHARE * 0.5 ** (age / RECENCY_DAYS))."""
    fading = {"origin": page.now, "scale": f"{RECENCY_DAYS}d", "decay": 0.5}
    return {
        "function_score": {
            "query": query,
            "functions": [{"weight": 1}, {"exp": {"at": fading}, "weight": RECENCY_SHARE}],
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }


def _sort_values(after: Position, page: Page) -> list[object]:
    place: list[object] = [after.at, after.channel, after.number]
    return [after.score, *place] if page.order == "best" else place


def _aggregations(zone: tzinfo) -> Clause:
    months = {"field": "at", "calendar_interval": "month", "time_zone": str(zone), "format": "yyyy-MM"}
    return {
        "channels": {"terms": {"field": "channel", "size": MOST_COUNTS}},
        "authors": {"terms": {"field": "author", "size": MOST_COUNTS}},
        "months": {"date_histogram": {**months, "min_doc_count": 1, "order": {"_key": "desc"}}},
    }


def _hit(hit: Clause) -> Hit:
    source = hit["_source"]
    score = hit["sort"][0] if len(hit["sort"]) == 4 else 0.0
    return Hit(source["channel"], source["number"], source["seq"], source["at"], float(score))


def _counts(told: Clause) -> Counts:
    def buckets(name: str, key: str) -> tuple[tuple[str, int], ...]:
        found = told.get(name, {}).get("buckets", [])
        return tuple((str(bucket[key]), int(bucket["doc_count"])) for bucket in found[:MOST_COUNTS])

    return Counts(buckets("channels", "key"), buckets("authors", "key"), buckets("months", "key_as_string"))
