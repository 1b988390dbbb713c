"""The indices: their names, mappings and aliases.

Two families: `messages`, each message as it is now, which is searched; `events`, the log itself. Both have an index a
month (UTC). Invariants:
1. A document's index follows from its own immutable time, never from an alias that moves on: an edit that went through
   such an alias after the turn of the month would make a second copy.
2. Mappings are explicit and strict: a field nobody declared is refused, not guessed.
3. Indices belong to a generation. Readers use the alias of the family, which is on exactly one generation; the next one
   is built beside it and takes the alias over in one step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from hubbub.errors import HubbubError
from hubbub.search.client import Client, Json, SearchUnavailable

# The status of a write that came after another.
CONFLICT: Final = 409

_DAY: Final = 86_400_000  # milliseconds

Family: TypeAlias = Literal["messages", "events"]
FAMILIES: Final[tuple[Family, ...]] = ("messages", "events")

_KEYWORD: Final = {"type": "keyword"}
_LONG: Final = {"type": "long"}
_TIME: Final = {"type": "date", "format": "epoch_millis"}
# Kept as it is and found by nothing: JSON objects, and bytes that must come back the same.
_KEPT_OBJECT: Final = {"type": "object", "enabled": False}
_KEPT_TEXT: Final = {"type": "keyword", "index": False, "doc_values": False}
# Our own tokens, with spaces between. Which texts are long says little in a chat.
_TOKENS: Final = {"type": "text", "analyzer": "whitespace"}

_PROPERTIES: Final[dict[Family, Json]] = {
    "messages": {
        "channel": _KEYWORD,
        "number": _LONG,
        "seq": _LONG,
        "at": _TIME,
        "author": _KEYWORD,
        "kind": _KEYWORD,
        "deleted": {"type": "boolean"},
        "has": _KEYWORD,
        "words": _TOKENS,
        "pairs": {**_TOKENS, "index_options": "docs", "norms": False},
        "line": _KEPT_OBJECT,
        "version": _LONG,
    },
    "events": {
        "stream": _KEYWORD,
        "seq": _LONG,
        "at": _TIME,
        "kind": _KEYWORD,
        "about": _LONG,
        "redacted": {"type": "boolean"},
        "body": _KEPT_TEXT,
    },
}
_STATE: Final = {
    "epoch": _KEYWORD,
    "generation": _LONG,
    "tokens": _LONG,
    "stream": _KEYWORD,
    "seq": _LONG,
    "refused": _LONG,
}
_SETTINGS: Final = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # What was acknowledged outlives a crash there too; without it a mark would promise too much.
    "translog.durability": "request",
    "refresh_interval": "1s",
    # What was redacted goes from the disk with the next merge that is asked for, however little of a segment it is.
    "merge.policy.expunge_deletes_allowed": "0",
}
# Of those the one by which an index of ours is known from one that a late write made without its template.
_SIGN: Final = "index.merge.policy.expunge_deletes_allowed"


@dataclass(frozen=True, slots=True)
class Names:
    """All names made of one prefix."""

    prefix: str

    def alias(self, family: Family) -> str:
        return f"{self.prefix}-{family}"

    def template(self, family: Family, generation: int) -> str:
        return f"{self.prefix}-{family}-{generation:04d}"

    def pattern(self, family: Family, generation: int) -> str:
        return f"{self.template(family, generation)}-*"

    def index(self, family: Family, generation: int, at: int) -> str:
        """`at`: milliseconds since 1970."""
        return f"{self.template(family, generation)}-{month_of(at)}"

    @property
    def state(self) -> str:
        return f"{self.prefix}-state"

    def generation_of(self, index: str) -> int | None:
        found = re.fullmatch(rf"{re.escape(self.prefix)}-(?:messages|events)-(\d{{4,}})-\d{{4}}\.\d\d", index)
        return int(found[1]) if found else None


Stamp: TypeAlias = tuple[int, int] | None
"""When a document was last written, as its server counts; None: never."""


class NothingRead(HubbubError):
    """There are indices, and readers see none of them."""


def month_of(at: int) -> str:
    """`2026.11`, in UTC."""
    return _month_of_day(at // _DAY)


@lru_cache(1024)
def _month_of_day(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY / 1000, UTC).strftime("%Y.%m")


class Indices:
    """Making, finding and swapping them. All methods raise as `Client.request`."""

    def __init__(self, client: Client, names: Names) -> None:
        self._client = client
        self.names = names

    async def find_generations(self) -> dict[int, bool]:
        """Every generation there is, with whether readers see it."""
        found: dict[int, bool] = {}
        for family in FAMILIES:
            answer = await self._client.request("GET", f"/{self.names.alias(family)}-*/_alias", missing=True)
            for index, about in answer.items():
                generation = self.names.generation_of(index)
                if generation is not None:
                    read = self.names.alias(family) in about.get("aliases", {})
                    found[generation] = found.get(generation, False) or read
        return found

    async def find_current(self) -> int:
        """The generation that readers see, 1 when there is none at all; raises `NothingRead` as well."""
        return current_of(await self.find_generations())

    async def is_settled(self) -> bool:
        """Whether no copy is being made beside the one that is read. What is left of an older one does not count."""
        generations = await self.find_generations()
        return not generations or max(generations) == current_of(generations)

    async def attach(self, generation: int) -> None:
        """Readers see all indices of it."""
        await self._change_aliases(await self._additions(generation))

    async def _additions(self, generation: int) -> list[Json]:
        """Of a family that has no index yet the server would refuse them."""
        return [
            {"add": {"index": self.names.pattern(family, generation), "alias": self.names.alias(family)}}
            for family in FAMILIES
            if await self._list(family, generation)
        ]

    async def _change_aliases(self, actions: list[Json]) -> None:
        if actions:
            await self._client.request("POST", "/_aliases", body={"actions": actions})

    async def put_templates(self, generation: int, *, read: bool) -> None:
        """Whatever index of the generation is made from now on is as it should be, and read or not."""
        for family in FAMILIES:
            aliases: Json = {self.names.alias(family): {}} if read else {}
            body = {
                "index_patterns": [self.names.pattern(family, generation)],
                "priority": 500,
                "template": {
                    "settings": {"index": _SETTINGS},
                    "mappings": {"dynamic": "strict", "properties": _PROPERTIES[family]},
                    "aliases": aliases,
                },
            }
            await self._client.request("PUT", f"/_index_template/{self.names.template(family, generation)}", body=body)
        await self._put_state_index()

    async def _put_state_index(self) -> None:
        state, mapping = f"/{self.names.state}", {"dynamic": "strict", "properties": _STATE}
        settings = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        template = {"mappings": mapping, "settings": settings}
        # Taken away while it is written to, the index is made again as it should be.
        body = {"index_patterns": [self.names.state], "priority": 500, "template": template}
        await self._client.request("PUT", f"/_index_template/{self.names.state}", body=body)
        if await self._client.request("GET", state, missing=True, params={"filter_path": "*.aliases"}):
            # An older version may have made it, with fewer fields.
            await self._client.request("PUT", f"{state}/_mapping", body=mapping)
        else:
            await self._client.request("PUT", state, body=template)

    async def swap(self, old: Iterable[int], new: int) -> None:
        """Readers see generation `new` and none of `old`, from one moment to the next."""
        generations = await self.find_generations()
        old = [number for number in old if number in generations]
        actions: list[Json] = []
        for family in FAMILIES:
            alias = self.names.alias(family)
            for number in old:
                pattern = self.names.pattern(family, number)
                if await self._list(family, number):
                    actions.append({"remove": {"index": pattern, "alias": alias, "must_exist": False}})
        await self._change_aliases(actions + await self._additions(new))
        await self.put_templates(new, read=True)
        await self.attach(new)  # what was made before that
        for number in old:
            await self.put_templates(number, read=False)

    async def refresh(self, generation: int) -> None:
        """What was written before can be found after."""
        for family in FAMILIES:
            await self._client.request("POST", f"/{self.names.pattern(family, generation)}/_refresh", seconds=60.0)

    async def count(self, family: Family, generation: int) -> int:
        """How many documents of it can be found; raises `SearchUnavailable` when not all of it answers."""
        answer = await self._client.request("GET", f"/{self.names.pattern(family, generation)}/_count", seconds=60.0)
        if answer["_shards"]["failed"]:
            raise SearchUnavailable("a part of the search server's copy does not answer")
        return int(answer["count"])

    async def find_stream(self, generation: int) -> str | None:
        """A stream of which it has something; None for an empty one."""
        path = f"/{self.names.pattern('events', generation)}/_search"
        body = {"size": 1, "_source": ["stream"], "track_total_hits": False}
        answer = await self._client.request("POST", path, body=body, params={"allow_partial_search_results": "false"})
        hits = answer["hits"]["hits"]
        return str(hits[0]["_source"]["stream"]) if hits else None

    async def remove(self, generation: int) -> None:
        """Its templates, indices and state."""
        for family in FAMILIES:
            # First: an index that a late write makes from now on is not one of ours, see `remove_strays`.
            template = self.names.template(family, generation)
            await self._client.request("DELETE", f"/_index_template/{template}", missing=True)
            await self._delete(await self._list(family, generation))
        await self._client.request("DELETE", f"/{self.names.state}/_doc/{generation}", missing=True)

    async def remove_strays(self, generation: int) -> None:
        """Indices of a removed generation that somebody made who wrote to it still."""
        for family in FAMILIES:
            pattern = self.names.pattern(family, generation)
            told = await self._client.request("GET", f"/{pattern}/_settings", params={"flat_settings": "true"})
            await self._delete([index for index, about in told.items() if _SIGN not in about["settings"]])

    async def _list(self, family: Family, generation: int) -> list[str]:
        return list(
            await self._client.request("GET", f"/{self.names.pattern(family, generation)}/_alias", missing=True)
        )

    async def _delete(self, indices: Iterable[str]) -> None:
        for index in indices:  # by name: servers may be set to refuse wildcards here
            await self._client.request("DELETE", f"/{index}", missing=True)

    # --- how far a generation has come ------------------------------------------------------------------------

    async def fetch_state(self, generation: int) -> Json:
        """What `put_state` wrote last, {} when nothing was."""
        return (await self.fetch_stamped(generation))[0]

    async def fetch_stamped(self, generation: int) -> tuple[Json, Stamp]:
        """The same, and when that was."""
        answer = await self._client.request("GET", f"/{self.names.state}/_doc/{generation}", missing=True)
        source = answer.get("_source")
        return (source, _stamp(answer)) if isinstance(source, dict) else ({}, None)

    async def put_state(self, generation: int, state: Json) -> None:
        await self._client.request("PUT", f"/{self.names.state}/_doc/{generation}", body=state)

    async def replace_state(self, generation: int, state: Json, last: Stamp) -> Stamp:
        """The same, unless something else is there than was written then: raises `SearchRefused` (409) as well."""
        params = {"op_type": "create"}
        if last is not None:
            params = {"if_seq_no": str(last[0]), "if_primary_term": str(last[1])}
        answer = await self._client.request("PUT", f"/{self.names.state}/_doc/{generation}", body=state, params=params)
        return _stamp(answer)


def current_of(generations: Mapping[int, bool]) -> int:
    """As `Indices.find_current`."""
    read = [number for number, is_read in generations.items() if is_read]
    if generations and not read:
        raise NothingRead(
            f"Of the copy on the search server (generation {max(generations)}) the aliases are missing, as when it was "
            "restored without them: `hubbub reindex --adopt` puts them back."
        )
    return max(read, default=1)


def _stamp(answer: Json) -> Stamp:
    return int(answer["_seq_no"]), int(answer["_primary_term"])
