"""Writing many documents: whatever the server refuses for now is sent again until it takes it.

Invariants:
1. `write` returns when every document was taken, was there already in that or a later version (409), or can never be
   taken (told, logged and counted: the log still has it, and so will the next reindex). The last is said only where the
   server says that the document itself is wrong, or too large all alone; whatever else it refuses is sent again.
2. Writing is idempotent: `_id` and an external version come with each document, so sending again after a lost answer
   changes nothing, in whatever order.
3. What waits is bounded by what was given to `write`; no request is larger than `most_bytes`, but a single document.

After trouble it waits a random time up to a bound that doubles (full jitter), so that many writers do not come back at
once: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import structlog

from hubbub.search.client import Client, Json, SearchRefused, SearchUnavailable

FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 30.0
# After an answer that trouble is over, requests grow to this many documents again.
MOST_DOCUMENTS: Final = 4000
_TOO_LARGE: Final = 413
_TOO_MANY: Final = 429
_CONFLICT: Final = 409
_FAILED: Final = 500
_ANSWER: Final = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.type"

_log = structlog.get_logger("hubbub.search")


@dataclass(frozen=True, slots=True)
class Operation:
    """One document as it travels: `head` and `source` are lines of a bulk request, each with its line feed."""

    head: bytes
    source: bytes

    @property
    def size(self) -> int:
        return len(self.head) + len(self.source)


@dataclass(slots=True)
class Tally:
    """What became of everything written so far."""

    written: int = 0
    known: int = 0
    """Already there in that or a later version."""
    lost: int = 0
    """Refused for ever."""
    waits: int = 0
    splits: int = 0


class Bulk:
    """`sleep` and `rng` are given, so that tests need neither time nor luck."""

    def __init__(
        self,
        client: Client,
        *,
        most_bytes: int,
        seconds: float,
        sleep: Callable[[float], Awaitable[None]],
        rng: Random,
    ) -> None:
        self.on_trouble: Callable[[str | None], None] = lambda trouble: None
        """Told why it waits, and None when it goes on."""
        self.before_again = _go_on
        """Asked after each waiting; what it raises ends the writing."""
        self._client = client
        self._most_bytes = most_bytes
        self._most = MOST_DOCUMENTS
        self._seconds = seconds
        self._sleep = sleep
        self._rng = rng
        self.tally = Tally()

    async def write(self, operations: Sequence[Operation]) -> None:
        """Returns when nothing is left to write; waits as long as the server does not take it. Raises as
        `before_again`."""
        left = list(operations)
        attempt = 0
        while left:
            refused: list[Operation] = []
            trouble = ""
            for chunk in self._chunks(left):
                again, why = await self._send(chunk)
                refused += again
                trouble = why or trouble
            if refused:
                self.on_trouble(trouble)
                self.tally.waits += 1
                attempt = 0 if len(refused) < len(left) else attempt + 1
                await self._sleep(self._rng.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt, 16))))
                await self.before_again()
            left = refused
        self.on_trouble(None)

    def _chunks(self, operations: Sequence[Operation]) -> Iterator[list[Operation]]:
        chunk: list[Operation] = []
        size = 0
        for operation in operations:
            if chunk and (size + operation.size > self._most_bytes or len(chunk) >= self._most):
                yield chunk
                chunk, size = [], 0
            chunk.append(operation)
            size += operation.size
        if chunk:
            yield chunk

    async def _send(self, chunk: list[Operation]) -> tuple[list[Operation], str]:
        """What must be sent again, and why."""
        body = b"".join(part for operation in chunk for part in (operation.head, operation.source))
        try:
            answer = await self._client.request(
                "POST", "/_bulk", body=body, params={"filter_path": _ANSWER}, seconds=self._seconds
            )
        except SearchUnavailable as error:
            return chunk, str(error)
        except SearchRefused as error:
            return self._on_refused(chunk, error), str(error)
        self._most = min(MOST_DOCUMENTS, self._most * 2)
        if not answer.get("errors"):
            self.tally.written += len(chunk)
            return [], ""
        return self._sort_out(chunk, answer)

    def _on_refused(self, chunk: list[Operation], error: SearchRefused) -> list[Operation]:
        """The whole request was refused: a smaller one may pass."""
        spoilt = error.status == _TOO_LARGE or error.kind in SPOILT
        if spoilt and len(chunk) == 1:
            self._lose(chunk[0], error.kind)
            return []
        if (spoilt or error.status == _TOO_MANY) and len(chunk) > 1:
            # Too much at once; or one document spoils the request, and the halves tell which.
            self.tally.splits += 1
            self._most = max(1, min(self._most, len(chunk)) // 2)
        return chunk

    def _sort_out(self, chunk: list[Operation], answer: Json) -> tuple[list[Operation], str]:
        again: list[Operation] = []
        trouble = ""
        for operation, item in zip(chunk, answer["items"], strict=True):
            (result,) = item.values()
            status: int = result["status"]
            error = result.get("error", {})
            kind, reason = kind_of(error), str(error.get("reason"))
            if status < 300:
                self.tally.written += 1
            elif status == _CONFLICT:
                self.tally.known += 1
            elif is_passing(status, kind):
                again.append(operation)
                trouble = f"documents are refused with {status} {kind}: {reason[:200]}"
            else:
                self._lose(operation, kind)
        return again, trouble

    def _lose(self, operation: Operation, kind: str) -> None:
        self.tally.lost += 1
        # Not the reason: it may quote the document.
        _log.error("document_refused", document=operation.head.decode(), kind=kind)


async def _go_on() -> None:
    """Nobody ends the writing."""


# How a server says that a document is wrong in itself. Not `illegal_argument_exception`, which is also said of
# pipelines, aliases and limits, and not `strict_dynamic_mapping_exception`: what is strange then is the mapping. Both
# can be put right.
SPOILT: Final = frozenset(
    (
        "document_parsing_exception",
        "mapper_parsing_exception",
        "max_bytes_length_exceeded_exception",
        "parsing_exception",
        "x_content_parse_exception",
    )
)


def kind_of(error: Json) -> str:
    """What kind of error it is; of one within another that which says that the document is wrong."""
    inner = str(error.get("caused_by", {}).get("type"))
    return inner if inner in SPOILT else str(error.get("type"))


def is_passing(status: int, kind: str) -> bool:
    """Whether a document refused so may be taken later: queues full, shards away, the index blocked by somebody, no
    room for one more index, a right that is missing. All but what is wrong with the document itself."""
    return status == _TOO_MANY or status >= _FAILED or kind not in SPOILT
