"""The port `Archive` on Elasticsearch and OpenSearch: events of the family `events`, as they were written.

A document's index follows from its time, which whoever asks does not know, so all of the family's are asked. An answer
in which a shard is missing is no answer: `archive_unavailable`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from hubbub.config import Search
from hubbub.errors import Refused
from hubbub.protocol.archive import ArchivedEvent
from hubbub.search.client import Client, Json, SearchRefused, SearchUnavailable
from hubbub.search.template import Family, Indices, Names, NothingRead

# Documents asked for at once; less than any server's own bound (10,000).
PAGE: Final = 1000
# Places asked for at once: each is three clauses, of which a server takes 1024.
PLACES: Final = 200
# A part that does not answer must not pass for one in which nothing is.
_PARAMS: Final = {"allow_partial_search_results": "false"}
_SOURCE: Final = ["seq", "about", "body"]


class SearchArchive:
    """`seconds` bounds each reading, `refresh_seconds` making readable what was written. Made on the running loop."""

    def __init__(self, client: Client, names: Names, seconds: float, refresh_seconds: float) -> None:
        self._client = client
        self._names = names
        self._indices = Indices(client, names)
        self._seconds = seconds
        self._refresh_seconds = refresh_seconds

    async def fetch_events(self, stream: str, seqs: Collection[int]) -> Sequence[ArchivedEvent]:
        wanted = sorted(seqs)
        found: list[ArchivedEvent] = []
        for begin in range(0, len(wanted), PAGE):
            found += await self._fetch(stream, {"terms": {"seq": wanted[begin : begin + PAGE]}})
        return found

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        found: list[ArchivedEvent] = []
        for begin in range(after, upto, PAGE):
            found += await self._fetch(stream, {"range": {"seq": {"gt": begin, "lte": min(upto, begin + PAGE)}}})
        return found

    async def fetch_about(self, places: Collection[tuple[str, int]]) -> Mapping[str, Sequence[ArchivedEvent]]:
        wanted = sorted(places)
        found: dict[str, list[ArchivedEvent]] = {}
        for begin in range(0, len(wanted), PLACES):
            piece = wanted[begin : begin + PLACES]
            which = [_all_of(_term("stream", stream), _term("about", about)) for stream, about in piece]
            body = {
                **_query({"bool": {"should": which, "minimum_should_match": 1}}),
                "sort": ["stream", "seq"],
                "_source": ["stream", *_SOURCE],
            }
            while hits := await self._search("events", body):
                for hit in hits:
                    found.setdefault(hit["_source"]["stream"], []).append(_event(hit["_source"]))
                if len(hits) < PAGE:
                    break
                body["search_after"] = hits[-1]["sort"]
        return {stream: sorted(events, key=lambda event: event.seq) for stream, events in found.items()}

    async def fetch_versions(self, channel: str, numbers: Collection[int]) -> Mapping[int, int]:
        wanted = sorted(numbers)
        found: dict[int, int] = {}
        for begin in range(0, len(wanted), PAGE):
            terms = {"terms": {"number": wanted[begin : begin + PAGE]}}
            body = {**_query(_term("channel", channel), terms), "version": True, "_source": ["number"]}
            for hit in await self._search("messages", body):
                found[hit["_source"]["number"]] = hit["_version"]
        return found

    async def is_settled(self) -> bool:
        try:
            return await self._indices.is_settled()
        except (SearchUnavailable, SearchRefused, NothingRead) as error:
            raise Refused("archive_unavailable") from error

    async def refresh(self) -> None:
        for family in ("messages", "events"):
            path = f"/{self._names.alias(family)}/_refresh"
            await self._request(path, None, {"ignore_unavailable": "true"}, self._refresh_seconds)

    async def close(self) -> None:
        await self._client.close()

    async def _fetch(self, stream: str, which: Json) -> list[ArchivedEvent]:
        body = {**_query(_term("stream", stream), which), "sort": ["seq"], "_source": _SOURCE}
        return [_event(hit["_source"]) for hit in await self._search("events", body)]

    async def _search(self, family: Family, body: Json) -> list[Json]:
        answer = await self._request(f"/{self._names.alias(family)}/_search", body, _PARAMS, self._seconds)
        if "hits" not in answer:  # no such alias: somebody took the indices away
            raise Refused("archive_unavailable")
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    async def _request(self, path: str, body: Json | None, params: Mapping[str, str], seconds: float) -> Json:
        try:
            return await self._client.request("POST", path, body=body, params=params, seconds=seconds, missing=True)
        except (SearchUnavailable, SearchRefused) as error:
            raise Refused("archive_unavailable") from error


def open_archive(settings: Search) -> SearchArchive | None:
    """None where no search server is set. Raises `ConfigError`."""
    if not settings.urls:
        return None
    return SearchArchive(Client(settings), Names(settings.prefix), settings.seconds, settings.bulk_seconds)


def _query(*filters: Json) -> dict[str, Any]:
    return {"size": PAGE, "track_total_hits": False, "query": _all_of(*filters)}


def _all_of(*filters: Json) -> Json:
    return {"bool": {"filter": list(filters)}}


def _term(field: str, value: object) -> Json:
    return {"term": {field: value}}


def _event(source: Json) -> ArchivedEvent:
    return ArchivedEvent(source["seq"], source.get("about"), source["body"].encode())
