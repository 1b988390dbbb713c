"""Holding what an engine has found against the messages as they are now, on threads of its own.

Long texts take milliseconds each to take apart, so it does not happen on the loop; and not on the threads that all
share, where many searches at once would have everything else wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from hubbub.domain.finding import Hit, Scope
from hubbub.domain.matching import Candidate, find_spans
from hubbub.domain.query import Query
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.parts import kinds_of, searched_text
from hubbub.service.search_answer import Shown

THREADS: Final = 2
WAITING: Final = 64


class Matcher:
    """`threads` match at once, `waiting` pages may wait for them. The threads end with whoever holds this."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hubbub-matching")
        self._free = threads + waiting

    async def match(
        self, query: Query, scope: Scope, hits: Sequence[Hit], messages: Sequence[MessagePosted], seconds: float
    ) -> list[Shown]:
        """Those hits that are what was asked for, in their order. Raises `search_slow`, `busy`."""
        if self._free <= 0:
            raise Refused("busy", "Too many people are searching right now.", retry_after=1)
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, match_hits, query, scope, hits, messages, time.monotonic() + seconds
            )
        finally:
            self._free += 1


def match_hits(
    query: Query, scope: Scope, hits: Sequence[Hit], messages: Sequence[MessagePosted], deadline: float
) -> list[Shown]:
    """Raises `search_slow` behind the deadline (of time.monotonic)."""
    readable = {(message.channel, message.number): message for message in messages}
    shown: list[Shown] = []
    for hit in hits:
        if time.monotonic() > deadline:
            raise Refused("search_slow")
        message = readable.get((hit.channel, hit.number))
        spans = None if message is None else find_spans(query, scope, candidate_of(message))
        if message is not None and spans is not None:
            shown.append(Shown(message, spans))
    return shown


def candidate_of(message: MessagePosted) -> Candidate:
    return Candidate(
        channel=message.channel,
        author=message.author,
        at=message.at,
        text=searched_text(message.text, message.parts),
        edited=message.edited_at is not None,
        reacted=bool(message.reactions),
        kinds=kinds_of(message.parts),
    )
